"""Look at a delivered file once, from end to end, before anything is kept: what it is, or why it is refused.

One pass in bounded memory and in bulk: nothing here looks at a row. Only where the quotes of the whole file do not
pair up is it read a second time, to tell an inch sign from a quote that never closes.
"""

import codecs
import gzip
import hashlib
import io
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, Literal

from pydantic import BaseModel, ConfigDict

from saleslake.contracts.delimited import DELIMITERS, find_unclosed_quote, read_header
from saleslake.contracts.recognise import Recognised, recognise
from saleslake.contracts.refusal import FileRefusal

type OpenFile = Callable[[], BinaryIO]

_CHUNK = 1 << 20
_MAGIC = {
    b"PK\x03\x04": "an Excel workbook or a zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
    b"PAR1": "a Parquet file",
    b"Obj\x01": "an Avro file",
}
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_PLAIN = "CSV text in UTF-8 (or Windows-1252)"


class FileFormat(BaseModel):
    """How to read a file: all the transform needs besides the contract."""

    model_config = ConfigDict(frozen=True)

    encoding: Literal["utf-8", "utf-8-sig", "cp1252"]
    delimiter: Literal[",", "\t", ";"]
    compression: Literal["", "gzip"]


class Inspection(BaseModel):
    """What was found: always the identity of the bytes; either a format and a dataset, or refusals."""

    model_config = ConfigDict(frozen=True)

    file_id: str
    size: int
    extension: str
    dataset: str | None = None
    format: FileFormat | None = None
    refusals: tuple[FileRefusal, ...] = ()


def inspect(open_file: OpenFile, key: str) -> Inspection:
    """Inspect one delivered file.

    Parameters
    ----------
    open_file
        Opens the file's bytes as a stream; called once, and again only where the quotes do not pair up.
    key
        Where it landed: its folder names the dataset, else its header does.

    Returns
    -------
    Inspection
        ``file_id`` is the SHA-256 of the bytes as delivered, whether the file is refused or not.
    """
    delivered = _Delivered(open_file())
    text = _Text()
    refusal = None
    try:
        for chunk in delivered.chunks():
            refusal = text.take(chunk)
            if refusal:
                break
    except (EOFError, gzip.BadGzipFile, zlib.error) as problem:
        refusal = FileRefusal(code="damaged_gzip", message=f"gzip: {problem}", expected="a whole gzip file")
    delivered.drain()
    found = Inspection(
        file_id=delivered.sha256.hexdigest(),
        size=delivered.size,
        extension=".csv.gz" if delivered.gzipped else ".csv",
    )
    understood = refusal or text.finish() or _understand(open_file, key, delivered, text)
    if isinstance(understood, FileRefusal):
        return found.model_copy(update={"refusals": (understood,)})
    dataset, file_format = understood
    return found.model_copy(update={"dataset": dataset, "format": file_format})


def _understand(
    open_file: OpenFile, key: str, delivered: "_Delivered", text: "_Text"
) -> tuple[str, FileFormat] | FileRefusal:
    head = text.head.decode(text.encoding, errors="ignore")
    candidates = {delimiter: read_header(head, delimiter) for delimiter in DELIMITERS}
    delimiter = max(candidates, key=lambda candidate: len(candidates[candidate]))
    if text.quotes % 2:
        unclosed = find_unclosed_quote(_Delivered(open_file()).chunks(), delimiter)
        if unclosed:
            return unclosed
    recognised = recognise(key, candidates[delimiter])
    if not isinstance(recognised, Recognised):
        return recognised
    file_format = FileFormat.model_validate(
        {
            "encoding": text.encoding,
            "delimiter": delimiter,
            "compression": "gzip" if delivered.gzipped else "",
        }
    )
    return recognised.dataset, file_format


