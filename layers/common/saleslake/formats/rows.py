"""Rows of plain Python values as Parquet, for tables whose columns are Glue types."""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet

_TYPES = {
    "string": pa.string(),
    "int": pa.int32(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("ms"),
}
BATCH = 5_000  # rows in memory at a time


def parquet_bytes(columns: Sequence[tuple[str, str, str]], rows: Sequence[Mapping[str, Any]]) -> bytes:
    """A Parquet file of these rows.

    Parameters
    ----------
    columns
        Name, Glue type and description of each, as Glue has them.
    rows
        Values by name; what is missing is NULL.
    """
    table = pa.Table.from_pylist([dict(row) for row in rows], schema=arrow_schema(columns))
    sink = io.BytesIO()
    pyarrow.parquet.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def read_batches(path: Path) -> Iterator[list[dict[str, Any]]]:
    """The rows of a Parquet file, some thousands at a time."""
    with pyarrow.parquet.ParquetFile(path) as file:
        for batch in file.iter_batches(BATCH):
            yield batch.to_pylist()


class RowWriter:
    """A Parquet file on disk that rows are appended to."""

    def __init__(self, path: Path, columns: Sequence[tuple[str, str, str]]) -> None:
        self._schema = arrow_schema(columns)
        self._writer = pyarrow.parquet.ParquetWriter(path, self._schema, compression="zstd")

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Append rows; values that are missing are NULL."""
        self._writer.write_table(pa.Table.from_pylist([dict(row) for row in rows], schema=self._schema))

    def close(self) -> None:
        """Write the footer."""
        self._writer.close()


def arrow_schema(columns: Sequence[tuple[str, str, str]]) -> pa.Schema:
    """The Arrow schema of columns with Glue types."""
    return pa.schema([(name, _arrow_type(kind)) for name, kind, _ in columns])


def _arrow_type(kind: str) -> pa.DataType:
    if decimal := re.fullmatch(r"decimal\((\d+),(\d+)\)", kind):
        return pa.decimal128(int(decimal[1]), int(decimal[2]))
    if array := re.fullmatch(r"array<(.*)>", kind):
        return pa.list_(_arrow_type(array[1]))
    if struct := re.fullmatch(r"struct<([^<>]*)>", kind):
        fields = (field.partition(":") for field in struct[1].split(","))
        return pa.struct([(name, _arrow_type(of)) for name, _, of in fields])
    return _TYPES[kind]
