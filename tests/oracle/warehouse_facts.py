"""The facts, line by line, from what is known last of every row and the versions that held on its day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tests.oracle.states import UNKNOWN
from tests.oracle.warehouse_contracts import Row
from tests.oracle.warehouse_history import History, digest

NOTHING = Decimal("0.00")
BUSINESS = {"Corporate", "Small Business"}
type Latest = dict[str, list[Row]]


class Facts:
    """All facts over one state of the latest rows and the two dimensions with a past."""

    def __init__(self, latest: Latest, customers: History, products: History) -> None:
        self.latest, self.customers, self.products = latest, customers, products

    def sales(self) -> list[Row]:
        """fact_sales."""
        return [*map(self._amazon, self.latest["amazon_orders"]), *self._reps(), *self._web()]

    def web_events(self) -> list[Row]:
        """fact_web_events."""
        copied = ("event_id", "occurred_at", "session_id", "customer_id", "event_type", "page", "product_id",
                  "order_id", "device", "referrer")  # fmt: skip
        return [
            self._keyed(_copy(row, copied) | {"event_date": row["occurred_at"].date()}, "event_date")
            | _origin(row)
            for row in self.latest["web_events"]
        ]

    def inventory(self) -> list[Row]:
        """fact_inventory."""
        copied = ("snapshot_date", "warehouse", "product_id", "on_hand", "reserved", "reorder_point")
        return [
            _copy(row, copied)
            | {"product_key": self.products.on(row["product_id"], row["snapshot_date"])["product_key"]}
            | {"available": row["on_hand"] - row["reserved"]}
            | _origin(row)
            for row in self.latest["inventory"]
        ]

    def reviews(self) -> list[Row]:
        """fact_reviews."""
        copied = (
            "review_id",
            "review_date",
            "product_id",
            "customer_id",
            "rating",
            "is_verified",
            "review_text",
        )
        return [
            self._keyed(_copy(row, copied), "review_date") | _origin(row) for row in self.latest["reviews"]
        ]

    def _keyed(self, row: Row, day: str) -> Row:
        customer = self.customers.on(row["customer_id"], row[day])
        product = self.products.on(row["product_id"], row[day])
        return row | {"customer_key": customer["customer_key"], "product_key": product["product_key"]}

    # ── channels ────────────────────────────────────────────────────────────
    def _amazon(self, row: Row) -> Row:
        amount = NOTHING if row["amount"] is None else row["amount"]
        return self._sale(
            row,
            sale_line_id=digest("amazon", row["order_id"], row["sku"], row["occurrence"]),
            channel="amazon",
            occurrence=row["occurrence"],
            sale_date=row["order_date"],
            product_id=row["sku"],
            category=row["category"],
            geography_id=geography(row["ship_state"]),
            is_active=row["status"] != "Cancelled",
            is_b2b=row["is_b2b"],
            fulfilment=row["fulfilment"],
            gross_amount=amount,
            net_amount=amount,
        )

    def _reps(self) -> Iterator[Row]:
        for row in self.latest["rep_transactions"]:
            sale = self._sale(
                row,
                sale_line_id=digest("reps", row["transaction_id"]),
                channel="reps",
                order_id=row["transaction_id"],
                occurrence=1,
                sale_date=row["transaction_date"],
                is_active=row["status"] != "cancelled",
                sales_rep_key=digest(row["sales_rep_id"]),
                tax_amount=NOTHING,
                shipping_amount=NOTHING,
                **_amounts(row),
            )
            if row["refund_of"] is None:
                yield sale
            else:
                refund = NOTHING if row["status"] == "cancelled" else row["total_amount"]
                yield _return(sale, digest("reps", row["refund_of"]), refund)

    def _web(self) -> Iterator[Row]:
        orders = {order["order_id"]: order for order in self.latest["web_orders"]}
        lines: dict[str, list[Row]] = defaultdict(list)
        for item in self.latest["web_order_items"]:
            lines[item["order_id"]].append(item)
        for order_id in orders.keys() & lines.keys():
            order, items = orders[order_id], sorted(lines[order_id], key=lambda item: item["item_number"])
            amounts = [_amounts(item) for item in items]
            shares = shipping_shares(order["shipping_amount"], [each["net_amount"] for each in amounts])
            for item, each, share in zip(items, amounts, shares, strict=True):
                yield from self._web_line(order, item, each, share)

    def _web_line(self, order: Row, item: Row, amounts: Row, shipping: Decimal) -> Iterator[Row]:
        values = {
            "channel": "web",
            "occurrence": item["item_number"],
            "customer_id": order["customer_id"],
            "status": order["status"],
            "payment_method": order["payment_method"],
            "currency": order["currency"],
            "geography_id": geography(order["ship_state"]),
            "is_active": order["status"] != "cancelled",
            "tax_amount": item["tax_amount"] or NOTHING,
            "shipping_amount": shipping,
            **amounts,
        }
        key = ("web", item["order_id"], item["item_number"])
        yield self._sale(item, sale_line_id=digest(*key), sale_date=order["ordered_at"].date(), **values)
        if item["returned_quantity"] and item["returned_on"]:
            sale_id = digest(*key, "return")
            returned = self._sale(item, sale_line_id=sale_id, sale_date=item["returned_on"], **values)
            returned |= {"quantity": item["returned_quantity"], "status": "returned"}
            yield _return(returned, digest(*key), item["refund_amount"] or NOTHING)

    def _sale(self, row: Row, **values: Any) -> Row:
        """A sold line: what the channel says, the rest from the row and the versions of the day."""
        copied = (
            "order_id",
            "product_id",
            "customer_id",
            "sales_rep_id",
            "status",
            "payment_method",
            "quantity",
        )
        line = {column: row.get(column) for column in copied} | values
        customer = self.customers.on(line["customer_id"], line["sale_date"])
        product = self.products.on(line["product_id"], line["sale_date"])
        cost = None if product["cost"] is None else line["quantity"] * product["cost"]
        derived = {
            "line_type": "sale",
            "returned_sale_line_id": None,
            "product_key": product["product_key"],
            "category": product["category"],
            "customer_key": customer["customer_key"],
            "sales_rep_key": digest(UNKNOWN),
            "geography_id": geography(customer["state"]),
            "is_b2b": customer["segment"] in BUSINESS,
            "fulfilment": None,
            "discount_amount": None,
            "tax_amount": None,
            "shipping_amount": None,
            "cost_amount": cost,
            "profit_amount": None if cost is None else line["net_amount"] - cost,
            "refund_amount": NOTHING,
        }
        currency = line.get("currency") or row.get("currency") or "INR"
        return derived | line | {"currency": currency} | _origin(row)


def geography(state: str | None) -> str:
    """Key of a state of India."""
    return digest("IN", state or UNKNOWN)


def shipping_shares(shipping: Decimal, nets: list[Decimal]) -> list[Decimal]:
    """Share out an order's shipping by the net amounts of its lines, in whole paise that add up to it."""
    paise = int(shipping * 100)
    weights = [int(net * 100) for net in nets]
    if sum(weights) == 0:
        return [shipping, *[NOTHING] * (len(nets) - 1)]
    shares, so_far = [], 0
    for weight in weights:
        before, so_far = so_far, so_far + weight
        share = paise * so_far // sum(weights) - paise * before // sum(weights)
        shares.append(Decimal(share).scaleb(-2).quantize(NOTHING))
    return shares


