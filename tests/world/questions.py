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
from tests.oracle.figures import NONE, Frames, answer
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


def wrong(run: Run, request: Request, frames: Frames) -> str:
    """How the planner's answer and that of pandas differ; empty when they agree to the last digit."""
    filters = [(given.name, given.values) for given in request.filters]
    days = (request.first, request.last)
    wanted = answer(frames, request.source, request.measures, request.by, filters, days)
    planned = plan(request, catalogue())
    given = {
        tuple(_key(cell, name) for cell, name in zip(row, request.by, strict=False)): row[len(request.by) :]
        for row in _rows(run, planned.statement)
    }
    for group in given.keys() | wanted.keys():
        mine, theirs = given.get(group), wanted.get(group)
        nothing = tuple(value or 0 for value in theirs or ()) == (0,) * len(request.measures)
        nothing = nothing and request.source != "stock"  # stock of 0 was counted
        if mine != theirs and not (mine is None and nothing):
            return f"{request!r}\n{group}: {mine}, pandas says {theirs}\n{planned.statement}"
    return ""


def _key(cell: Cell | Decimal, name: str) -> object:
    if cell is None:
        return NONE
    if name in TIMES:
        return date.fromisoformat(str(cell))
    return cell == "true" if name == "is_b2b" else cell


def _rows(run: Run, sql: str) -> list[tuple[Cell | Decimal, ...]]:
    """Rows with numbers as numbers, in the order they come."""
    return [tuple(_number(cell) for cell in row) for row in run(sql)[1]]


def _number(cell: Cell) -> Cell | Decimal:
    try:
        return cell if cell is None else Decimal(cell)
    except ArithmeticError:
        return cell
