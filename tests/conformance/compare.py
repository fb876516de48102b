"""Two engines' answers side by side."""

from local.athena.engine import Result
from tests.conformance.statements import Token, tokens_of


def differences(sql: str, trino: Result, duckdb: Result) -> list[str]:
    """What differs between two results of a query: columns with types, precision and scale, then rows as text.

    The order of rows counts where the query says one.
    """
    if trino.columns != duckdb.columns:
        pairs = zip(trino.columns, duckdb.columns, strict=False)
        found = [f"column {one} in Trino, {other} in DuckDB" for one, other in pairs if one != other]
        return found or [f"{len(trino.columns)} columns in Trino, {len(duckdb.columns)} in DuckDB"]
    one, other = list(trino.rows), list(duckdb.rows)
    if not is_ordered(tokens_of(sql)):
        one, other = sorted(one, key=_key), sorted(other, key=_key)
    if len(one) != len(other):
        return [f"{len(one)} rows in Trino, {len(other)} in DuckDB"]
    return [
        f"row {number}: {expected} in Trino, {found} in DuckDB"
        for number, (expected, found) in enumerate(zip(one, other, strict=True))
        if expected != found
    ][:5]


def is_ordered(tokens: list[Token]) -> bool:
    """Whether the outermost query ends in ORDER BY."""
    depth = 0
    for token in tokens:
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and token.word == "ORDER":
            return True
    return False


def _key(row: tuple[str | None, ...]) -> tuple[tuple[bool, str], ...]:
    return tuple((cell is None, cell or "") for cell in row)