def sales_by_day(sales: list[Row], states: dict[str, str]) -> list[Row]:
    """rollup_sales_daily: sold lines by day, channel, state, category, fulfilment and kind of buyer."""
    groups: dict[tuple[Any, ...], Row] = {}
    for line in sales:
        if line["line_type"] != "sale":
            continue
        key = {
            "sale_date": line["sale_date"],
            "channel": line["channel"],
            "state": states[line["geography_id"]],
            "category": line["category"] or UNKNOWN,
            "fulfilment": line["fulfilment"],
            "is_b2b": line["is_b2b"],
        }
        zero = {"revenue": NOTHING, "lines": 0, "units": 0, "cancelled_lines": 0, "all_lines": 0}
        group = groups.setdefault(tuple(key.values()), key | zero)
        group["all_lines"] += 1
        if line["is_active"]:
            group["revenue"] += line["net_amount"]
            group["lines"] += 1
            group["units"] += line["quantity"]
        else:
            group["cancelled_lines"] += 1
    return list(groups.values())


def _amounts(row: Row) -> Row:
    gross, discount = row["quantity"] * row["unit_price"], row["discount_amount"] or NOTHING
    return {"gross_amount": gross, "discount_amount": discount, "net_amount": gross - discount}


def _return(line: Row, sale_line_id: str, refund: Decimal) -> Row:
    nothing = (
        "gross_amount",
        "discount_amount",
        "tax_amount",
        "shipping_amount",
        "net_amount",
        "cost_amount",
    )
    return (
        line
        | {"line_type": "return", "returned_sale_line_id": sale_line_id, "is_active": False}
        | dict.fromkeys(nothing, NOTHING)
        | {"refund_amount": refund, "profit_amount": -refund}
    )


def _copy(row: Row, columns: tuple[str, ...]) -> Row:
    return {column: row[column] for column in columns}


def _origin(row: Row) -> Row:
    return {
        "source_file": row["file_id"],
        "source_line": row["line_number"],
        "landing_order": row["landing_order"],
    }
