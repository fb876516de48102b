"""The delivered bytes on their way to the CSV reader, kept just long enough to quote a record as delivered."""

import gzip
import io
from bisect import bisect_left, bisect_right
from collections import deque
from typing import BinaryIO, cast


def count_line_ends(data: bytes) -> int:
    """Physical line ends in ``data``: LF, CRLF and lone CR count once each."""
    ends = data.count(b"\n")
    if b"\r" in data:
        ends += data.count(b"\r") - data.count(b"\r\n")
    return ends


class RememberedSource(io.RawIOBase):
    """A stream that remembers what was read from it, by physical line, until told to forget.

    Parameters
    ----------
    stream
        The raw object.
    gzipped
        Whether it is to be unpacked.
    """

    def __init__(self, stream: BinaryIO, *, gzipped: bool) -> None:
        super().__init__()
        self._stream = cast(BinaryIO, gzip.GzipFile(fileobj=stream)) if gzipped else stream
        self._pieces: deque[tuple[int, int, bytes]] = deque()  # number of its first line, line ends, bytes
        self._line = 1
        self._held = b""
        self._ahead = b""

    def readable(self) -> bool:
        return True

    def peek(self, size: int) -> bytes:
        """The first bytes, before any were read; they are read again."""
        while len(self._ahead) < size and (more := self._stream.read(size - len(self._ahead))):
            self._ahead += more  # a stream may give less than it is asked for
        return self._ahead

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most ``size``; the CSV reader calls this.

        A CR at their end may be half of a CRLF, so it waits for what follows: of a CRLF that lies across two reads
        inside a quoted field the CSV reader would lose the LF.
        """
        data = self._held + self._ahead
        self._ahead = self._held = b""
        # a stream may give less than it is asked for; where a read ends must depend on the bytes alone
        while len(data) < size and (more := self._stream.read(size - len(data))):
            data += more
        if len(data) > 1 and data.endswith(b"\r"):
            data, self._held = data[:-1], b"\r"
        self._remember(data)
        return data

    def records(self, spans: list[tuple[int, int]]) -> list[bytes]:
        """Records as delivered, without their line ends.

        Parameters
        ----------
        spans
            (first physical line, number of lines) of each record, ascending; none forgotten.
        """
        wanted = sorted({line for first, count in spans for line in range(first, first + count)})
        found: dict[int, bytes] = {}
        for number, ends, piece in list(self._pieces):
            here = wanted[bisect_left(wanted, number) : bisect_right(wanted, number + ends)]
            if here:
                lines = [*piece.splitlines(keepends=True), b""]
                for line in here:
                    found[line] = found.get(line, b"") + lines[line - number]
        return [
            b"".join(found[line] for line in range(first, first + count)).rstrip(b"\r\n")
            for first, count in spans
        ]

    def forget(self, before: int) -> None:
        """Forget what lies wholly before physical line ``before``."""
        while len(self._pieces) > 1 and self._pieces[1][0] < before:
            self._pieces.popleft()

    def _remember(self, data: bytes) -> None:
        if data:
            ends = count_line_ends(data)
            self._pieces.append((self._line, ends, data))
            self._line += ends
