"""Cursors: where an answer goes on, and on which release."""

import base64
import binascii
import json
import re
from typing import NamedTuple

from saleslake.analytics.parameters import RELEASE_PATTERN
from saleslake.analytics.problem import FaultyParameters, ParameterFault

_MOST_ROWS = 10**9
LONGEST_CURSOR = 256


class Cursor(NamedTuple):
    """The place after a page: of which release, of which question (the start of its key), after how many rows."""

    release: str
    question: str
    offset: int

    def text(self) -> str:
        """As a parameter."""
        return base64.urlsafe_b64encode(json.dumps(list(self)).encode()).decode().rstrip("=")


def read_cursor(text: str) -> Cursor:
    """A cursor from its text.

    Raises
    ------
    FaultyParameters
        It is none of ours.
    """
    found = _decoded(text) if len(text) <= LONGEST_CURSOR else None
    match found:
        case [str(release), str(question), int(offset)] if (
            re.fullmatch(RELEASE_PATTERN, release)
            and not isinstance(offset, bool)
            and 0 <= offset <= _MOST_ROWS
        ):
            return Cursor(release, question, offset)
    raise FaultyParameters([_fault("cursor is not one that an answer gave as next")])


def _decoded(text: str) -> object:
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        return json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        return None


def another_question() -> FaultyParameters:
    """The cursor belongs to an answer of other parameters."""
    return FaultyParameters(
        [_fault("cursor belongs to another question: repeat the parameters of its first page")]
    )


def past_the_end() -> FaultyParameters:
    """The cursor points to where there are no rows."""
    return FaultyParameters([_fault("cursor goes past the last row: follow next while there is one")])


def _fault(detail: str) -> ParameterFault:
    return ParameterFault(parameter="cursor", detail=detail)
