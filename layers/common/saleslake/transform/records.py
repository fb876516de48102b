"""Records of a file as columns of text, whatever format they were delivered in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from saleslake.contracts.aliases import WHITESPACE

BLOCK_BYTES = 12 << 20  # text of a block of rows; what memory is needed grows with it


@dataclass(frozen=True)
class Malformed:
    """A record that is no row: its values cannot be told apart."""

    line: int
    raw_text: str
    rule: str
    value: str | None
    expected: str


@dataclass(frozen=True)
class Block:
    """Some consecutive records.

    ``rows`` has one string column per delivered column (``c0``, ``c1``, …), ``line``, where each begins: its physical
    line, the header being line 1, or in a format without lines its number, from 1; ``span``, the number of lines it
    takes; and for each delivered column one of its values without the whitespace around them (``trimmed_c0``, …), NULL
    where nothing is left.
    """

    rows: pa.Table
    malformed: tuple[Malformed, ...]


class Records(Protocol):
    """The records of one file, read once from beginning to end."""

    header: list[str]
    """Names of the columns as delivered."""
    names: list[str]
    """Their names in the blocks, and those of whatever else makes two rows differ."""
    nested: bool
    """Whether blocks have ``nested``: which columns hold a list or record (``,c0,c5,``), NULL for none."""

    def blocks(self) -> Iterator[Block]:
        """The blocks in file order."""

    def raw_text(self, spans: Sequence[tuple[int, int]]) -> list[str]:
        """Records of the latest block as delivered, each by its line and span, ascending."""


def join(blocks: Sequence[Block], names: Sequence[str]) -> Block:
    """One block of several, with the trimmed values of the columns named."""
    rows = pa.concat_tables([block.rows for block in blocks])
    for name in names:
        chunks = [_trim(chunk) for chunk in rows.column(name).chunks]
        rows = rows.append_column(trimmed_name(name), pa.chunked_array(chunks, pa.string()))
    return Block(rows, tuple(record for block in blocks for record in block.malformed))


def _trim(delivered: pa.StringArray) -> pa.StringArray:
    trimmed = pc.utf8_trim(delivered, WHITESPACE)
    if trimmed.equals(
        delivered
    ):  # most columns need no trimming: theirs share memory with what was delivered
        trimmed = delivered
    present = pc.not_equal(trimmed, "")
    if pc.all(present).as_py():
        return trimmed
    if trimmed.offset or trimmed.null_count:
        return pc.if_else(present, trimmed, None)
    # a mask is laid out like the bits that say which values are NULL: the text need not be copied
    return pa.Array.from_buffers(
        trimmed.type, len(trimmed), [present.buffers()[1], *trimmed.buffers()[1:]], offset=0
    )


def trimmed_name(name: str) -> str:
    """Name of the column that has the values of ``name`` without the whitespace around them."""
    return f"trimmed_{name}"
