"""Months, and ranges of them, as the partitions of the curated tables."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

# Athena writes at most 100 partitions in one statement; a MERGE may write the old and the new month of a line.
# https://docs.aws.amazon.com/athena/latest/ug/ctas-insert-into.html
MONTHS_PER_STATEMENT = 50


class Days(NamedTuple):
    """A range of days: first day, day after the last."""

    first: date
    end: date


def next_month(day: date) -> date:
    """First day of the month after the one ``day`` is in."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def ranges(months: Iterable[str], most: int = MONTHS_PER_STATEMENT) -> Iterator[Days]:
    """Merge months (``YYYY-MM``, any order, repeats allowed) into runs of neighbours of at most ``most`` months."""
    first: date | None = None
    end = date.min
    count = 0
    for month in sorted(set(months)):
        start = date.fromisoformat(f"{month}-01")
        if first is not None and (start != end or count == most):
            yield Days(first, end)
            first = None
        if first is None:
            first, count = start, 0
        end = next_month(start)
        count += 1
    if first is not None:
        yield Days(first, end)
