"""The sums and the seven questions from the rows of a warehouse, in plain Python: slow, and nothing from datagen."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations, groupby
from typing import Any

Row = dict[str, Any]
NOTHING = Decimal("0.00")


def ratio(numerator: Decimal | int, denominator: Decimal | int, places: int) -> str | None:
    if not denominator:
        return None
    return str((Decimal(numerator) / denominator).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def sales_rows(tables: dict[str, list[Row]]) -> list[Row]:
    """fact_sales with its state by name, its month, its order and the customer's segment of the day."""
    states = {row["geography_id"]: row["state"] for row in tables["dim_geography"]}
    segments = {row["customer_key"]: row["segment"] for row in tables["dim_customer"]}
    return [
        {
            **row,
            "state": states[row["geography_id"]],
            "month": row["sale_date"].isoformat()[:7],
            "order": (row["channel"], row["order_id"]),
            "segment": segments.get(row["customer_key"], "Unknown"),
            "is_return": row["line_type"] == "return",
        }
        for row in tables["fact_sales"]
    ]


def measures(lines: Iterable[Row]) -> Row:
    lines = list(lines)
    active = [line for line in lines if line["is_active"]]
    profits = [line["profit_amount"] for line in lines if line["is_active"] or line["is_return"]]
    return {
        "lines": len(active),
        "units": sum(line["quantity"] for line in active),
        "revenue": str(sum((line["net_amount"] for line in active), NOTHING)),
        "refunds": str(sum((line["refund_amount"] for line in lines), NOTHING)),
        "profit": str(sum((profit for profit in profits if profit is not None), NOTHING)),
    }


def by(lines: list[Row], *keys: str) -> list[Row]:
    def named(line: Row) -> tuple[str, ...]:
        return tuple(line[key] for key in keys)

    groups = groupby(sorted(lines, key=named), key=named)
    return [{**dict(zip(keys, names, strict=True)), **measures(group)} for names, group in groups]


def sales(lines: list[Row]) -> Row:
    return {
        "total": measures(lines),
        "by_channel": by(lines, "channel"),
        "by_month": by(lines, "month"),
        "by_channel_and_month": by(lines, "channel", "month"),
        "by_category": by(lines, "category"),
        "by_state": by(lines, "state"),
    }


def questions(lines: list[Row], events: list[Row]) -> Row:
    active = [line for line in lines if line["is_active"]]
    return {
        "top_products_by_category": top_products(active),
        "customer_lifetime_value": lifetime_value(lines),
        "conversion_funnel": funnel(events),
        "product_pairs": pairs(active),
        "revenue_trend": trend(lines),
        "customer_segments": {"rfm": rfm(lines), "by_segment": by(lines, "segment")},
        "return_rates": {f"by_{key}": return_rates(lines, key) for key in ("channel", "month", "category")},
    }


def top_products(active: list[Row]) -> list[Row]:
    found = []
    for category in sorted({line["category"] for line in active}):
        sold = [line for line in active if line["category"] == category]
        products = by(sold, "product_id")
        products.sort(key=lambda row: (-Decimal(row["revenue"]), row["product_id"]))
        for rank, row in enumerate(products[:5], 1):
            kept = {name: row[name] for name in ("product_id", "lines", "units", "revenue")}
            found.append({"category": category, "rank": rank, **kept})
    return found


def buyers(lines: list[Row]) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for line in lines:
        if line["customer_id"] is None:
            continue
        empty = {"revenue": NOTHING, "refunds": NOTHING, "orders": set(), "days": set()}
        buyer = found.setdefault(line["customer_id"], empty)
        buyer["refunds"] += line["refund_amount"]
        if line["is_active"]:
            buyer["revenue"] += line["net_amount"]
            buyer["orders"].add(line["order"])
            buyer["days"].add(line["sale_date"])
    return {customer: buyer for customer, buyer in found.items() if buyer["orders"]}


def lifetime_value(lines: list[Row]) -> Row:
    values = [
        {
            "customer_id": customer,
            "revenue": buyer["revenue"],
            "refunds": buyer["refunds"],
            "lifetime_value": buyer["revenue"] - buyer["refunds"],
            "orders": len(buyer["orders"]),
            "first_day": min(buyer["days"]).isoformat(),
            "last_day": max(buyer["days"]).isoformat(),
            "average_order_value": ratio(buyer["revenue"], len(buyer["orders"]), 2),
        }
        for customer, buyer in buyers(lines).items()
    ]
    values.sort(key=lambda row: (-row["lifetime_value"], row["customer_id"]))
    money = ("revenue", "refunds", "lifetime_value")
    total = {name: str(sum((row[name] for row in values), NOTHING)) for name in money}
    return {
        "total": {"customers": len(values), **total, "orders": sum(row["orders"] for row in values)},
        "top": [{**row, **{name: str(row[name]) for name in money}} for row in values[:20]],
    }


