"""Write Parquet beside the work that makes its rows."""

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet


class ParquetFile:
    """A Parquet file being written, zstd-compressed, one row group per table.

    Encoding runs on a thread of its own while the next table is made; at most one table waits, so memory stays bounded.
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.path = path
        self.rows = 0
        self._schema = schema
        self._writer = pyarrow.parquet.ParquetWriter(
            path,
            schema,
            compression="zstd",
            compression_level=1,
            # every reader sees the types that Parquet has
            store_schema=False,
            # nobody looks for a range of texts, and to find the least of them takes longer than to write them
            write_statistics=[field.name for field in schema if not pa.types.is_string(field.type)],
        )
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
        finally:
            self._thread.shutdown()
            self._writer.close()

    def write(self, table: pa.Table) -> None:
        """Append rows; columns must be the schema's, in its order.

        How a column is cut into chunks shows in the file.
        """
        self._settle()
        if table.num_rows:
            self.rows += table.num_rows
            self._pending = self._thread.submit(self._writer.write_table, table.cast(self._schema))

    def _settle(self) -> None:
        if self._pending:
            self._pending.result()
            self._pending = None
