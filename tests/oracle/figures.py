"""Measures worked out with pandas from the rows of the warehouse; what each means is said here once more, in Python.

It judges the planner and its catalogue and imports neither.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

type Rows = list[dict[str, Any]]
type Figure = Decimal | int | None

NONE = "∅"  # what stands for a missing value where pandas would drop or change it
_STEPS = ("product_view", "add_to_cart", "checkout", "purchase")


class Frames:
    """The rows each kind of question is about, every dimension beside them."""

    def __init__(self, tables: Mapping[str, Rows]) -> None:
        states = pd.DataFrame(tables["dim_geography"])[["geography_id", "state", "region"]]
        segments = pd.DataFrame(tables["dim_customer"])[["customer_key", "segment"]]
        products = pd.DataFrame(tables["dim_product"])[["product_key", "brand", "category"]]
        reps = pd.DataFrame(tables["dim_sales_rep"])[["sales_rep_key", "territory"]]
        now = products.rename(columns={"category": "category_then"})
        sales = pd.DataFrame(tables["fact_sales"]).merge(states, on="geography_id")
        sales = sales.merge(segments, on="customer_key").merge(now, on="product_key")
        sales = sales.merge(reps, on="sales_rep_key").rename(columns={"sale_date": "on"})
        sales["category"] = sales["category"].where(sales["category"].notna(), "Unknown")
        back = sales[(sales.line_type == "return") & (sales.status != "cancelled")]
        came = {
            line: (sum(rows.quantity), sum(rows.refund_amount))
            for line, rows in back.groupby("returned_sale_line_id")
        }
        returns = sales[sales.is_active].copy()
        returns["came_back"] = [line in came for line in returns.sale_line_id]
        returns["back_units"] = [came.get(line, (0, 0))[0] for line in returns.sale_line_id]
        returns["back_money"] = [came.get(line, (0, Decimal("0.00")))[1] for line in returns.sale_line_id]
        stock = pd.DataFrame(tables["fact_inventory"]).merge(products, on="product_key")
        reviews = pd.DataFrame(tables["fact_reviews"]).merge(products, on="product_key")
        self.by_source = {
            "sales": sales,
            "customer_sales": sales[sales.customer_id.notna()],
            "rep_sales": sales[sales.channel == "reps"],
            "paid_sales": sales[sales.payment_method.notna()],
            "returns": returns,
            "stock": stock.rename(columns={"snapshot_date": "on"}),
            "reviews": reviews.merge(segments, on="customer_key").rename(columns={"review_date": "on"}),
            "visits": pd.DataFrame(_visits(tables["fact_web_events"])),
        }


def _visits(events: Rows) -> Rows:
    """One row per session, day and device: how many steps it took in order."""
    frame = pd.DataFrame(events).sort_values("occurred_at")
    found = []
    for (day, device, _), rows in frame.groupby(["event_date", "device", "session_id"], dropna=False):
        reached, since = 0, None
        for step in _STEPS:
            times = [at for kind, at in zip(rows.event_type, rows.occurred_at, strict=True) if kind == step]
            later = [at for at in times if since is None or at > since]
            if not later:
                break
            reached, since = reached + 1, min(later)
        found.append({"on": day, "device": device, "reached": reached})
    return found


def answer(
    frames: Frames,
    source: str,
    measures: Sequence[str],
    by: Sequence[str],
    filters: Iterable[tuple[str, Sequence[Any]]],
    days: tuple[date | None, date | None],
) -> dict[tuple[Any, ...], tuple[Figure, ...]]:
    """Figures by group."""
    rows = frames.by_source[source]
    for name, values in filters:
        rows = _those(rows, [(None if pd.isna(value) else value) in values for value in rows[name]])
    first, last = days
    rows = _those(rows, [(not first or day >= first) and (not last or day <= last) for day in rows["on"]])
    if not by:
        return {(): tuple(MEASURES[name](rows) for name in measures)}
    keys = [
        pd.Series([_key(value) for value in _column(rows, name)], index=rows.index, dtype=object)
        for name in by
    ]
    return {
        group if isinstance(group, tuple) else (group,): tuple(MEASURES[name](part) for name in measures)
        for group, part in rows.groupby(keys, dropna=False)
    }


def _those(rows: pd.DataFrame, wanted: list[bool]) -> pd.DataFrame:
    return rows.loc[pd.Series(wanted, index=rows.index, dtype=bool)]


def _key(value: Any) -> Any:
    return NONE if value is None or pd.isna(value) else value


def _column(rows: pd.DataFrame, name: str) -> Iterable[Any]:
    starts: dict[str, Callable[[date], date]] = {
        "day": lambda day: day,
        "week": lambda day: day - timedelta(days=day.weekday()),
        "month": lambda day: date(day.year, day.month, 1),
        "quarter": lambda day: date(day.year, (day.month - 1) // 3 * 3 + 1, 1),
        "year": lambda day: date(day.year, 1, 1),
    }
    return [starts[name](day) for day in rows["on"]] if name in starts else rows[name]


def _money(values: Iterable[Any]) -> Decimal:
    return sum((value for value in values if not pd.isna(value)), Decimal("0.00"))


def _ratio(above: Decimal | int, below: Decimal | int, places: str) -> Decimal | None:
    return (Decimal(above) / Decimal(below)).quantize(Decimal(places), ROUND_HALF_UP) if below else None


def _active(column: str) -> Callable[[pd.DataFrame], Decimal]:
    return lambda rows: _money(rows[rows.is_active][column])


def _reached(step: int) -> Callable[[pd.DataFrame], int]:
    return lambda rows: int((rows.reached >= step).sum())


def _revenue(rows: pd.DataFrame) -> Decimal:
    return _money(rows[rows.is_active].net_amount)


def _refunds(rows: pd.DataFrame) -> Decimal:
    return _money(rows.refund_amount)


def _costed(rows: pd.DataFrame) -> Decimal:
    return _money(rows[rows.is_active & rows.cost_amount.notna()].net_amount)


def _profit(rows: pd.DataFrame) -> Decimal:
    return _costed(rows) - _money(rows[rows.is_active].cost_amount) - _refunds(rows)


def _lines(rows: pd.DataFrame) -> int:
    return int(rows.is_active.sum())


def _units(rows: pd.DataFrame) -> int:
    return int(rows[rows.is_active].quantity.sum())


def _orders(rows: pd.DataFrame) -> int:
    active = rows[rows.is_active]
    return len(set(zip(active.channel, active.order_id, strict=True)))


def _cancelled(rows: pd.DataFrame) -> int:
    return int(((rows.line_type == "sale") & ~rows.is_active.astype(bool)).sum())


def _sold(rows: pd.DataFrame) -> int:
    return int((rows.line_type == "sale").sum())


def _b2b(rows: pd.DataFrame) -> Decimal:
    return _money(rows[rows.is_active & rows.is_b2b].net_amount)


def _level(column: str) -> Callable[[pd.DataFrame], Figure]:
    """Nobody counted: nobody knows."""
    return lambda rows: int(rows[column].sum()) if len(rows) else None


MEASURES: dict[str, Callable[[pd.DataFrame], Figure]] = {
    "revenue": _revenue,
    "refunds": _refunds,
    "net_revenue": lambda rows: _revenue(rows) - _refunds(rows),
    "lifetime_value": lambda rows: _revenue(rows) - _refunds(rows),
    "gross_amount": _active("gross_amount"),
    "discounts": _active("discount_amount"),
    "tax": _active("tax_amount"),
    "shipping": _active("shipping_amount"),
    "cost": _active("cost_amount"),
    "costed_revenue": _costed,
    "profit": _profit,
    "profit_margin": lambda rows: _ratio(_profit(rows), _costed(rows), "0.0001"),
    "lines": _lines,
    "units": _units,
    "orders": _orders,
    "customers": lambda rows: rows[rows.is_active].customer_id.nunique(),
    "cancelled_lines": _cancelled,
    "all_lines": _sold,
    "returned_units": lambda rows: int(
        rows[(rows.line_type == "return") & (rows.status != "cancelled")].quantity.sum()
    ),
    "average_order_value": lambda rows: _ratio(_revenue(rows), _orders(rows), "0.01"),
    "average_line_value": lambda rows: _ratio(_revenue(rows), _lines(rows), "0.01"),
    "average_price": lambda rows: _ratio(_revenue(rows), _units(rows), "0.01"),
    "cancellation_rate": lambda rows: _ratio(_cancelled(rows), _sold(rows), "0.0001"),
    "b2b_revenue": _b2b,
    "b2b_share": lambda rows: _ratio(_b2b(rows), _revenue(rows), "0.0001"),
    "returned_lines": lambda rows: int(rows.came_back.sum()),
    "units_that_came_back": lambda rows: int(rows.back_units.sum()),
    "refunds_of_sales": lambda rows: _money(rows.back_money),
    "return_rate": lambda rows: _ratio(int(rows.back_units.sum()), _units(rows), "0.0001"),
    "refund_rate": lambda rows: _ratio(_money(rows.back_money), _revenue(rows), "0.0001"),
    "visits": len,
    "product_views": _reached(1),
    "carts": _reached(2),
    "checkouts": _reached(3),
    "purchases": _reached(4),
    "conversion": lambda rows: _ratio(_reached(4)(rows), len(rows), "0.0001"),
    "on_hand": _level("on_hand"),
    "reserved": _level("reserved"),
    "available": _level("available"),
    "reviews": len,
    "stars": lambda rows: int(rows.rating.sum()),
    "average_rating": lambda rows: _ratio(int(rows.rating.sum()), len(rows), "0.01"),
}
