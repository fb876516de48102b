"""The rows of a view as one statement that reads the tables under it, so that each can be read as of a release."""

import re
from functools import cache

from saleslake import sql
from saleslake.metrics.clauses import ROWS_IN_ALL, in_order, one_of, page
from saleslake.metrics.request import ViewRequest

_TABLES = ("fact_", "dim_", "rollup_", "quality_")
_HEAD = re.compile(r"CREATE OR REPLACE VIEW \w+ AS\s")
_READ = re.compile(r"\b(?:FROM|JOIN)\s+([a-z_][a-z0-9_]*)")


def view_statement(request: ViewRequest) -> str:
    """The statement that answers a request for rows of a view."""
    conditions = [one_of(given.name, given.values) for given in request.filters]
    values = [value for given in request.filters for value in given.values if value is not None]
    counted = f", COUNT(*) OVER () AS {ROWS_IN_ALL}" if request.limit is not None else ""
    if request.body:
        levels = f"{request.view} AS ({request.body})"
    else:
        levels = ", ".join(f"{name} AS ({_body(name)})" for name in _with_those_it_reads(request.view))
    text = f"WITH {levels} SELECT {', '.join(request.columns)}{counted} FROM {request.view}"  # noqa: S608 - our names
    if conditions:
        text += " WHERE " + " AND ".join(f"({condition})" for condition in conditions)
    return sql.render(text + in_order(request.order) + page(request.limit, request.offset), values)


@cache
def view_tables(view: str, body: str = "") -> tuple[str, ...]:
    """The tables under a view."""
    bodies = [body] if body else [_body(inner) for inner in _with_those_it_reads(view)]
    found = {name for text in bodies for name in _READ.findall(text)}
    return tuple(sorted(name for name in found if name.startswith(_TABLES)))


@cache
def _with_those_it_reads(view: str) -> tuple[str, ...]:
    """A view and the views it reads, each after those."""
    found: dict[str, None] = {}
    for name in _READ.findall(_body(view)):
        if (sql.FOLDER / "views" / f"{name}.sql").exists():
            found |= dict.fromkeys(_with_those_it_reads(name))
    return (*found, view)


@cache
def _body(view: str) -> str:
    """What follows CREATE VIEW … AS, without comments."""
    (statement,) = sql.read(f"views/{view}")
    text = statement[_HEAD.search(statement).end() :]  # type: ignore[union-attr]
    return re.sub(r"^\s*--.*\n", "", text, flags=re.MULTILINE)
