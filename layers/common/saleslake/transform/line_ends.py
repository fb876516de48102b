"""Where physical lines end."""

import pyarrow as pa
import pyarrow.compute as pc

_LF = pa.scalar(ord("\n"), pa.uint8())


def count_line_ends(data: bytes) -> int:
    """Physical line ends in ``data``: LF, CRLF and lone CR count once each."""
    # twice as fast as to count in Python, and other threads go on meanwhile
    characters = pa.Array.from_buffers(pa.uint8(), len(data), [None, pa.py_buffer(data)])
    ends: int = pc.equal(characters, _LF).true_count
    if b"\r" in data:
        ends += data.count(b"\r") - data.count(b"\r\n")
    return ends
