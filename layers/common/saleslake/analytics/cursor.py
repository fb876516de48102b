"""Cursors: where an answer goes on, and on which release."""

import base64
import binascii
import json
from typing import NamedTuple

from saleslake.analytics.problem import FaultyParameters, ParameterFault

_MOST_ROWS = 10**9


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
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        match json.loads(base64.b64decode(padded, altchars=b"-_", validate=True)):
            case [str(release), str(question), int(offset)] if 0 <= offset <= _MOST_ROWS:
                return Cursor(release, question, offset)
    except (binascii.Error, ValueError):
        pass
    raise FaultyParameters([_fault("cursor is not one that an answer gave as next")])


def another_question() -> FaultyParameters:
    """The cursor belongs to an answer of other parameters."""
    return FaultyParameters(
        [_fault("cursor belongs to another question: repeat the parameters of its first page")]
    )


def _fault(detail: str) -> ParameterFault:
    return ParameterFault(parameter="cursor", detail=detail)
