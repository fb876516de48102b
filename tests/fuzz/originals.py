"""Sound files to spoil: a few rows of every dataset in every format, from the generated company."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import fastavro
import pyarrow.parquet
from click.testing import CliRunner

from datagen.world.command import world_command

ROWS = 12
FORMATS = ("csv", "json", "parquet", "avro")


@dataclass(frozen=True)
class Original:
    """A sound file of few rows."""

    dataset: str
    kind: str
    content: bytes


def originals(folder: Path) -> list[Original]:
    """One file per dataset and format, always the same."""
    return [original for kind in FORMATS for original in _of(kind, folder / kind)]


def _of(kind: str, folder: Path) -> Iterator[Original]:
    options = f"--scale small --days 20 --seed 1 --daily 0 --format {kind} --out".split()
    CliRunner().invoke(world_command, [*options, str(folder)], catch_exceptions=False)
    for path in sorted((folder / "landing").glob("*/*")):
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
        yield Original(path.parent.name, kind, _CUT[kind](content))


def _few_lines(content: bytes) -> bytes:
    if content.startswith(b"["):
        return json.dumps(json.loads(content)[:ROWS]).encode()
    return b"".join(content.splitlines(keepends=True)[: ROWS + 1])


def _few_parquet_rows(content: bytes) -> bytes:
    out = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.parquet.read_table(io.BytesIO(content)).slice(0, ROWS), out)
    return out.getvalue()


def _few_avro_records(content: bytes) -> bytes:
    reader = fastavro.reader(io.BytesIO(content))
    records = [record for record, _ in zip(reader, range(ROWS), strict=False)]
    out = io.BytesIO()
    fastavro.writer(out, reader.writer_schema, records, codec="deflate")
    return out.getvalue()


_CUT = {"csv": _few_lines, "json": _few_lines, "parquet": _few_parquet_rows, "avro": _few_avro_records}
