"""The SQL files, and how values get into them. Every folder holds plain Athena SQL with ``?`` for values."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from saleslake.errors import UnknownTable

type Parameter = str | int | Decimal | date | bool

FOLDER = Path(__file__).parent

# A comment, a quoted string or name, or one of the two characters that mean something outside of those.
_TOKEN = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\?|;", re.DOTALL)
_TOKEN_OR_TABLE = re.compile(
    _TOKEN.pattern + r"|\b(?:FROM|JOIN)\s+(?P<table>[a-z_][a-z0-9_]*)\b(?!\s*[.(])", re.DOTALL | re.IGNORECASE
)
_TOKEN_OR_PUBLISHED = re.compile(_TOKEN.pattern + r"|\bpublished\.", re.DOTALL | re.IGNORECASE)


@cache
def read(name: str) -> tuple[str, ...]:
    """The statements of one SQL file, named by its path below ``sql/`` without ``.sql``.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    """
    text = (FOLDER / f"{name}.sql").read_text(encoding="utf-8")
    ends = [match.start() for match in _TOKEN.finditer(text) if match[0] == ";"]
    starts = [0, *(end + 1 for end in ends)]
    statements = (text[start:end].strip() for start, end in zip(starts, [*ends, len(text)], strict=True))
    return tuple(statement for statement in statements if statement)


@cache
def parameters(statement: str) -> tuple[str, ...]:
    """What each ``?`` of a model's statement stands for, as its comment ``-- Parameters: run id, first day.`` says."""
    named = re.search(r"^-- Parameters: ([^.\n]*)\.", statement, re.MULTILINE)
    return tuple(name.strip() for name in named[1].split(",")) if named else ()


def in_database(statement: str, published: str) -> str:
    """A statement with the name of the published database in place of ``published``.

    Models read a table as ``published.<table>`` to see it as it is in the release they build on. The name is
    quoted: it is that of the stack, which may be a word of SQL.
    """
    return _TOKEN_OR_PUBLISHED.sub(
        lambda match: f'"{published}".' if match[0].lower() == "published." else match[0], statement
    )


def literal(value: Parameter) -> str:
    """A value as an Athena SQL expression.

    Used both for ``ExecutionParameters``, which are SQL expressions, and for text where Athena takes no ``?``
    (https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements.html).

    Raises
    ------
    TypeError
        The value is of a type without an exact literal, such as float.
    """
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Decimal():
            return f"DECIMAL '{value:f}'"
        case date():
            return f"DATE '{value:%Y-%m-%d}'"
        case str():
            return "'" + value.replace("'", "''") + "'"
        case _:
            raise TypeError(f"{type(value).__name__} has no exact SQL literal")


def render(statement: str, parameters: Sequence[Parameter]) -> str:
    """A statement with each ``?`` replaced by the literal of its value, in order.

    Raises
    ------
    ValueError
        There are more or fewer values than places.
    """
    values: Iterator[Parameter] = iter(parameters)
    try:
        text = _TOKEN.sub(lambda match: literal(next(values)) if match[0] == "?" else match[0], statement)
    except StopIteration:
        raise ValueError(f"{len(parameters)} values are too few for: {statement}") from None
    if next(values, None) is not None:
        raise ValueError(f"{len(parameters)} values are too many for: {statement}")
    return text


def pin(statement: str, snapshots: Mapping[str, str | None]) -> str:
    """A query that reads each of its tables as of the snapshot given for it; None for one never written to.

    Raises
    ------
    UnknownTable
        The query reads a table that ``snapshots`` does not name. Names of its own CTEs are left alone.
    """
    own = {name.lower() for name in re.findall(r"\b([a-z_][a-z0-9_]*)\s+AS\s*\(", statement, re.IGNORECASE)}

    def pinned(match: re.Match[str]) -> str:
        table = match["table"].lower()
        if table in own:
            return match[0]
        if table not in snapshots:
            raise UnknownTable(
                f"{table} is not a table of this release; it has {', '.join(sorted(snapshots))}"
            )
        snapshot = snapshots[table]
        return match[0] if snapshot is None else f"{match[0]} FOR VERSION AS OF {int(snapshot)}"

    return _TOKEN_OR_TABLE.sub(lambda match: pinned(match) if match["table"] else match[0], statement)
