"""What a dataset looks like day by day and segment by segment: one aggregate query over its latest rows."""

# ruff: noqa: S608 - every name comes from a contract

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from saleslake import sql
from saleslake.aws.athena import Value
from saleslake.aws.backend import Backend
from saleslake.contracts.loader import contracts
from saleslake.contracts.model import Column, Contract

ALL = "all"  # the segment that stands for every row of a day
UNKNOWN = "Unknown"


class Figures(NamedTuple):
    """Aggregates of the rows of one day and segment, by name: rows, nulls.<column>, repeats, sum.<column>, …"""

    day: date
    segment: str
    values: dict[str, float]


def numbers(contract: Contract) -> list[Column]:
    """The columns whose values are added up and compared."""
    return [column for column in contract.columns if column.kind in {"decimal", "integer"}]


def blanks(contract: Contract) -> list[Column]:
    """The columns whose values may be missing."""
    return [column for column in contract.columns if not column.required]


def profile_statement(contract: Contract) -> str:
    """The query; its parameters are the first day and the day after the last.

    Raises
    ------
    ValueError
        The dataset has no days.
    """
    if contract.partition_by is None:
        raise ValueError(f"{contract.dataset} has no days")
    watched = contract.watched
    # names with __ are the query's own: a dataset may have a column called day
    segment = f"COALESCE(CAST({watched.segment} AS varchar), '{UNKNOWN}')" if watched.segment else f"'{ALL}'"
    told_apart = " || '|' || ".join(f"COALESCE(CAST({name} AS varchar), '')" for name in watched.distinct)
    figures = ["COUNT(*) AS rows_found"]
    if told_apart:
        figures.append("COUNT(*) - COUNT(DISTINCT thing__) AS repeats")
    if watched.numbered:
        figures += ["COUNT(number__) AS numbered", *_quantiles("number__", ("p25", "p75"), "number")]
    figures += [f"COUNT(*) - COUNT({column.name}) AS nulls__{column.name}" for column in blanks(contract)]
    for column in numbers(contract):
        figures += [
            f"COUNT({column.name}) AS counted__{column.name}",
            f"SUM({column.name}) AS sum__{column.name}",
            *_quantiles(column.name, ("p50", "p95"), column.name),
        ]
    kept = sorted({column.name for column in (*blanks(contract), *numbers(contract))})
    if told_apart:
        kept.append(f"{told_apart} AS thing__")
    if watched.numbered:
        text = f"CAST({watched.numbered} AS varchar)"
        kept.append(f"TRY_CAST(regexp_extract({text}, '[0-9]+$') AS bigint) AS number__")
    columns = ",\n        ".join(kept)
    grouping = (
        "GROUP BY GROUPING SETS ((day__), (day__, segment__))"
        if watched.segment
        else "GROUP BY day__, segment__"
    )
    return f"""-- What the rows of {contract.dataset} look like. Grain: one day and segment, and one day (segment NULL).
-- Parameters: first day, day after the last.
SELECT
    day__,
    segment__,
    {",\n    ".join(figures)}
FROM (
    SELECT
        CAST({contract.partition_by} AS date) AS day__,
        {segment} AS segment__,
        {columns}
    FROM {contract.dataset}_latest
    WHERE CAST({contract.partition_by} AS date) >= ? AND CAST({contract.partition_by} AS date) < ?
) AS dated
{grouping}"""


def _quantiles(name: str, quantiles: Sequence[str], called: str) -> Iterator[str]:
    """Quantiles of a column, each the first of its sorted values that this share of them does not exceed.

    Blanks come last; of blanks alone they are NULL. ``called`` is what the figures call the column.
    """
    for quantile in quantiles:
        place = f"CAST(NULLIF(CEIL(0.{quantile[1:]} * COUNT({name})), 0) AS integer)"
        yield f"element_at(array_agg({name} ORDER BY {name}), {place}) AS {quantile}__{called}"


def profile(contract: Contract, first: date, end: date, backend: Backend) -> list[Figures]:
    """The figures of the days from ``first`` to before ``end``, as the current release has them."""
    answer = backend.athena.query(
        profile_statement(contract),
        [sql.literal(first), sql.literal(end)],
        database=backend.settings.database,
    )
    return list(read_figures(answer.columns, answer.rows))


def read_figures(columns: Sequence[str], rows: Sequence[Sequence[Value]]) -> Iterator[Figures]:
    """Rows of the query as figures."""
    names = [name.replace("__", ".") for name in columns[2:]]
    for day, segment, *values in rows:
        found = {
            name: float(value)
            for name, value in zip(names, values, strict=True)
            if isinstance(value, int | float | Decimal)
        }
        assert isinstance(day, date), "day is a date"
        yield Figures(day, ALL if segment is None else str(segment), found)


def composed_statements() -> Iterator[tuple[str, str]]:
    """Every statement this module composes, by what it is for."""
    for contract in contracts():
        if contract.partition_by:
            yield f"profile {contract.dataset}", profile_statement(contract)