class _Delivered:
    """The bytes as they came: hashed and counted on the way, unpacked where they are gzip."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.sha256 = hashlib.sha256()
        self.size = 0
        self.start = self._next(4)
        self.gzipped = self.start[:2] == b"\x1f\x8b"

    def chunks(self) -> Iterator[bytes]:
        """The unpacked bytes; raises what gzip raises when they are damaged."""
        if self.gzipped:
            with gzip.GzipFile(fileobj=io.BufferedReader(_Pushed(self), _CHUNK)) as unpacked:
                while chunk := unpacked.read(_CHUNK):
                    yield chunk
            return
        chunk = self.start
        while more := self._next(_CHUNK):
            yield chunk + more if chunk else more
            chunk = b""
        if chunk:
            yield chunk

    def drain(self) -> None:
        """Read what is left: a refused file has a hash too."""
        while self._next(_CHUNK):
            pass

    def _next(self, size: int) -> bytes:
        chunk = self.stream.read(size)
        while len(chunk) < size and (more := self.stream.read(size - len(chunk))):
            chunk += more  # a stream may give less than it is asked for
        self.sha256.update(chunk)
        self.size += len(chunk)
        return chunk


class _Pushed(io.RawIOBase):
    """The delivered bytes for gzip to read, the first four put back."""

    def __init__(self, delivered: _Delivered) -> None:
        self.delivered = delivered
        self.rest = delivered.start

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        chunk = self.rest or self.delivered._next(len(buffer))
        self.rest = b""
        buffer[: len(chunk)] = chunk
        return len(chunk)


class _Text:
    """Unpacked bytes, taken chunk by chunk: their encoding, their quotes, whether there are rows."""

    def __init__(self) -> None:
        self.head = b""
        self.quotes = 0
        self.encoding = "utf-8"
        self.has_rows = False
        self._utf8: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
        self._beyond_ascii = False
        self._lines = 1

    def take(self, chunk: bytes) -> FileRefusal | None:
        """Take the next chunk; a refusal when no later one could make it right."""
        if not self.head:
            self.head = chunk
            refusal = _refuse_start(chunk)
            if refusal:
                return refusal
            if chunk.startswith(codecs.BOM_UTF8):
                self.encoding = "utf-8-sig"
            _, _, rest = chunk.replace(b"\r", b"\n").lstrip(b"\n").partition(b"\n")
            self.has_rows = bool(rest.strip())
        elif not self.has_rows:
            self.has_rows = bool(chunk.strip())
        if b"\0" in chunk:
            line = self._lines + chunk[: chunk.index(b"\0")].count(b"\n")
            return FileRefusal(code="binary", message="the file holds NUL bytes", line=line, expected=_PLAIN)
        self.quotes += chunk.count(b'"')
        refusal = self._check_encoding(chunk)
        self._lines += chunk.count(b"\n")
        return refusal

    def finish(self) -> FileRefusal | None:
        """What is still wrong once the last chunk was taken."""
        if not self.head:
            return FileRefusal(
                code="empty_file", message="the file holds no bytes", expected="a header and rows"
            )
        if self._utf8 is not None:
            refusal = self._decode(b"", final=True)
            if refusal:
                return refusal
        if not self.head.strip():
            return FileRefusal(code="empty_file", message="the file is blank", expected="a header and rows")
        if not self.has_rows:
            return FileRefusal(
                code="header_only",
                message="the file has a header and no rows",
                line=1,
                value=self.head[:200].decode("cp1252", errors="replace").strip(),
                expected="at least one row",
            )
        return None

    def _check_encoding(self, chunk: bytes) -> FileRefusal | None:
        if chunk.isascii() and not (self._utf8 and self._utf8.getstate()[0]):
            return None
        return self._decode(chunk, final=False)

    def _decode(self, chunk: bytes, *, final: bool) -> FileRefusal | None:
        """Try UTF-8, then Windows-1252; text that is partly each is neither."""
        if self._utf8 is not None:
            pending = self._utf8.getstate()[0]
            try:
                self._utf8.decode(chunk, final)
            except UnicodeDecodeError as problem:
                before = problem.object[: problem.start]
                if self._beyond_ascii or self.encoding == "utf-8-sig" or not before.isascii():
                    return self._bad_encoding("not UTF-8 all through", problem)
                self._utf8, self.encoding = None, "cp1252"
                chunk = pending + chunk
            else:
                self._beyond_ascii = self._beyond_ascii or not chunk.isascii()
                return None
        try:
            chunk.decode("cp1252")
        except UnicodeDecodeError as problem:
            return self._bad_encoding("neither UTF-8 nor Windows-1252", problem)
        return None

    def _bad_encoding(self, message: str, problem: UnicodeDecodeError) -> FileRefusal:
        before, byte = problem.object[: problem.start], problem.object[problem.start]
        line = self._lines + before.count(b"\n")
        return FileRefusal(code="encoding", message=message, line=line, value=f"{byte:#04x}", expected=_PLAIN)


def _refuse_start(chunk: bytes) -> FileRefusal | None:
    for magic, what in _MAGIC.items():
        if chunk.startswith(magic):
            return FileRefusal(code="binary", message=f"this is {what}", expected=_PLAIN)
    if chunk.startswith(_UTF16) or chunk[:200].count(b"\0") * 3 >= len(chunk[:200]):
        return FileRefusal(code="encoding", message="the file is UTF-16", expected=_PLAIN)
    return None
