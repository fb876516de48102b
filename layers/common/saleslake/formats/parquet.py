"""Parquet: its schema from the footer alone, its rows a batch at a time."""

from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet

from saleslake.contracts.refusal import FileRefusal, FileUnreadable

_EXPECTED = "a whole Parquet file"


class ParquetRows:
    """One Parquet file.

    Parameters
    ----------
    file
        Its bytes; read where they are needed, the end of them first.
    """

    def __init__(self, file: BinaryIO) -> None:
        try:
            self._file = pyarrow.parquet.ParquetFile(
                file, buffer_size=1 << 20, pre_buffer=False, page_checksum_verification=True
            )
            self.schema: pa.Schema = self._file.schema_arrow
            "".join(self.schema.names)  # a damaged name shows only when it is read
        except (pa.ArrowException, OSError, UnicodeDecodeError) as problem:
            raise _damaged(problem) from problem
        if not self._file.metadata.num_rows:
            raise FileUnreadable(
                FileRefusal(
                    code="no_records", message="the file holds no rows", expected="at least one record"
                )
            )

    def batches(self, rows: int) -> Iterator[pa.RecordBatch]:
        """The rows in file order, ``rows`` at a time.

        Raises
        ------
        FileUnreadable
            The bytes are not what the footer says.
        """
        left = self._file.metadata.num_rows
        try:
            for batch in self._file.iter_batches(batch_size=rows, use_threads=False):
                left -= batch.num_rows
                yield batch
            if left:
                raise pa.ArrowInvalid(f"the footer promises {left:,} rows more than there are")
        except (pa.ArrowException, OSError) as problem:
            raise _damaged(problem) from problem


def _damaged(problem: Exception) -> FileUnreadable:
    return FileUnreadable(
        FileRefusal(
            code="damaged_parquet", message=f"the Parquet file cannot be read: {problem}", expected=_EXPECTED
        )
    )
