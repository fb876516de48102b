"""Read and write CSV files as a person's tools would: whole rows of text, faulty ones as they are."""

import csv
import gzip
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, cast


def read_rows(path: Path) -> Iterator[list[str]]:
    """The rows of a comma separated UTF-8 file, ``.csv`` or ``.csv.gz``, its header first."""
    with path.open("rb") as file:
        raw = cast(IO[bytes], gzip.GzipFile(fileobj=file)) if path.suffix == ".gz" else file
        with io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as text:
            yield from csv.reader(text)


def write_rows(
    path: Path,
    rows: Iterable[Sequence[str]],
    *,
    delimiter: str = ",",
    encoding: str = "utf-8",
    line_end: str = "\n",
) -> Path:
    """Write rows to ``.csv`` or ``.csv.gz``; what the encoding lacks becomes a question mark, as in Excel."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        # No name and no time in the gzip header: the same rows are the same bytes.
        packed = gzip.GzipFile("", "wb", fileobj=file, mtime=0) if path.suffix == ".gz" else file
        with packed as raw, io.TextIOWrapper(raw, encoding=encoding, errors="replace", newline="") as text:
            csv.writer(text, delimiter=delimiter, lineterminator=line_end).writerows(rows)
    return path
