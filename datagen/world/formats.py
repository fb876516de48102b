"""Files of tables in the four formats; the same rows are the same bytes."""

import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from datagen.world import text

FORMATS = ("csv", "json", "parquet", "avro")


class Writer(Protocol):
    """A file that takes table after table."""

    def write(self, table: Any) -> None:
        """Add the rows of a table."""

    def close(self) -> None:
        """Finish the file."""


class TextWriter:
    """CSV, JSON lines or a JSON array, gzipped where the name says so."""

    def __init__(self, path: Path, header: Sequence[str] | None = None) -> None:
        self._kind = path.name.removesuffix(".gz").rsplit(".", 1)[1]
        self._file = path.open("wb")
        # No name and no time in the gzip header; level 1, as events compress well and are many.
        self._packed = (
            gzip.GzipFile("", "wb", compresslevel=1, fileobj=self._file, mtime=0)
            if path.suffix == ".gz"
            else None
        )
        self._out: Any = self._packed or self._file
        self._header = header
        self._written = False

    def write(self, table: Any) -> None:
        """Add the rows of a table."""
        columns = [text.as_text(column) for column in table.columns]
        bare = {field.name for field in table.schema if _is_bare(field.type)}
        self.write_text(table.column_names, columns, bare)

    def write_text(self, names: list[str], columns: list[Any], bare: set[str]) -> None:
        """Add rows whose fields are text already."""
        if not len(columns[0]):
            return
        if self._kind == "csv":
            if not self._written:
                self._out.write(text.csv_header(list(self._header or names)))
            self._out.write(text.csv_lines(names, columns))
        elif self._kind == "jsonl":
            self._out.write(text.json_lines(names, columns, bare, "\n"))
        else:
            self._out.write(b",\n" if self._written else b"[\n")
            self._out.write(memoryview(text.json_lines(names, columns, bare, ",\n"))[:-2])
        self._written = True

    def close(self) -> None:
        """Finish the file."""
        if self._kind == "json":
            self._out.write(b"\n]\n" if self._written else b"[]\n")
        if self._packed:
            self._packed.close()
        self._file.close()


class ParquetWriter:
    """Parquet, one row group per table."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: Any = None

    def write(self, table: Any) -> None:
        """Add the rows of a table."""
        if self._writer is None:
            self._writer = pq.ParquetWriter(
                self._path, table.schema, compression="snappy", store_schema=False
            )
        self._writer.write_table(table)

    def close(self) -> None:
        """Finish the file."""
        if self._writer:
            self._writer.close()


def open_writer(path: Path) -> Writer:
    """A writer of the format the path's ending names."""
    if path.suffix == ".parquet":
        return ParquetWriter(path)
    if path.suffix == ".avro":
        from datagen.world.avro import AvroWriter  # noqa: PLC0415  (fastavro only where Avro is asked for)

        return AvroWriter(path)
    return TextWriter(path)


def _is_bare(kind: Any) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_decimal(kind) or pa.types.is_boolean(kind)
