"""The report behind ``GET /analytics``, of everything or of what filters leave."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from saleslake.analytics.deadline import Deadline
from saleslake.analytics.model import (
    AnalyticsData,
    CategoryRow,
    Kpis,
    MonthRow,
    OverviewRecords,
    Records,
    StateRow,
)
from saleslake.analytics.parameters import Parameter, parameters
from saleslake.analytics.ports import Engine
from saleslake.analytics.problem import refuse_unknown
from saleslake.analytics.reading import Reading
from saleslake.analytics.release import PublishedRelease
from saleslake.analytics.report import Computed, Report, RowsByStatement
from saleslake.metrics.built import catalogue
from saleslake.metrics.endpoint import Endpoint
from saleslake.metrics.planner import narrowed
from saleslake.metrics.request import Request, Value, filters_of

PATH = "/analytics"
_ROLLUPS = ("rollup_sales_daily", "rollup_sales_filters_daily")
_EVERYTHING = Request(source="sales", measures=())


def assemble(rows: RowsByStatement) -> tuple[AnalyticsData, Records]:
    """Rows of the four statements as the answer and its record counts.

    Raises
    ------
    pydantic.ValidationError
        A column is missing, or its value is not of the type or scale the API promises.
    """
    (headline,) = rows["kpis"]
    data = AnalyticsData(
        kpis=Kpis(**{field: headline[field] for field in Kpis.model_fields}),
        regional_analytics=[StateRow(**row) for row in rows["regional_analytics"]],
        category_performance=[CategoryRow(**row) for row in rows["category_performance"]],
        monthly_trends=[MonthRow(**row) for row in rows["monthly_trends"]],
    )
    return data, Records(**{field: headline[field] for field in Records.model_fields})


STATEMENTS = ("kpis", "regional_analytics", "category_performance", "monthly_trends")


@dataclass(frozen=True)
class Overview(Report):
    """The four statements; says from which tables their figures are."""

    rollup: str = _ROLLUPS[0]

    def compute(
        self, release: PublishedRelease, engine: Engine, *, database: str, deadline: Deadline
    ) -> Computed:
        """As any report."""
        computed = super().compute(release, engine, database=database, deadline=deadline)
        tables = [self.rollup, "fact_sales"]
        records = OverviewRecords(**computed.records.model_dump(), rollup=self.rollup, tables=tables)
        return computed._replace(records=records)


OVERVIEW = Overview(name="analytics", statements=STATEMENTS, assemble=assemble)


@dataclass(frozen=True)
class Narrowed(Overview):
    """The same statements over the rows that filters and days leave."""

    request: Request = _EVERYTHING

    def text(self, statement: str) -> str:
        """The SQL of a statement, in which each table stands for its rows that are left."""
        rollup = catalogue().rollup(self.rollup)
        rows = {
            "fact_sales": narrowed(self.request, catalogue()),
            _ROLLUPS[0]: narrowed(self.request, catalogue(), rollup),
        }
        return re.sub(
            rf"\bFROM ({'|'.join(rows)})\b",
            lambda table: f"FROM ({rows[table[1]]}) AS {table[1]}",
            super().text(statement),
        )


@cache
def overview_parameters() -> Mapping[str, Parameter]:
    """What ``GET /analytics`` takes: days, the filters a rollup has, and a release."""
    entry = Endpoint(name="analytics", path=PATH, summary="", source="sales", compare=False, single=True)
    names = {"from", "to", "release", *catalogue().rollup(_ROLLUPS[1]).dimensions, "b2b"}
    return {name: known for name, known in parameters(entry).items() if name in names}


@dataclass(frozen=True)
class OverviewWanted:
    """The report a request asks for, the release it names, and the filters whose values are to be checked."""

    report: Report
    release: str | None
    filters: tuple[tuple[str, str, tuple[Value, ...]], ...]


def overview(given: tuple[tuple[str, tuple[str, ...]], ...]) -> OverviewWanted:
    """What the parameters of a request ask for.

    Raises
    ------
    UnknownParameter, FaultyParameters
        There are parameters the endpoint does not have, or values that cannot be used.
    """
    known, values = overview_parameters(), dict(given)
    refuse_unknown(values, known, path=PATH)
    reading = Reading(values, known)
    first, last = reading.days()
    release = reading.release()
    filters = tuple(
        (name, "is_b2b" if name == "b2b" else name, reading.values(name, parameter.schema["items"]))
        for name, parameter in known.items()
        if parameter.repeatable and name in values
    )
    reading.end()
    if not (filters or first or last):
        return OverviewWanted(OVERVIEW, release, ())
    picked = filters_of((target, found) for _, target, found in filters)
    request = Request(source="sales", measures=(), filters=picked, first=first, last=last)
    # the smallest daily rollup that has every dimension asked for
    rollup = next(name for name in _ROLLUPS if request.dimensions <= set(catalogue().rollup(name).dimensions))
    return OverviewWanted(Narrowed("analytics", STATEMENTS, assemble, rollup, request), release, filters)
