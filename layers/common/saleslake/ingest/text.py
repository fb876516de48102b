"""Delivered text, taken chunk by chunk: its encoding, its quotes, whether there are rows."""

import codecs
from typing import Literal

from saleslake.contracts.refusal import FileRefusal

EXPECTED = "CSV text in UTF-8 (or Windows-1252), JSON in UTF-8, Parquet or Avro"
_MAGIC = {
    b"PK\x03\x04": "an Excel workbook or a zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
    b"PAR1": "a Parquet file within gzip",
    b"Obj\x01": "an Avro file within gzip",
}
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Text:
    """Unpacked bytes, taken chunk by chunk: their encoding, their quotes, whether there are rows."""

    def __init__(self) -> None:
        self.head = b""
        self.quotes = 0
        self.encoding: Literal["utf-8", "utf-8-sig", "cp1252"] = "utf-8"
        self.last = b""
        self.size = 0
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
        self.size += len(chunk)
        self.last = chunk.rstrip()[-1:] or self.last
        if b"\0" in chunk:
            line = self._lines + chunk[: chunk.index(b"\0")].count(b"\n")
            return FileRefusal(
                code="binary", message="the file holds NUL bytes", line=line, expected=EXPECTED
            )
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
        return FileRefusal(
            code="encoding", message=message, line=line, value=f"{byte:#04x}", expected=EXPECTED
        )


def _refuse_start(chunk: bytes) -> FileRefusal | None:
    for magic, what in _MAGIC.items():
        if chunk.startswith(magic):
            return FileRefusal(code="binary", message=f"this is {what}", expected=EXPECTED)
    if chunk.startswith(_UTF16) or chunk[:200].count(b"\0") * 3 >= len(chunk[:200]):
        return FileRefusal(code="encoding", message="the file is UTF-16", expected=EXPECTED)
    return None
