"""Parts of a statement that every request for rows has: conditions, order, page."""

from collections.abc import Iterable, Sequence

from saleslake.metrics.request import Value

ROWS_IN_ALL = "rows_in_all"  # the column that counts the rows of all pages


def one_of(name: str, values: Sequence[Value]) -> str:
    """The condition that a column has one of these values, with a place for each that is not None."""
    places = ", ".join("?" for value in values if value is not None)
    tests = [f"{name} IN ({places})"] if places else []
    if None in values or not values:
        tests.append(f"{name} IS NULL")
    return " OR ".join(tests)


def in_order(names: Iterable[str]) -> str:
    """ORDER BY, each column once; a ``-`` before a name puts the highest first. What is missing comes last."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(name.removeprefix("-"), "DESC" if name.startswith("-") else "ASC")
    columns = ", ".join(f"{name} {way} NULLS LAST" for name, way in found.items())
    return f" ORDER BY {columns}" if columns else ""


def page(limit: int | None, offset: int) -> str:
    """OFFSET and LIMIT."""
    return "" if limit is None else (f" OFFSET {offset:d}" if offset else "") + f" LIMIT {limit:d}"
