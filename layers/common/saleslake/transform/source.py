"""The delivered bytes on their way to the CSV reader, kept just long enough to quote a record as delivered."""

import gzip
import io
from bisect import bisect_left, bisect_right
from collections import deque
from typing import BinaryIO, cast

from saleslake.transform.line_ends import count_line_ends
from saleslake.transform.quoting import find_broken_quotes, stand_in_pairs


class RememberedSource(io.RawIOBase):
    """A stream that remembers what was read from it, by physical line, until told to forget.

    Parameters
    ----------
    stream
        The raw object.
    gzipped
        Whether it is to be unpacked.
    delimiter
        Between fields.
    """

    def __init__(self, stream: BinaryIO, *, gzipped: bool, delimiter: str = ",") -> None:
        super().__init__()
        self._stream = cast(BinaryIO, gzip.GzipFile(fileobj=stream)) if gzipped else stream
        self._pieces: deque[tuple[int, int, bytes]] = deque()  # number of its first line, line ends, bytes
        self._line = 1
        self._held = b""
        self._ahead = b""
        self._delimiter = delimiter
        self._broken: deque[int] = deque()  # lines
        self._unfinished = b""  # line
        self.odd_quotes = False
        """Whether quotes did more than surround a value of one line, somewhere in what was read."""

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

    def broken_quotes(self, before: int) -> list[int]:
        """Physical lines ``before`` this one that may have broken quotes, ascending; each is told once."""
        lines = []
        while self._broken and self._broken[0] < before:
            lines.append(self._broken.popleft())
        return lines

    def _remember(self, data: bytes) -> None:
        ends = count_line_ends(data)
        self._look_at_quotes(data, ends)
        if data:
            self._pieces.append((self._line, ends, data))
            self._line += ends

    def _look_at_quotes(self, data: bytes, ends: int) -> None:
        ended = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1 if ends else 0
        if ended or not data:
            lines = b"".join((self._unfinished, memoryview(data)[:ended]))
            if not stand_in_pairs(lines, self._delimiter, ends):
                self.odd_quotes = True
                self._broken.extend(self._line + at for at in find_broken_quotes(lines, self._delimiter))
            self._unfinished = data[ended:]
        else:
            self._unfinished += data
