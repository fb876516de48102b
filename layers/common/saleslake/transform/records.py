"""Records of a file as columns of text, whatever format they were delivered in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from saleslake.contracts.aliases import WHITESPACE

_SPACE, _NO_BREAK = ord(" "), "\u00a0".encode()  # with the control characters before it, all of WHITESPACE
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
    rows = pa.concat_tables([block.rows for block in blocks]).combine_chunks()
    return Block(with_trimmed(rows, names), tuple(record for block in blocks for record in block.malformed))


def with_trimmed(rows: pa.Table, names: Sequence[str]) -> pa.Table:
    """The rows, and the trimmed values of the columns named."""
    for name in names:
        chunks = [_trim(chunk) for chunk in rows.column(name).chunks]
        rows = rows.append_column(trimmed_name(name), pa.chunked_array(chunks, pa.string()))
    return rows


def _trim(delivered: pa.StringArray) -> pa.StringArray:
    """The values without whitespace around them: most columns have none and share their memory."""
    present, trimmed = _present(delivered), delivered
    if _may_need_trimming(delivered, present):
        trimmed = pc.utf8_trim(delivered, WHITESPACE)
        present = _present(trimmed)
    if pc.all(present, min_count=0).as_py():
        return trimmed
    if trimmed.offset or trimmed.null_count:
        return pc.if_else(present, trimmed, None)
    # a mask is laid out like the bits that say which values are NULL: the text need not be copied
    return pa.Array.from_buffers(
        trimmed.type, len(trimmed), [present.buffers()[1], *trimmed.buffers()[1:]], offset=0
    )


def _present(texts: pa.StringArray) -> pa.BooleanArray:
    ends = _ends(texts)
    return pc.not_equal(ends[:-1], ends[1:])


def _may_need_trimming(texts: pa.StringArray, present: pa.BooleanArray) -> bool:
    """Whether a text begins or ends with a byte of whitespace: to look at all characters takes three times as long."""
    if texts.buffers()[2] is None:
        return False
    characters = pa.Array.from_buffers(pa.uint8(), texts.buffers()[2].size, [None, texts.buffers()[2]])
    extremes = pc.min_max(characters).as_py()  # in most columns they tell already
    if not characters or (extremes["min"] > _SPACE and extremes["max"] < _NO_BREAK[0]):
        return False
    ends = _ends(texts)
    first = characters.take(ends[:-1].filter(present))
    last = characters.take(pc.subtract(ends[1:].filter(present), pa.scalar(1, pa.int32())))
    return any(
        pc.any(pc.or_(pc.less_equal(edge, _SPACE), pc.equal(edge, byte))).as_py()
        for edge, byte in ((first, _NO_BREAK[0]), (last, _NO_BREAK[-1]))
    )


def _ends(texts: pa.StringArray) -> pa.Int32Array:
    """Where the texts begin in their characters, and where the last one ends."""
    return pa.Array.from_buffers(pa.int32(), len(texts) + 1, [None, texts.buffers()[1]], offset=texts.offset)


def trimmed_name(name: str) -> str:
    """Name of the column that has the values of ``name`` without the whitespace around them."""
    return f"trimmed_{name}"
