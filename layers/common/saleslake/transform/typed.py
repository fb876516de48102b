"""Read Parquet and Avro in blocks of text, exactly: the same rules then hold as for text that was delivered."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from saleslake.contracts.refusal import FileRefusal, FileUnreadable
from saleslake.formats.json_text import render
from saleslake.formats.schema import value_type
from saleslake.transform.records import BLOCK_BYTES, Block, join

BATCH_ROWS = 4096
_MIDNIGHT = r" 00:00:00(\.0+)?$"


class TypedRows(Protocol):
    """A file whose columns have types."""

    schema: pa.Schema

    def batches(self, rows: int) -> Iterator[pa.RecordBatch]:
        """The rows in file order, ``rows`` at a time."""


class TypedRecords:
    """The records of one such file, in blocks; a record's line is its number, from 1.

    Parameters
    ----------
    rows
        The file.
    """

    nested = False

    def __init__(self, rows: TypedRows) -> None:
        self._rows = rows
        self.header = list(rows.schema.names)
        self.names = [f"c{position}" for position in range(len(self.header))]
        self._first = 1
        self._delivered: list[pa.RecordBatch] = []

    def blocks(self) -> Iterator[Block]:
        """The blocks in file order.

        Raises
        ------
        FileUnreadable
            The bytes are damaged, or text in them is no UTF-8.
        """
        waiting: list[Block] = []
        delivered: list[pa.RecordBatch] = []
        number, size = 1, 0
        for batch in self._rows.batches(BATCH_ROWS):
            delivered.append(batch)
            waiting.append(self._block(batch, number + sum(len(block.rows) for block in waiting)))
            size += waiting[-1].rows.nbytes
            if size >= BLOCK_BYTES:
                block = self._keep(delivered, waiting, number)
                number += len(block.rows)
                yield block
                waiting, delivered, size = [], [], 0
        if waiting:
            yield self._keep(delivered, waiting, number)

    def raw_text(self, spans: Sequence[tuple[int, int]]) -> list[str]:
        """Records of the latest block as JSON, each by its number."""
        if not spans:
            return []
        block = pa.Table.from_batches(self._delivered)
        rows = block.take(pa.array([number - self._first for number, _ in spans], pa.int64()))
        columns = [_values(column) for column in rows.columns]
        return [render(dict(zip(self.header, values, strict=True))) for values in zip(*columns, strict=True)]

    def _keep(self, delivered: list[pa.RecordBatch], waiting: list[Block], number: int) -> Block:
        self._delivered, self._first = delivered, number
        return join(waiting, self.names)

    def _block(self, batch: pa.RecordBatch, number: int) -> Block:
        columns = [self._text(name, column) for name, column in zip(self.header, batch.columns, strict=True)]
        count = batch.num_rows
        lines = pa.array(range(number, number + count), pa.int64())
        spans = pa.array([1] * count, pa.int64())
        return Block(pa.table([*columns, lines, spans], names=[*self.names, "line", "span"]), ())

    def _text(self, name: str, column: pa.Array) -> pa.StringArray:
        try:
            column.validate(full=True)  # that text is UTF-8 is nothing Parquet's reader looks at
            return to_text(column)
        except pa.ArrowInvalid as problem:
            raise FileUnreadable(
                FileRefusal(
                    code="encoding",
                    message=f"a column cannot be read as text: {problem}",
                    column=name,
                    expected="text in UTF-8",
                )
            ) from problem


def _values(column: pa.ChunkedArray) -> list[Any]:
    """Python's values of a column; times as text, as Python has none beyond the year 9999."""
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        column = to_text(column.combine_chunks())
    values: list[Any] = column.to_pylist()
    return values


def to_text(column: pa.Array) -> pa.StringArray:
    """Every value as a contract reads it from text, with all its digits; NULL stays NULL.

    Parameters
    ----------
    column
        Of any type. Moments come out in UTC, lists and records as JSON.
    """
    types = pa.types
    if types.is_dictionary(column.type):
        column = column.cast(value_type(column.type))
    kind = column.type
    if types.is_nested(kind):
        return pa.array(
            [None if value is None else render(value) for value in column.to_pylist()], pa.string()
        )
    if types.is_timestamp(kind) and kind.tz is not None:
        return column.cast(pa.timestamp(kind.unit, "UTC")).cast(pa.string())
    if types.is_timestamp(kind):
        return pc.replace_substring_regex(column.cast(pa.string()), _MIDNIGHT, "")  # how pandas keeps a day
    if types.is_date64(kind):
        return column.cast(pa.date32()).cast(pa.string())
    if types.is_decimal(kind):
        return _plain_decimals(column)
    if types.is_duration(kind) or types.is_interval(kind):
        return pa.array([None if value is None else str(value) for value in column.to_pylist()], pa.string())
    return column.cast(pa.string())


def _plain_decimals(column: pa.Array) -> pa.StringArray:
    """Decimals without an exponent, which Arrow writes where many zeros follow the point."""
    text = column.cast(pa.string())
    written = pc.match_substring(text, "E")
    if not pc.any(written).as_py():
        return text
    plain = [format(Decimal(value), "f") for value in text.filter(written).to_pylist()]
    return pc.replace_with_mask(text, pc.fill_null(written, False), pa.array(plain, pa.string()))
