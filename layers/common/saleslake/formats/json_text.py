"""JSON as text: one object per line or one array of objects, every number kept as it is written.

Python's parser is the judge of what is JSON here: it is exact where numbers are asked for as text. What reads millions
of lines leans on it for every line it is not sure of.
"""

import json
import re
from decimal import Decimal
from typing import Any

EXPECTED = "one JSON object per line, or one array of objects"


class Number(str):
    """A number as written."""

    __slots__ = ()


class Pairs(list[tuple[str, Any]]):
    """An object: its keys and values in order, a key as often as it is written."""

    __slots__ = ()


DECODER = json.JSONDecoder(
    parse_float=Number, parse_int=Number, parse_constant=Number, object_pairs_hook=Pairs
)


def looks_like_json(head: str) -> bool:
    """Whether text begins as JSON objects do; a CSV header may begin with a bracket, but not like this."""
    return re.match(r'\s*(\{\s*["}]|\[\s*([\[\]{"]|-?[0-9]))', head) is not None


def render(value: Any) -> str:
    """A value as JSON text; a number as it was written, a decimal with all its digits, a time as text."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Pairs | dict):
        pairs = value.items() if isinstance(value, dict) else value
        return "{" + ", ".join(f"{_quoted(str(key))}: {render(item)}" for key, item in pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(render(item) for item in value) + "]"
    return _quoted(value)


def _quoted(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
