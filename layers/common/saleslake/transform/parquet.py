"""Write Parquet beside the work that makes its rows."""

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

SAMPLE = 5_000  # rows by which to tell whether a column's values repeat
FEW = 100  # rows that do not tell


class ParquetFile:
    """A Parquet file being written, zstd-compressed, one row group per table.

    Encoding runs on a thread of its own while the next table is made; at most one table waits, so memory stays bounded.
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.path = path
        self.rows = 0
        self._schema = schema
        self._writer: pyarrow.parquet.ParquetWriter | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="parquet")
        self._pending: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._settle()
                self._writer = self._writer or self._open(self._schema.empty_table())
        finally:
            self._thread.shutdown()
            if self._writer:
                self._writer.close()

    def write(self, table: pa.Table) -> None:
        """Append rows; columns must be the schema's, in its order.

        How a column is cut into chunks shows in the file.
        """
        self._settle()
        if table.num_rows:
            self.rows += table.num_rows
            self._pending = self._thread.submit(self._write, table.cast(self._schema))

    def _write(self, table: pa.Table) -> None:
        self._writer = self._writer or self._open(table)
        self._writer.write_table(table)

    def _open(self, first: pa.Table) -> pyarrow.parquet.ParquetWriter:
        return pyarrow.parquet.ParquetWriter(
            self.path,
            self._schema,
            compression="zstd",
            compression_level=1,
            # every reader sees the types that Parquet has
            store_schema=False,
            # nobody looks for a range of texts, and to find the least of them takes longer than to write them
            write_statistics=[field.name for field in self._schema if not pa.types.is_string(field.type)],
            use_dictionary=_repeating(first.slice(0, SAMPLE)),
        )

    def _settle(self) -> None:
        if self._pending:
            self._pending.result()
            self._pending = None


def _repeating(rows: pa.Table) -> list[str] | bool:
    """Names of the columns whose values come twice, on average: a dictionary of others is made in vain."""
    if rows.num_rows < FEW or any(pa.types.is_nested(field.type) for field in rows.schema):
        return True
    return [
        name
        for name, values in zip(rows.column_names, rows.columns, strict=True)
        if pa.types.is_dictionary(values.type) or pc.count_distinct(values).as_py() * 2 <= rows.num_rows
    ]
