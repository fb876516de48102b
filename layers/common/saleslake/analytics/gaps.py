"""Parts of time in which nothing happened, put between those in which something did."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from saleslake.analytics.problem import FaultyParameters, ParameterFault
from saleslake.metrics import built
from saleslake.metrics.planner import Column
from saleslake.metrics.request import Request

MOST_ROWS = 10_000

_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def filled(
    rows: Sequence[Mapping[str, Any]], request: Request, columns: Sequence[Column]
) -> list[dict[str, Any]]:
    """Rows of every part of time from the first asked for (else found) to the last, in time's order.

    Each other group that is there at all has a row for each; what was not counted is 0, ratios,
    levels and changes are missing.

    Raises
    ------
    FaultyParameters
        There would be more than 10,000 rows.
    """
    unit = request.unit
    if unit is None:
        return [dict(row) for row in rows]
    days = [row[unit] for row in rows]
    first = start_of(request.first, unit) if request.first else min(days, default=None)
    last = start_of(request.last, unit) if request.last else max(days, default=None)
    keys = [name for name in request.by if name != unit]
    groups = {tuple(row[name] for name in keys): None for row in rows} or ({(): None} if not keys else {})
    if first is None or last is None or not groups:
        return []
    times = _times(first, last, unit, len(groups))
    known = {(row[unit], *(row[name] for name in keys)): row for row in rows}
    empty = _nothing(columns)
    backwards = request.order == (f"-{unit}",)
    return [
        dict(known.get((day, *group), empty | {unit: day} | dict(zip(keys, group, strict=True))))
        for day in (reversed(times) if backwards else times)
        for group in sorted(groups, key=lambda group: [(value is None, value) for value in group])
    ]


def start_of(day: date, unit: str) -> date:
    """The first day of the part of time a day lies in."""
    match unit:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.isoweekday() - 1)
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(month=day.month - (day.month - 1) % 3, day=1)
        case _:
            return day.replace(month=1, day=1)


def _times(first: date, last: date, unit: str, groups: int) -> list[date]:
    found = []
    day = first
    while day <= last:
        found.append(day)
        if len(found) * groups > MOST_ROWS:
            raise FaultyParameters([_too_many(unit, groups)])
        if unit in _MONTHS:
            year, month = divmod(day.year * 12 + day.month - 1 + _MONTHS[unit], 12)
            day = date(year, month + 1, 1)
        else:
            day += timedelta(days=7 if unit == "week" else 1)
    return found


def _too_many(unit: str, groups: int) -> ParameterFault:
    detail = (
        f"grain: a row for every {unit} of every group ({groups:,} of them) makes more than {MOST_ROWS:,} rows: "
        "bring from and to closer, take a coarser grain, filter, or order by a figure, which leaves out what is empty"
    )
    return ParameterFault(parameter="grain", detail=detail)


def _nothing(columns: Sequence[Column]) -> dict[str, Any]:
    """What is counted is 0 where nothing happened; what is divided by it, or was not measured, is missing."""
    counted = {entry.name for entry in built.catalogue().measures if entry.is_counted}
    zeros = {"money": Decimal("0.00"), "integer": 0}
    return {
        column.name: zeros[column.format] if column.name.removesuffix("_before") in counted else None
        for column in columns
    }
