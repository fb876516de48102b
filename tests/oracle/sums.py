"""Add up order lines into the answer of ``GET /analytics``."""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.oracle.amazon import Line

MONTHS = {
    "01": "Jan",
    "02": "Feb",
    "03": "Mar",
    "04": "Apr",
    "05": "May",
    "06": "Jun",
    "07": "Jul",
    "08": "Aug",
    "09": "Sep",
    "10": "Oct",
    "11": "Nov",
    "12": "Dec",
}


class Group:
    """Revenue, lines and units of one group of active lines."""

    def __init__(self) -> None:
        self.revenue = Decimal(0)
        self.lines = 0
        self.units = 0

    def add(self, line: Line) -> None:
        """Count a line."""
        self.revenue += line.amount
        self.lines += 1
        self.units += line.quantity


class Sums:
    """All the sums of one or of several files."""

    def __init__(self) -> None:
        self.published = 0
        self.amount_of_all = Decimal(0)
        self.total = Group()
        self.b2b = Group()
        self.orders: set[str] = set()
        self.states: dict[str, Group] = defaultdict(Group)
        self.categories: dict[str, Group] = defaultdict(Group)
        self.months: dict[str, Group] = defaultdict(Group)
        self.fulfilment: dict[str, Group] = defaultdict(Group)

    def add(self, line: Line) -> None:
        """Count a line, in the groups too unless it is cancelled."""
        self.published += 1
        self.amount_of_all += line.amount
        if line.cancelled:
            return
        self.orders.add(line.order_id)
        groups = [
            self.total,
            self.states[line.state],
            self.categories[line.category],
            self.months[line.day.isoformat()[:7]],
            self.fulfilment[line.fulfilment],
        ]
        for group in [*groups, self.b2b] if line.b2b else groups:
            group.add(line)

    def analytics(self) -> dict[str, Any]:
        """The answer: ``data`` and ``metadata``."""
        return {
            "data": {
                "kpis": self.kpis(),
                "regional_analytics": [
                    {"state": name, "revenue": money(group.revenue), "order_count": group.lines}
                    for name, group in by_revenue(self.states)
                ],
                "category_performance": [
                    {
                        "category": name,
                        "revenue": money(group.revenue),
                        "quantity_sold": group.units,
                        "order_count": group.lines,
                        "avg_order_value": ratio(group.revenue, group.lines),
                    }
                    for name, group in by_revenue(self.categories)
                ],
                "monthly_trends": [
                    {
                        "year_month": month,
                        "month_name": MONTHS[month[5:]],
                        "revenue": money(group.revenue),
                        "order_count": group.lines,
                        "avg_order_value": ratio(group.revenue, group.lines),
                    }
                    for month, group in sorted(self.months.items(), key=lambda item: item[0])
                ],
            },
            "metadata": {
                "total_records": self.published,
                "active_records": self.total.lines,
                "cancelled_records": self.published - self.total.lines,
            },
        }

    def kpis(self) -> dict[str, Any]:
        """The headline figures."""
        return {
            "total_revenue": money(self.total.revenue),
            "total_orders": self.total.lines,
            "distinct_orders": len(self.orders),
            "average_order_value": ratio(self.total.revenue, self.total.lines),
            "total_quantity_sold": self.total.units,
            "b2b_revenue": money(self.b2b.revenue),
            "b2c_revenue": money(self.total.revenue - self.b2b.revenue),
            "b2b_percentage": ratio(100 * self.b2b.revenue, self.total.revenue),
            "amazon_fulfilled_orders": self.fulfilment["Amazon"].lines,
            "merchant_fulfilled_orders": self.fulfilment["Merchant"].lines,
        }


def by_revenue(groups: dict[str, Group]) -> list[tuple[str, Group]]:
    """Groups, highest revenue first, then by name."""
    return sorted(groups.items(), key=lambda item: (-item[1].revenue, item[0]))


def money(value: Decimal) -> str:
    """Rupees with two decimals; never rounds."""
    written = value.quantize(Decimal("0.01"))
    if written != value:
        raise ArithmeticError(f"{value} has more than two decimals")
    return str(written)


def ratio(value: Decimal, over: Decimal | int) -> str:
    """A quotient, half up to two places; 0.00 over nothing."""
    return str((value / over).quantize(Decimal("0.01"), ROUND_HALF_UP)) if over else "0.00"
