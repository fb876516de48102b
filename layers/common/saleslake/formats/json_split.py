"""Cut JSON text into records, in bounded memory: one per line, or the elements of one array."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from saleslake.contracts.headers import normalise_header
from saleslake.contracts.refusal import FileRefusal, FileUnreadable
from saleslake.formats.json_text import DECODER, EXPECTED, Pairs
from saleslake.formats.model import LONGEST_RECORD

_SPACE = re.compile(r"[ \t\r\n]*")
_SHOWN = 200
_SCANNER = json.JSONDecoder(parse_float=str, parse_int=str)  # finds where a value ends, and little more


class Record(NamedTuple):
    """One record as delivered; ``number`` is its line, or in an array its place, both from 1."""

    number: int
    text: str


def is_array(head: str) -> bool:
    """Whether the records are the elements of one array; else they are lines."""
    return head.lstrip().startswith("[")


def records(chunks: Iterable[str], *, array: bool) -> Iterator[list[Record]]:
    """Cut text into records, those of each chunk in a list; blank lines are none.

    Raises
    ------
    FileUnreadable
        An array is broken or ends too soon, or a record is longer than is ever held in memory.
    """
    return _elements(chunks) if array else _lines(chunks)


def head_keys(head: str, *, whole: bool) -> list[str] | FileRefusal:
    """The keys of the objects at the beginning of a file, in the order they come, of each spelling the first.

    Parameters
    ----------
    head
        The first part of the text.
    whole
        Whether it is all of it; else its last record may be cut.
    """
    keys: dict[str, str] = {}
    first: str | None = None
    try:
        for record in _head_records(head, whole=whole):
            first = record if first is None else first
            for key in _keys(record):
                keys.setdefault(normalise_header(key), key)
    except FileUnreadable as problem:
        if whole:
            return problem.refusal
    if keys:
        return list(keys.values())
    if first is None and whole:
        return FileRefusal(
            code="no_records", message="the file holds no records", expected="at least one record"
        )
    message = "no line is a JSON object" if not is_array(head) else "no element is a JSON object"
    return FileRefusal(
        code="json_layout", message=message, line=1, value=(first or head)[:_SHOWN], expected=EXPECTED
    )


def _keys(record: str) -> list[str]:
    """The keys of one record; none where it is no object: that is told when the file is read."""
    try:
        value = DECODER.decode(record)
    except (ValueError, RecursionError):
        return []
    return [key for key, _ in value] if isinstance(value, Pairs) else []


def _head_records(head: str, *, whole: bool) -> Iterator[str]:
    if is_array(head):
        array = _Array(head)
        yield from (record.text for record in array.elements())
        if whole and not array.ended:
            raise FileUnreadable(array.broken())
        return
    text = head if whole else head.rpartition("\n")[0]
    yield from (line for line in text.split("\n") if line.strip())


def _lines(chunks: Iterable[str]) -> Iterator[list[Record]]:
    rest, number = "", 1
    for chunk in chunks:
        lines = (rest + chunk).split("\n")
        rest = lines.pop()
        yield [Record(at, line) for at, line in enumerate(lines, start=number) if line.strip()]
        number += len(lines)
        if len(rest) > LONGEST_RECORD:
            raise FileUnreadable(_too_long(number, rest))
    if rest.strip():
        yield [Record(number, rest)]


def _elements(chunks: Iterable[str]) -> Iterator[list[Record]]:
    """The elements of one array. One that is broken ends it: nobody knows where the next begins."""
    array = _Array()
    for chunk in chunks:
        array.text = array.text[array.at :] + chunk
        array.at = 0
        yield list(array.elements())
        if len(array.text) - array.at > LONGEST_RECORD:
            raise FileUnreadable(array.broken())
    if not array.ended:
        raise FileUnreadable(array.broken())


class _Array:
    """One array under way: the text not yet read, and where in the file it is."""

    def __init__(self, text: str = "") -> None:
        self.text, self.at = text, 0
        self.line, self.count = 1, 0
        self.opened = self.ended = False
        self.problem = "the array never ends"

    def elements(self) -> Iterator[Record]:
        """The elements that are whole in the text so far."""
        self._skip()
        if not self.opened and self.at < len(self.text):
            self.opened = True
            self.at += 1
            self._skip()
            self._close()
        while self.opened and not self.ended and (element := self._element()) is not None:
            self.count += 1
            yield Record(self.count, element)
        if self.ended and self.at < len(self.text):
            self.problem = "there is more after the end of the array"
            raise FileUnreadable(self.broken())

    def broken(self) -> FileRefusal:
        return FileRefusal(
            code="broken_json",
            message=f"the JSON array cannot be read: {self.problem}",
            line=self.line,
            value=self.text[self.at : self.at + _SHOWN],
            expected=EXPECTED,
        )

    def _element(self) -> str | None:
        """The next element, once it and the comma or bracket after it are there."""
        try:
            _, end = _SCANNER.raw_decode(self.text, self.at)
        except RecursionError:
            self.problem = "it is nested too deeply"
            raise FileUnreadable(self.broken()) from None
        except json.JSONDecodeError as problem:
            self.problem = problem.msg
            return None
        after = _end_of_space(self.text, end)
        if after == len(self.text):
            self.problem = "the array never ends"
            return None
        if self.text[after] not in ",]":
            self.problem = "expected a comma or the end of the array after an element"
            return None
        element = self.text[self.at : end]
        self._move(after)
        if self._close():
            return element
        self._move(after + 1)
        self._skip()
        return element

    def _close(self) -> bool:
        if self.text[self.at : self.at + 1] == "]":
            self.ended = True
            self.at += 1
            self._skip()
        return self.ended

    def _skip(self) -> None:
        self._move(_end_of_space(self.text, self.at))

    def _move(self, to: int) -> None:
        self.line += self.text.count("\n", self.at, to)
        self.at = to


def _end_of_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _too_long(line: int, text: str) -> FileRefusal:
    return FileRefusal(
        code="record_too_long",
        message=f"a line is longer than {LONGEST_RECORD:,} characters",
        line=line,
        value=text[:60],
        expected=EXPECTED,
    )
