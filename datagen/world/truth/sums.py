"""Sums over the lines, per group, and how they are written: exact decimals as text."""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from datagen.world import regions
from datagen.world.truth.facts import CHANNELS
from datagen.world.truth.known import CATEGORIES, SEGMENT_NAMES

MEASURES = """
    COUNT(*) FILTER (active) AS lines,
    COALESCE(SUM(quantity) FILTER (active), 0) AS units,
    COALESCE(SUM(net) FILTER (active), 0) AS revenue,
    SUM(refund) AS refunds,
    COALESCE(SUM(profit) FILTER (active OR is_return), 0) AS profit
"""
Row = dict[str, Any]


def month_text(month: int) -> str:
    """``2025-01`` from months since year 0."""
    return f"{month // 12:04}-{month % 12 + 1:02}"


WRITTEN: dict[str, Callable[[int], Any]] = {
    "channel": CHANNELS.__getitem__,
    "month": month_text,
    "category": CATEGORIES.__getitem__,
    "state": regions.STATE_NAMES.__getitem__,
    "segment": SEGMENT_NAMES.__getitem__,
    "product_id": "P{:05}".format,
    "with_product_id": "P{:05}".format,
    "customer_id": "C{:06}".format,
}
_MONEY = {"revenue", "refunds", "profit", "lifetime_value"}


def money(paise: int) -> str:
    """``1234.50``."""
    return str(Decimal(int(paise)).scaleb(-2).quantize(Decimal("0.01")))


def ratio(numerator: int, denominator: int, places: int) -> str | None:
    """A quotient rounded half up; none over nothing."""
    if not denominator:
        return None
    exact = Decimal(int(numerator)) / Decimal(int(denominator))
    return str(exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def rows(connection: Any, sql: str) -> list[Row]:
    """The rows of a query, whole numbers as they are."""
    answer = connection.execute(sql)
    names = [column[0] for column in answer.description]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def written(row: Row) -> Row:
    """A row as the truth says it: codes by name, money as text."""
    return {
        name: WRITTEN[name](value) if name in WRITTEN else money(value) if name in _MONEY else value
        for name, value in row.items()
    }


def by(connection: Any, *keys: str) -> list[Row]:
    """The measures of each group of the ``facts``, groups in the order of their names."""
    names = ", ".join(keys)
    grouped = rows(connection, f"SELECT {names}, {MEASURES} FROM facts GROUP BY {names}")  # noqa: S608 - our own names
    return sorted(map(written, grouped), key=lambda row: [row[key] for key in keys])


def sales(connection: Any) -> dict[str, Any]:
    """Lines, units, revenue, refunds and profit: in all, and per channel, month, category and state."""
    (total,) = rows(connection, f"SELECT {MEASURES} FROM facts")  # noqa: S608 - our own names
    return {
        "total": written({name: value or 0 for name, value in total.items()}),
        "by_channel": by(connection, "channel"),
        "by_month": by(connection, "month"),
        "by_channel_and_month": by(connection, "channel", "month"),
        "by_category": by(connection, "category"),
        "by_state": by(connection, "state"),
    }
