"""Quotes that end a field although it goes on: the CSV reader takes them for nothing and joins the two parts."""

import functools
import re

import pyarrow as pa
import pyarrow.compute as pc

from saleslake.transform.line_ends import count_line_ends

_QUOTE, _LF, _CR = b'"\n\r'
_QUOTED = re.compile(rb'"[^"]*"')


def stand_in_pairs(lines: bytes, delimiter: str, ends: int) -> bool:
    """Whether quotes stand in pairs, each on one line and followed by the end of a field: so it is in most files.

    Parameters
    ----------
    lines
        Whole physical lines.
    delimiter
        Between fields.
    ends
        How many line ends they have.
    """
    outside = _QUOTED.sub(b"\0", lines)
    return (
        b'"' not in outside
        and count_line_ends(outside) == ends
        and not re.search(rb"\0(?!\Z|[\r\n%s])" % re.escape(delimiter.encode()), outside)
    )


def find_broken_quotes(lines: bytes, delimiter: str) -> list[int]:
    """Which lines may have a closing quote that no field ends at, as in ``"Set"x``, which is read as ``Setx``.

    Nothing in such a value says so. In a record of one line, without a quote in any value, every second quote closes.
    Others keep a quote or a line end in a value, and may be told although nothing is wrong with them.

    Parameters
    ----------
    lines
        Whole physical lines.
    delimiter
        Between fields.

    Returns
    -------
    list of int
        Numbers of lines from 0, ascending, each once.
    """
    text = lines + b"\n"
    characters = pa.Array.from_buffers(pa.uint8(), len(text), [None, pa.py_buffer(text)])
    places = pc.indices_nonzero(_is_one_of(characters, [_QUOTE, _LF, _CR])[: len(lines)])
    here, following = characters.take(places), characters.take(pc.add(places, 1))
    quotes = _is_one_of(here, [_QUOTE])
    line_ends = pc.or_(
        _is_one_of(here, [_LF]), pc.and_(_is_one_of(here, [_CR]), pc.invert(_is_one_of(following, [_LF])))
    )
    counted = pc.cumulative_sum(quotes.cast(pa.int64()))
    before_line = pc.fill_null(pc.fill_null_forward(pc.if_else(line_ends, counted, None)), 0)
    closing = pc.and_(quotes, pc.equal(pc.bit_wise_and(pc.subtract(counted, before_line), 1), 0))
    goes_on = pc.invert(_is_one_of(following, [_QUOTE, ord(delimiter), _LF, _CR]))
    numbers = pc.cumulative_sum(line_ends.cast(pa.int64())).filter(pc.and_(closing, goes_on))
    found: list[int] = numbers.unique().to_pylist()
    return found


def _is_one_of(characters: pa.UInt8Array, wanted: list[int]) -> pa.BooleanArray:
    masks = [pc.equal(characters, pa.scalar(byte, pa.uint8())) for byte in wanted]
    return functools.reduce(pc.or_, masks)
