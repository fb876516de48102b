"""The exact answers about a file, added up as its rows are made: integers and decimals, nothing parsed."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np

from datagen.amazon_orders import lifecycle
from datagen.amazon_orders.faults import DUPLICATE
from datagen.amazon_orders.rows import Pools, Rows

_MONTH_NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


class Tally:
    """Running sums over blocks of rows; money in paise, so that every sum is of whole numbers."""

    def __init__(self, pools: Pools) -> None:
        self._pools = pools
        self._months = np.unique(pools.month_of_day)
        self.orders = 0  # drawn so far, in healthy rows or not
        self.rows = 0
        self._published = self._active = 0
        self._paise_of_all = self._paise = self._b2b_paise = 0
        self._quantity = self._distinct_orders = self._by_amazon = self._by_merchant = 0
        self._states = _Groups(len(pools.places.state_names))
        self._categories = _Groups(len(pools.products.category))
        self._monthly = _Groups(len(self._months))

    def add(self, rows: Rows, published: np.ndarray) -> None:
        """Count a block; ``published`` marks the rows that are healthy and no copy of another."""
        pools = self._pools
        active = published & ~lifecycle.IS_CANCELLED[rows.fate]
        merchant = lifecycle.IS_MERCHANT[rows.fate]
        self.orders += len(np.unique(rows.order))
        self.rows += len(rows.index)
        self._published += int(published.sum())
        self._active += int(active.sum())
        self._paise_of_all += int(rows.paise[published].sum())
        self._paise += int(rows.paise[active].sum())
        self._b2b_paise += int(rows.paise[active & rows.is_b2b].sum())
        self._quantity += int(rows.quantity[active].sum())
        self._distinct_orders += len(np.unique(rows.order[active]))
        self._by_amazon += int((active & ~merchant).sum())
        self._by_merchant += int((active & merchant).sum())
        months = np.searchsorted(self._months, pools.month_of_day[rows.day])
        self._states.add(pools.places.state_of_text[rows.written_state], rows, active)
        self._categories.add(pools.products.category_of[rows.product], rows, active)
        self._monthly.add(months, rows, active)

    def truth(self, defects: Mapping[str, list[int]]) -> dict[str, Any]:
        """The document beside the file.

        Parameters
        ----------
        defects
            Line numbers per defect.
        """
        counts = {name: len(at) for name, at in defects.items()}
        duplicates = counts.get(DUPLICATE, 0)
        return {
            "dataset": "amazon_orders",
            "rows": self.rows,
            "published": self._published,
            "quarantined": sum(counts.values()) - duplicates,
            "duplicates": duplicates,
            "defects": counts,
            "defect_lines": dict(defects),
            "amount_published": _money(self._paise_of_all),
            "analytics": {
                "data": {
                    "kpis": self._kpis(),
                    "regional_analytics": self._regions(),
                    "category_performance": self._by_category(),
                    "monthly_trends": self._by_month(),
                },
                "metadata": {
                    "total_records": self._published,
                    "active_records": self._active,
                    "cancelled_records": self._published - self._active,
                },
            },
        }

    def _kpis(self) -> dict[str, Any]:
        return {
            "total_revenue": _money(self._paise),
            "total_orders": self._active,
            "distinct_orders": self._distinct_orders,
            "average_order_value": _ratio(self._paise, self._active * 100),
            "total_quantity_sold": self._quantity,
            "b2b_revenue": _money(self._b2b_paise),
            "b2c_revenue": _money(self._paise - self._b2b_paise),
            "b2b_percentage": _ratio(self._b2b_paise * 100, self._paise),
            "amazon_fulfilled_orders": self._by_amazon,
            "merchant_fulfilled_orders": self._by_merchant,
        }

    def _regions(self) -> list[dict[str, Any]]:
        names = self._pools.places.state_names
        return [
            {"state": name, "revenue": _money(paise), "order_count": lines}
            for name, paise, lines, _ in self._states.ranked(names)
        ]

    def _by_category(self) -> list[dict[str, Any]]:
        names = self._pools.products.category.values
        return [
            {
                "category": name,
                "revenue": _money(paise),
                "quantity_sold": units,
                "order_count": lines,
                "avg_order_value": _ratio(paise, lines * 100),
            }
            for name, paise, lines, units in self._categories.ranked(names)
        ]

    def _by_month(self) -> list[dict[str, Any]]:
        return [
            {
                "year_month": f"{month // 12}-{month % 12 + 1:02}",
                "month_name": _MONTH_NAMES[month % 12],
                "revenue": _money(paise),
                "order_count": lines,
                "avg_order_value": _ratio(paise, lines * 100),
            }
            for month, paise, lines, _ in self._monthly.used(self._months.tolist())
        ]


class _Groups:
    """Paise, lines and units of the active rows of each group."""

    def __init__(self, groups: int) -> None:
        self._paise, self._lines, self._units = (np.zeros(groups, np.int64) for _ in range(3))

    def add(self, group: np.ndarray, rows: Rows, active: np.ndarray) -> None:
        np.add.at(self._paise, group[active], rows.paise[active])
        np.add.at(self._lines, group[active], 1)
        np.add.at(self._units, group[active], rows.quantity[active])

    def used[T](self, names: "list[T] | tuple[T, ...]") -> list[tuple[T, int, int, int]]:
        """Groups that have an active row: name, paise, lines, units."""
        sums = zip(names, self._paise.tolist(), self._lines.tolist(), self._units.tolist(), strict=True)
        return [group for group in sums if group[2]]

    def ranked(self, names: tuple[str, ...]) -> list[tuple[str, int, int, int]]:
        """The same, highest revenue first, then by name."""
        return sorted(self.used(names), key=lambda group: (-group[1], group[0]))


def _money(paise: int) -> str:
    return str(Decimal(paise).scaleb(-2).quantize(Decimal("0.01")))


def _ratio(numerator: int, denominator: int) -> str:
    """A quotient, half up to two places; 0.00 over nothing."""
    if not denominator:
        return "0.00"
    return str((Decimal(numerator) / Decimal(denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP))
