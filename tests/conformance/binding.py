"""Values for the `?` of a statement: what a column compared with it holds, so that rows are found."""

from datetime import timedelta

from saleslake.sql import parameters
from tests.conformance.generated import DAYS, FIRST_DAY, example
from tests.conformance.statements import Statement, Token

LOCATION = "s3://lake/curated/{database}/{table}/"
LOW, HIGH = FIRST_DAY + timedelta(days=20), FIRST_DAY + timedelta(days=DAYS - 60)


class NoValue(ValueError):
    """A `?` whose meaning cannot be told from what stands around it."""


def bound(statement: Statement, database: str, run: str) -> str:
    """The statement with a literal for every `?`.

    Raises
    ------
    NoValue
        What stands around a `?` does not say what it is for; the message names file and line.
    """
    tokens, pieces, end = statement.tokens, [], 0
    named = {"run id": f"'{run}'", "first day": f"DATE '{LOW}'", "day after the last": f"DATE '{HIGH}'"}
    said = iter([named[name] for name in parameters(statement.sql) if name in named])
    for at, token in enumerate(tokens):
        if token.text != "?":
            continue
        value = next(said, None) or _value(statement, tokens, at, database, run)
        pieces += [statement.sql[end : token.start], value]
        end = token.start + 1
    return "".join([*pieces, statement.sql[end:]])


def _value(statement: Statement, tokens: list[Token], at: int, database: str, run: str) -> str:
    before = tokens[at - 1].word
    if before == "LOCATION":
        return f"'{LOCATION.format(database=database, table=tokens[2].text)}'"
    if before in ("LIMIT", "OFFSET"):
        return "7"
    column, upper = _compared(tokens, at)
    if column == "run_id":
        return f"'{run}'"
    if column.endswith(("_date", "_day", "_month")) or column == "day":
        return f"DATE '{HIGH if upper else LOW}'"
    if column:
        return f"'{example(column)}'"
    raise NoValue(
        f"{statement.at(statement.sql.count(chr(10), 0, tokens[at].start) + 1)}: what is this ? for"
    )


def _compared(tokens: list[Token], at: int) -> tuple[str, bool]:
    """The column a `?` is compared with, and whether the `?` is an upper bound."""
    before = tokens[at - 1].word
    if before in ("=", "<>", "<", "<=", ">", ">=", "BETWEEN"):
        return tokens[at - 2].text.lower(), before.startswith("<")
    if before == "AND" and tokens[at - 3].word == "BETWEEN":
        return tokens[at - 4].text.lower(), True
    return "", False
