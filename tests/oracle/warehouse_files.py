"""Files as they were delivered, record by record, with nothing but csv, json, pyarrow's reader and fastavro.

Every value becomes the text a person would write: what a cell means is decided once, for all formats.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

Record = dict[str, str]


@dataclass(frozen=True)
class Delivered:
    """One file, and where it stands in the order of truth: of two files the greater ``landing_order`` wins."""

    dataset: str
    path: Path
    landing_order: str

    @cached_property
    def content(self) -> bytes:
        """The bytes as delivered."""
        return self.path.read_bytes()

    @cached_property
    def file_id(self) -> str:
        """The name the lake gives the file: SHA-256 of its bytes."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def landed_at(self) -> datetime:
        """When it landed; the landing order begins with it."""
        return datetime.fromisoformat(self.landing_order.partition("|")[0])


def records(file: Delivered) -> Iterator[tuple[int, Record | None]]:
    """Line and record of each row, columns in lower case with underscores; None where fields can't be told apart.

    A row's line is the physical line it begins at (CSV: the header is line 1) or, in a format that has no lines, its
    position from 1.
    """
    name = file.path.name
    content = gzip.decompress(file.content) if name.endswith(".gz") else file.content
    name = name.removesuffix(".gz")
    if name.endswith(".parquet"):
        rows = pq.read_table(io.BytesIO(content)).to_pylist()
        yield from ((number, _record(row)) for number, row in enumerate(rows, 1))
    elif name.endswith(".avro"):
        import fastavro

        yield from (
            (number, _record(row)) for number, row in enumerate(fastavro.reader(io.BytesIO(content)), 1)
        )
    elif name.endswith((".json", ".jsonl", ".ndjson")):
        yield from _json(content.decode("utf-8-sig"))
    else:
        yield from _csv(content)


def column(header: str) -> str:
    """``Order ID`` and ``order-id`` are both ``order_id``."""
    return "_".join("".join(c if c.isalnum() else " " for c in header).lower().split())


def _csv(content: bytes) -> Iterator[tuple[int, Record | None]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header = [column(name) for name in next(reader)]
    line = reader.line_num + 1
    for fields in reader:
        if fields:
            whole = len(fields) == len(header)
            yield line, dict(zip(header, fields, strict=True)) if whole else None
        line = reader.line_num + 1


def _json(text: str) -> Iterator[tuple[int, Record | None]]:
    if text.lstrip().startswith("["):
        rows = json.loads(text, parse_float=Decimal)
        yield from ((number, _record(row)) for number, row in enumerate(rows, 1))
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, _record(json.loads(line, parse_float=Decimal))


def _record(row: dict[str, Any]) -> Record:
    return {column(name): _text(value) for name, value in row.items()}


def _text(value: Any) -> str:
    """A typed value as it would stand in a CSV file."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat() if value.tzinfo else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else str(value)