def funnel(events: list[Row]) -> Row:
    steps = ("product_view", "add_to_cart", "checkout", "purchase")
    sessions: dict[str, list[Row]] = defaultdict(list)
    for event in sorted(events, key=lambda event: event["occurred_at"]):
        sessions[event["session_id"]].append(event)
    reached: dict[str, Counter[str]] = defaultdict(Counter)
    for visit in sessions.values():
        got = ["visit"]
        for event in visit:
            if len(got) <= len(steps) and event["event_type"] == steps[len(got) - 1]:
                got.append(event["event_type"])
        for step in got:
            reached[visit[0]["device"]][step] += 1

    def written(counts: Counter[str]) -> Row:
        whole = {step: counts[step] for step in ("visit", *steps)}
        return {**whole, "conversion": ratio(counts["purchase"], counts["visit"], 4)}

    total = sum(reached.values(), Counter())
    devices = {device: written(reached[device]) for device in ("desktop", "mobile", "tablet")}
    return {"total": written(total), "by_device": devices}


def pairs(active: list[Row]) -> list[Row]:
    baskets: dict[tuple[str, str], set[str]] = defaultdict(set)
    for line in active:
        baskets[line["order"]].add(line["product_id"])
    alone = Counter(product for basket in baskets.values() for product in basket)
    together = Counter(pair for basket in baskets.values() for pair in combinations(sorted(basket), 2))
    return [
        {
            "product_id": one,
            "with_product_id": other,
            "orders": both,
            "support": ratio(both, len(baskets), 6),
            "confidence": ratio(both, alone[one], 6),
            "lift": ratio(both * len(baskets), alone[one] * alone[other], 6),
        }
        for (one, other), both in sorted(together.items(), key=lambda item: (-item[1], item[0]))[:50]
    ]


def trend(lines: list[Row]) -> list[Row]:
    found, before = [], None
    for month in by(lines, "month"):
        revenue = Decimal(month["revenue"])
        sold = [line["order"] for line in lines if line["month"] == month["month"] and line["is_active"]]
        growth = None if before is None else ratio((revenue - before) * 100, before, 2)
        figures = {"average_order_value": ratio(revenue, month["lines"], 2), "growth_percent": growth}
        found.append({**month, "orders": len(set(sold)), **figures})
        before = revenue
    return found


def rfm(lines: list[Row]) -> list[Row]:
    last: date = max(line["sale_date"] for line in lines if line["is_active"])
    found: dict[str, Row] = {}
    for buyer in buyers(lines).values():
        age = (last - max(buyer["days"])).days
        r = 5 - sum(age > limit for limit in (30, 90, 180, 365))
        f = 1 + sum(len(buyer["orders"]) >= limit for limit in (2, 3, 5, 10))
        m = 1 + sum(buyer["revenue"] >= limit for limit in (1_000, 5_000, 20_000, 100_000))
        name = (
            "champions" if r >= 4 and f >= 4
            else "loyal" if r >= 3 and f >= 3
            else "new" if r >= 4
            else "at_risk" if f >= 3
            else "hibernating" if r <= 2
            else "occasional"
        )  # fmt: skip
        empty = {"segment": name, "customers": 0, "revenue": NOTHING, "sum_of_scores": Counter()}
        group = found.setdefault(name, empty)
        group["customers"] += 1
        group["revenue"] += buyer["revenue"]
        group["sum_of_scores"].update({"r": r, "f": f, "m": m})
    order = ("champions", "loyal", "new", "at_risk", "hibernating", "occasional")
    groups = [found[name] for name in order if name in found]
    return [
        {**group, "revenue": str(group["revenue"]), "sum_of_scores": dict(group["sum_of_scores"])}
        for group in groups
    ]


def return_rates(lines: list[Row], key: str) -> list[Row]:
    back: Counter[str] = Counter()
    for line in lines:
        if line["is_return"]:
            back[line["returned_sale_line_id"]] += line["quantity"]
    sold, returned = Counter(), Counter()
    for line in lines:
        if line["is_active"]:
            sold[line[key]] += line["quantity"]
            returned[line[key]] += back[line["sale_line_id"]]
    return [
        {key: name, "sold_units": sold[name], "returned_units": returned[name],
         "return_rate": ratio(returned[name], sold[name], 4)}
        for name in sorted(sold)
    ]  # fmt: skip
