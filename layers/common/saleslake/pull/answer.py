"""One answer of an API: its records as text, exactly as sent, and what it says of the page after it."""

import json
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from saleslake.errors import BadInput

_DECODER = json.JSONDecoder()
_BLANK = re.compile(r"[ \t\n\r]*")
_LINK = re.compile(r"<([^>]*)>([^<]*)")
_NEXT = re.compile(r""";\s*rel\s*=\s*("[^"]*\bnext\b[^"]*"|next\b)""", re.IGNORECASE)


class AnswerUnusable(BadInput):
    """The API answered, but not what its source file says it does."""

    code = "answer_unusable"


class Answer:
    """Body and ``Link`` header of one page."""

    def __init__(self, body: bytes, link: str = "", *, items: str = "") -> None:
        self._path = items
        self._link = link
        try:
            self.text = body.decode("utf-8-sig")
            self.document: Any = json.loads(self.text)
        except (ValueError, RecursionError) as problem:
            raise AnswerUnusable(f"the answer is not JSON in UTF-8: {problem}") from problem

    @cached_property
    def items(self) -> list[Any]:
        """The records, parsed.

        Raises
        ------
        AnswerUnusable
            There is no list where the records should be.
        """
        found = value_at(self.document, self._path)
        if not isinstance(found, list):
            raise AnswerUnusable(f"no list of records at {self._path or 'the top'}: {self.text[:200]!r}")
        return found

    @cached_property
    def items_text(self) -> str:
        """The records as a JSON array, every digit and space as sent."""
        start, end = _span(self.text, self._path)
        return self.text[start:end]

    def linked(self) -> str | None:
        """What the ``Link`` header calls next."""
        return next((found[1] for found in _LINK.finditer(self._link) if _NEXT.search(found[2])), None)


def value_at(document: Any, path: str) -> Any:
    """The value at a dotted path (``meta.next``), or None where there is none; the empty path is everything."""
    for name in path.split(".") if path else ():
        document = document.get(name) if isinstance(document, dict) else None
    return document


def _span(text: str, path: str) -> tuple[int, int]:
    """Where the value at a path begins and ends; the text is known to be JSON and to have it."""
    start = _skip(text, 0)
    end = _DECODER.raw_decode(text, start)[1]
    for name in path.split(".") if path else ():
        *_, (start, end) = (span for key, span in _members(text, start) if key == name)  # the last one counts
    return start, end


def _members(text: str, start: int) -> Iterator[tuple[str, tuple[int, int]]]:
    """Keys of the object that begins at ``start``, each with where its value lies."""
    at = _skip(text, start + 1)
    while text[at] != "}":
        key, at = _DECODER.raw_decode(text, at)
        value = _skip(text, _skip(text, at) + 1)
        end = _DECODER.raw_decode(text, value)[1]
        yield key, (value, end)
        at = _skip(text, end)
        at = _skip(text, at + 1) if text[at] == "," else at


def _skip(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at
