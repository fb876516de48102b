"""Random requests to the catalogue, and what two ways of answering them say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from saleslake.metrics.built import catalogue
from saleslake.metrics.model import TIMES
from saleslake.metrics.planner import plan
from saleslake.metrics.request import Request, Value, filters_of, whole
from tests.world.marts import VALUES, Cell, Run

FIRST, LAST = date(2025, 11, 1), date(2025, 12, 31)
MORE_VALUES = VALUES | {
    "brand": ("Indigo Loom", "Unknown"), "territory": ("Chennai", "Mumbai"), "warehouse": ("BLR1", "DEL1"),
}  # fmt: skip


def random_requests(random: Random, count: int) -> Iterator[Request]:
    """Requests of any source: measures, groups, filters, days, comparisons, orders and pages."""
    found = catalogue()
    for _ in range(count):
        source = random.choice(found.sources).name
        dimensions = [entry.name for entry in found.dimensions if source in entry.sql]
        able = [entry.name for entry in found.measures if source in entry.sources]
        rollups = [rollup for rollup in found.rollups if rollup.source == source]
        if rollups and random.random() < 0.6:  # what one rollup has, so that each is read
            rollup = random.choice(rollups)
            dimensions = [name for name in dimensions if name in rollup.dimensions]
            able = [name for name in able if found.answers(rollup, name, dimensions)]
        by = random.sample(dimensions, min(len(dimensions), random.choice((0, 1, 1, 2, 3))))
        if source == "stock":  # a level has a meaning on a day only
            by = ["day", *by]
        elif random.random() < 0.4:
            by.insert(random.randint(0, len(by)), random.choice(TIMES))
        first, last = _days(random)
        request = Request(
            source=source,
            measures=tuple(random.sample(able, random.randint(1, min(5, len(able))))),
            by=tuple(by),
            filters=filters_of(
                (name, _values(name, random))
                for name in random.sample(dimensions, min(len(dimensions), random.choice((0, 0, 1, 1, 2))))
            ),
            first=first,
            last=last,
        )
        unit = request.unit
        if first and last and random.random() < 0.3 and (unit is None or whole(first, last, unit)):
            request = request.model_copy(
                update={"compare": random.choice(("previous_period", "previous_year"))}
            )
        if request.by and random.random() < 0.3:
            order = (random.choice(("", "-")) + random.choice(request.measures),)
            request = request.model_copy(
                update={"order": order, "limit": random.randint(1, 20), "offset": random.choice((0, 3))}
            )
        yield request


def _days(random: Random) -> tuple[date | None, date | None]:
    match random.choice(("all", "all", "months", "days", "from", "to")):
        case "months":
            return random.choice(((FIRST, LAST), (FIRST, date(2025, 11, 30)), (date(2025, 12, 1), LAST)))
        case "days":
            start = FIRST + timedelta(days=random.randint(0, 50))
            return start, start + timedelta(days=random.randint(0, 20))
        case "from":
            return FIRST + timedelta(days=random.randint(0, 40)), None
        case "to":
            return None, FIRST + timedelta(days=random.randint(10, 60))
        case _:
            return None, None


def _values(name: str, random: Random) -> list[Value]:
    if name == "is_b2b":
        return [random.choice((True, False))]
    values: list[Value] = [*random.sample(MORE_VALUES[name], random.randint(1, 2))]
    return [*values, None] if random.random() < 0.1 else values


def unlike(run: Run, request: Request) -> str:
    """How the planner's answer and the source's own differ; empty when they agree to the last digit."""
    planned, forced = plan(request, catalogue()), plan(request, catalogue(), rollups=())
    given, wanted = _rows(run, planned.statement), _rows(run, forced.statement)
    if given == wanted:
        return ""
    odd = [(mine, theirs) for mine, theirs in zip(given, wanted, strict=False) if mine != theirs]
    counts = f"{len(given)} rows, {len(wanted)} of the source; {odd[:1]}"
    return f"{request!r}\n{planned.tables}: {counts}\n{planned.statement}\n{forced.statement}"


def _rows(run: Run, sql: str) -> list[tuple[Cell | Decimal, ...]]:
    """Rows with numbers as numbers, in the order they come."""
    return [tuple(_number(cell) for cell in row) for row in run(sql)[1]]


def _number(cell: Cell) -> Cell | Decimal:
    try:
        return cell if cell is None else Decimal(cell)
    except ArithmeticError:
        return cell
