"""Files of tables in the four formats; the same rows are the same bytes."""

import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
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

    def __init__(self, path: Path) -> None:
        self._kind = path.name.removesuffix(".gz").rsplit(".", 1)[1]
        self._file = path.open("wb")
        # No name and no time in the gzip header; level 1, as events compress well and are many.
        self._packed = (
            gzip.GzipFile("", "wb", compresslevel=1, fileobj=self._file, mtime=0)
            if path.suffix == ".gz"
            else None
        )
        self._out: Any = self._packed or self._file
        self._written = False

    def write(self, table: Any, instead: Mapping[str, str] = MappingProxyType({})) -> None:
        """Add the rows of a table.

        Parameters
        ----------
        instead
            Texts to write in these columns instead of what the table holds.
        """
        if not table.num_rows:
            return
        names = table.column_names
        bare = {field.name for field in table.schema if _is_bare(field.type)} - instead.keys()
        columns = [
            pa.array([instead[name]] * table.num_rows) if name in instead else text.as_text(column)
            for name, column in zip(names, table.columns, strict=True)
        ]
        if self._kind == "csv":
            self._header(names)
            self._out.write(text.csv_lines(names, columns, quote=text.FREE_TEXT | instead.keys()))
        elif self._kind == "jsonl":
            self._out.write(text.json_lines(names, columns, bare, "\n"))
        else:
            self._out.write(b",\n" if self._written else b"[\n")
            self._out.write(memoryview(text.json_lines(names, columns, bare, ",\n"))[:-2])
        self._written = True

    def write_line(self, header: Sequence[str], line: str) -> None:
        """Add a line of CSV as it is."""
        self._header(header)
        self._out.write(f"{line}\n".encode())
        self._written = True

    def _header(self, names: Sequence[str]) -> None:
        if not self._written:
            self._out.write(text.csv_header(names))

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
    return bool(pa.types.is_integer(kind) or pa.types.is_decimal(kind) or pa.types.is_boolean(kind))
