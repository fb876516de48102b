"""What can be asked of the catalogue, as values: nothing in a request is SQL."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from saleslake.errors import InvalidParameter
from saleslake.metrics.endpoint import Derived, Lookup
from saleslake.metrics.model import TIMES

type Value = str | bool | date | None
type Compare = Literal["previous_period", "previous_year"]


class Filter(BaseModel):
    """The rows whose dimension has one of these values; None stands for rows that have none."""

    model_config = ConfigDict(frozen=True)

    name: str
    values: tuple[Value, ...]


class Request(BaseModel):
    """Measures of a source by dimensions, over the days from ``first`` to ``last``, both included.

    Attributes
    ----------
    by
        Dimensions and at most one part of time.
    order
        Columns of the answer, highest first with a ``-`` before; what is grouped by decides between equals.
    limit
        How many rows; None for all.
    """

    model_config = ConfigDict(frozen=True)

    source: str
    measures: tuple[str, ...]
    by: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    first: date | None = None
    last: date | None = None
    compare: Compare | None = None
    lookups: tuple[Lookup, ...] = ()
    derived: tuple[Derived, ...] = ()
    order: tuple[str, ...] = ()
    limit: int | None = None
    offset: int = 0

    @property
    def unit(self) -> str | None:
        """The part of time it groups by."""
        return next((name for name in self.by if name in TIMES), None)

    @property
    def dimensions(self) -> frozenset[str]:
        """Every dimension it needs, in groups and filters."""
        return frozenset([*self.by, *(given.name for given in self.filters)]) - frozenset(TIMES)


class ViewRequest(BaseModel):
    """Rows of a view, or of what ``body`` says where there is no such view."""

    model_config = ConfigDict(frozen=True)

    view: str
    body: str = ""
    columns: tuple[str, ...]
    filters: tuple[Filter, ...] = ()
    order: tuple[str, ...]
    limit: int | None = None
    offset: int = 0


class Earlier(NamedTuple):
    """The days to compare with, and how far they lie back."""

    first: date
    last: date
    unit: Literal["day", "month"]
    distance: int


def filters_of(given: Iterable[tuple[str, Iterable[Value]]]) -> tuple[Filter, ...]:
    """Filters in their normal form: the order in which they are given says nothing."""
    return tuple(
        Filter(name=name, values=tuple(sorted(set(values), key=lambda value: (value is None, str(value)))))
        for name, values in sorted(given)
    )


def whole(first: date | None, last: date | None, grain: str) -> bool:
    """Whether days from ``first`` to ``last`` are whole weeks, months, quarters or years."""
    after = last + timedelta(days=1) if last else None
    return (first is None or _begins(first, grain)) and (after is None or _begins(after, grain))


def earlier(first: date, last: date, compare: Compare, unit: str | None) -> Earlier:
    """The period that another is compared with.

    The period before is as many months long where both ends are those of months, else as many days. A year before means
    the same dates, whole months staying whole; by day or week the same weekdays, 364 days before.

    Raises
    ------
    InvalidParameter
        The period is not made of whole parts of time, so they cannot stand side by side.
    """
    if unit and not whole(first, last, unit):
        raise InvalidParameter(f"to compare by {unit}, from and to must be the ends of whole {unit}s")
    by_days = unit in {"day", "week"}
    if compare == "previous_year":
        if by_days:
            return Earlier(first - timedelta(days=364), last - timedelta(days=364), "day", 364)
        end = _end_months_back(last, 12) if _begins(first, "month") else _months_back(last, 12)
        return Earlier(_months_back(first, 12), end, "month", 12)
    if not by_days and whole(first, last, "month"):
        months = (last.year - first.year) * 12 + last.month - first.month + 1
        return Earlier(_months_back(first, months), first - timedelta(days=1), "month", months)
    days = (last - first).days + 1
    return Earlier(first - timedelta(days=days), first - timedelta(days=1), "day", days)


def _begins(day: date, grain: str) -> bool:
    match grain:
        case "day":
            return True
        case "week":
            return day.isoweekday() == 1
        case "month":
            return day.day == 1
        case "quarter":
            return day.day == 1 and day.month % 3 == 1
        case _:
            return day.day == 1 and day.month == 1


def _months_back(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _end_months_back(day: date, months: int) -> date:
    """The end of a month stays the end of a month."""
    back = _months_back(day, months)
    is_end = (day + timedelta(days=1)).day == 1
    return back.replace(day=monthrange(back.year, back.month)[1]) if is_end else back
