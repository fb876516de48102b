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
    takes; and for each delivered column one of its values without the whitespace around them (``trimmed_c0``, …).
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
        delivered = rows.column(name)
        trimmed = pc.utf8_trim(delivered, WHITESPACE)
        # most columns need no trimming: theirs share memory with what was delivered
        rows = rows.append_column(trimmed_name(name), delivered if trimmed.equals(delivered) else trimmed)
    return Block(rows, tuple(record for block in blocks for record in block.malformed))


def trimmed_name(name: str) -> str:
    """Name of the column that has the values of ``name`` without the whitespace around them."""
    return f"trimmed_{name}"
