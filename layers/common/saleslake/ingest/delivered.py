"""The bytes of a delivered file as they come: hashed, counted, unpacked, their ends kept."""

import gzip
import hashlib
import io
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO

CHUNK = 1 << 20
LONGEST_FOOTER = 16 << 20  # bytes of the end of a file that are kept; Parquet has its schema there


class Delivered:
    """The bytes as they came: hashed and counted on the way, unpacked where they are gzip."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.sha256 = hashlib.sha256()
        self.size = 0
        self.start = self.next(4)
        self.gzipped = self.start[:2] == b"\x1f\x8b"

    def chunks(self) -> Iterator[bytes]:
        """The unpacked bytes; raises what gzip raises when they are damaged."""
        if self.gzipped:
            with gzip.GzipFile(fileobj=io.BufferedReader(_Pushed(self), CHUNK)) as unpacked:
                while chunk := unpacked.read(CHUNK):
                    yield chunk
            return
        chunk = self.start
        while more := self.next(CHUNK):
            yield chunk + more if chunk else more
            chunk = b""
        if chunk:
            yield chunk

    def drain(self) -> None:
        """Read what is left: a refused file has a hash too."""
        while self.next(CHUNK):
            pass

    def ends(self) -> "Ends":
        """The first and the last bytes, once all were read."""
        ends = Ends()
        chunk = self.start
        while chunk:
            ends.take(chunk)
            chunk = self.next(CHUNK)
        return ends

    def next(self, size: int) -> bytes:
        """The next bytes as delivered, fewer than asked for only at the end."""
        chunk = self.stream.read(size)
        while len(chunk) < size and (more := self.stream.read(size - len(chunk))):
            chunk += more  # a stream may give less than it is asked for
        self.sha256.update(chunk)
        self.size += len(chunk)
        return chunk


class _Pushed(io.RawIOBase):
    """The delivered bytes for gzip to read, the first four put back."""

    def __init__(self, delivered: Delivered) -> None:
        self.delivered = delivered
        self.rest = delivered.start

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        chunk = self.rest or self.delivered.next(len(buffer))
        self.rest = b""
        buffer[: len(chunk)] = chunk
        return len(chunk)


class Ends(io.RawIOBase):
    """A file of which only the first and the last bytes are there, for readers that look nowhere else."""

    def __init__(self) -> None:
        self.size = 0
        self._head = bytearray()
        self._tail: deque[bytes] = deque()
        self._kept = 0
        self._at = 0

    def take(self, chunk: bytes) -> None:
        """Append bytes; those of the middle are forgotten."""
        self.size += len(chunk)
        self._head += chunk[: max(CHUNK - len(self._head), 0)]
        self._tail.append(chunk)
        self._kept += len(chunk)
        while self._kept - len(self._tail[0]) >= LONGEST_FOOTER:
            self._kept -= len(self._tail.popleft())

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        return self._at

    def read(self, size: int = -1) -> bytes:
        end = self.size if size < 0 else min(self._at + size, self.size)
        first_kept = self.size - self._kept
        if self._at >= first_kept:
            found = b"".join(self._tail)[self._at - first_kept : end - first_kept]
        elif end <= len(self._head):
            found = bytes(self._head[self._at : end])
        else:
            raise OSError(f"bytes {self._at:,} to {end:,} are in the middle of the file")
        self._at = max(end, self._at)
        return found
