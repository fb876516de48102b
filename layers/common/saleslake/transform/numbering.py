"""Which physical lines the rows of a batch take, and which rows need a look at their text: found in bulk."""

import functools
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from saleslake.transform.line_ends import count_line_ends


@dataclass(frozen=True)
class Marks:
    """Columns of a batch that have a line end or a quote in some value: few in most files."""

    line_ends: tuple[pa.StringArray, ...] = ()
    quotes: tuple[pa.StringArray, ...] = ()


def find_marks(batch: pa.RecordBatch) -> Marks:
    """Search every column of a batch."""
    # all values of a column in a row: searching that is a hundred times faster than searching each
    texts = [(column, column.buffers()[2]) for column in batch.columns]
    found = [(column, characters.to_pybytes()) for column, characters in texts if characters is not None]
    return Marks(
        line_ends=tuple(column for column, text in found if b"\n" in text or b"\r" in text),
        quotes=tuple(column for column, text in found if b'"' in text),
    )


def count_lines(rows: int, marks: Marks) -> array[int]:
    """How many physical lines each row takes."""
    counts = None
    for column in marks.line_ends:
        ends = pc.add(pc.count_substring(column, "\n"), pc.count_substring(column, "\r"))
        ends = pc.subtract(ends, pc.count_substring(column, "\r\n"))
        counts = ends if counts is None else pc.add(counts, ends)
    return array("q", [1]) * rows if counts is None else array("q", pc.add(counts, 1).to_pylist())


def number_lines(
    line: int, spans: array[int], gaps: Sequence[tuple[int, int]]
) -> tuple[pa.Int64Array, list[int]]:
    """Give rows, and the malformed records between them, the lines they begin at.

    Parameters
    ----------
    line
        Where the first of them begins.
    spans
        How many lines each row takes.
    gaps
        For each malformed record, in file order, the number of rows before it and how many lines it takes.

    Returns
    -------
    tuple
        Lines of the rows, and one more: the line after all of them. Lines of the malformed records.
    """
    steps = array("q", [line]) + spans
    for position, span in gaps:
        steps[position] += span
    lines = pc.cumulative_sum(int64(steps))
    # a row's line counts all gaps before it, so those between the same two rows count back from it
    back: Counter[int] = Counter()
    between = []
    for position, span in reversed(gaps):
        back[position] += span
        between.append(lines[position].as_py() - back[position])
    return lines, between[::-1]


def int64(numbers: array[int]) -> pa.Int64Array:
    """The numbers as an Arrow array that shares their memory."""
    return pa.Array.from_buffers(pa.int64(), len(numbers), [None, pa.py_buffer(numbers)])


def lines_of(text: str) -> int:
    """How many physical lines a record takes."""
    return 1 + count_line_ends(text.encode())


def find_suspicious(
    batch: pa.RecordBatch, marks: Marks, lines: pa.Int64Array, doubted: Sequence[int]
) -> list[int]:
    """Positions of rows that need a look: a quote or a line end in a value, nothing in any, or a doubted line.

    Parameters
    ----------
    batch
        The rows.
    marks
        What was found in them.
    lines
        Where each begins, ascending, and one more.
    doubted
        Physical lines, ascending; those of no row may be among them.
    """
    masks = [pc.match_substring_regex(column, '["\\n\\r]') for column in [*marks.line_ends, *marks.quotes]]
    blank = None
    for column in batch.columns:
        empty = pc.equal(column, "")
        blank = empty if blank is None else pc.and_(blank, empty)
        if not pc.any(blank).as_py():
            break
    else:
        masks.append(blank)
    found = pc.indices_nonzero(functools.reduce(pc.or_, masks)).to_pylist() if masks else []
    if not doubted:
        return found
    begin = lines[: batch.num_rows].to_pylist()
    among = {place for line in doubted if (place := bisect_right(begin, line) - 1) >= 0}
    return sorted({*found, *among})
