"""Delimited text as bytes: its header, its physical lines, and whether its quotes close."""

import csv
import io
from collections.abc import Iterator

from saleslake.contracts.refusal import FileRefusal

DELIMITERS = (",", "\t", ";")


def read_header(head: str, delimiter: str) -> list[str]:
    """The fields of the first record; empty where there is none or it cannot be read."""
    try:
        return next(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter), [])
    except csv.Error:  # a field longer than the csv module takes: no header
        return []


def physical_lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Physical lines, whatever ends them (LF, CRLF or CR)."""
    rest = b""
    for chunk in chunks:
        lines = (rest + chunk).splitlines(keepends=True)
        # the last line may go on in the next chunk, and a CR there may be half of a CRLF
        rest = lines.pop()
        yield from lines
    if rest:
        yield rest


def find_unclosed_quote(chunks: Iterator[bytes], delimiter: str) -> FileRefusal | None:
    """Follow every quote as a CSV reader does; the refusal names the line where one opened that stays open.

    A quote opens a field only as its first character; anywhere else in an unquoted field it is a character as any.
    """
    separator, inside, opened, value, number = delimiter.encode(), False, 0, b"", 0
    for number, line in enumerate(physical_lines(chunks), start=1):
        if b'"' not in line:
            continue
        position = 0
        while position >= 0:
            if not inside and line.startswith(b'"', position):
                inside, opened, value, position = True, number, line[position : position + 60], position + 1
            if inside:
                end = line.find(b'"', position)
                if end < 0:
                    break
                if line.startswith(b'"', end + 1):  # a doubled quote is a quote inside the field
                    position = end + 2
                    continue
                inside, position = False, end + 1
            position = line.find(separator, position) + 1 or -1
    if not inside:
        return None
    return FileRefusal(
        code="unclosed_quote",
        message="a quoted field begins and never ends",
        line=opened,
        value=value.decode("cp1252", errors="replace").rstrip("\r\n"),
        expected='a closing "',
    )
