"""Streams as the readers of formats want them: a read gives all it is asked for, until the end."""

import codecs
import gzip
import io
from collections.abc import Iterator
from typing import BinaryIO, cast

from saleslake.contracts.refusal import FileRefusal, FileUnreadable


def buffered(stream: BinaryIO) -> BinaryIO:
    """The stream, whose reads may now be of any size; S3's may give less than asked for."""
    return cast(BinaryIO, io.BufferedReader(_Raw(stream), 1 << 20))


def unpacked(stream: BinaryIO, compression: str) -> BinaryIO:
    """The bytes within, where they are packed."""
    return cast(BinaryIO, gzip.GzipFile(fileobj=stream)) if compression else stream


def decoded(stream: BinaryIO, size: int) -> Iterator[str]:
    """UTF-8 text in pieces of ``size`` bytes, without a byte order mark.

    Raises
    ------
    FileUnreadable
        The bytes are no UTF-8.
    """
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        while chunk := stream.read(size):
            yield decoder.decode(chunk)
        yield decoder.decode(b"", final=True)
    except UnicodeDecodeError as problem:
        refusal = FileRefusal(
            code="encoding", message=f"the bytes are not UTF-8: {problem}", expected="JSON in UTF-8"
        )
        raise FileUnreadable(refusal) from problem


class _Raw(io.RawIOBase):
    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        chunk = self._stream.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)
