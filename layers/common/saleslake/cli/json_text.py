"""JSON as the command line reads and shows it."""

import json
from pathlib import Path
from typing import Any

import click

from saleslake.errors import BadInput


def read_json(file: Path) -> Any:
    """What a JSON file says, or standard input when it is ``-``.

    Raises
    ------
    BadInput
        It is no JSON; the message says where.
    """
    name = "standard input" if str(file) == "-" else str(file)
    try:
        with click.open_file(str(file), encoding="utf-8") as stream:
            return json.load(stream)
    except json.JSONDecodeError as error:
        raise BadInput(
            f"{name} is no JSON: line {error.lineno}, column {error.colno}: {error.msg}"
        ) from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{name} is no JSON: it is not UTF-8 from byte {error.start + 1} on") from error


class _Number(str):
    """The text of a number: 71673394.00 has two places, and a float has no room for them."""


def indented(text: str) -> str:
    """JSON text over several lines, its numbers as they were."""
    return _lines(json.loads(text, parse_float=_Number, parse_int=_Number), "\n")


def _lines(value: Any, margin: str) -> str:
    deeper = f"{margin}  "
    match value:
        case _Number():
            return value
        case dict() if value:
            inner = (f"{deeper}{_lines(key, '')}: {_lines(item, deeper)}" for key, item in value.items())
            return f"{{{','.join(inner)}{margin}}}"
        case list() if value:
            return f"[{','.join(deeper + _lines(item, deeper) for item in value)}{margin}]"
        case _:
            return json.dumps(value, ensure_ascii=False)
