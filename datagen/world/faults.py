"""What can be wrong with a row: named faults per dataset, each one clear fault, and only that.

Written into rows of their own, copies of healthy ones under keys nobody else has, at the top of their file.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from datagen.amazon_orders.faults import DEFECTS as AMAZON_FAULTS
from datagen.amazon_orders.faults import DUPLICATE

QUARANTINED, SUPERSEDED, DUPLICATED = "quarantined", "superseded", "duplicate"
Row = dict[str, Any]


class Written(str):
    """A text where the column holds something else; only CSV and JSON can say it."""

    __slots__ = ()


@dataclass(frozen=True)
class Fault:
    """A named fault: ``change`` gives the columns to overwrite of a healthy row."""

    dataset: str
    name: str
    what: str
    change: Callable[[Row], Row]
    outcome: str = QUARANTINED

    @property
    def is_text(self) -> bool:
        """Whether Parquet and Avro cannot hold it."""
        return any(isinstance(value, Written) for value in self.change(_ANY).values())


def _puts(column: str, value: Any) -> Callable[[Row], Row]:
    return lambda _: {column: value}


_ANY: Row = {"total_amount": Decimal(1), "quantity": 1, "tax_amount": Decimal(1)}
_FUTURE = dt.datetime(2098, 1, 1, tzinfo=dt.UTC)
_ANCIENT = dt.datetime(1850, 1, 1, tzinfo=dt.UTC)
_NO_ZONE, _NO_TIME = Written("2025-03-01T10:00:00"), Written("2025-13-45T10:00:00Z")

_ROWS = (
    ("customers", "missing_id", "no customer id", _puts("customer_id", None)),
    ("customers", "unknown_segment", "a segment nobody knows", _puts("segment", "VIP")),
    ("customers", "bad_timestamp", "a moment no calendar has", _puts("updated_at", _NO_TIME)),
    ("customers", "no_time_zone", "a moment without its time zone", _puts("updated_at", _NO_ZONE)),
    ("customers", "ancient_timestamp", "a moment of the year 1850", _puts("updated_at", _ANCIENT)),
    ("products", "negative_stock", "a stock below zero", _puts("stock", -3)),
    ("products", "negative_price", "a price below zero", _puts("list_price", Decimal("-1.00"))),
    ("products", "bad_price", "a price that is no plain number", _puts("list_price", Written("1,299.00"))),
    ("products", "future_price", "a change of price dated in 2098", _puts("updated_at", _FUTURE)),
    ("products", "missing_category", "no category", _puts("category", None)),
    ("sales_reps", "missing_name", "no name", _puts("name", None)),
    ("sales_reps", "commission_above_one", "a commission of 150 %", _puts("commission_rate", Decimal("1.5000"))),
    ("sales_reps", "bad_hire_date", "a date no calendar has", _puts("hire_date", Written("2025-02-30"))),
    ("rep_transactions", "total_off", "a total that is not quantity times price less discount",
     lambda row: {"total_amount": row["total_amount"] + 1, "refund_of": None}),
    ("rep_transactions", "negative_quantity", "a quantity below zero", _puts("quantity", -1)),
    ("rep_transactions", "foreign_currency", "an amount in dollars", _puts("currency", "USD")),
    ("rep_transactions", "missing_customer", "no customer", _puts("customer_id", None)),
    ("rep_transactions", "unknown_status", "a status nobody knows", _puts("status", "pondering")),
    ("rep_transactions", "bad_date", "a date no calendar has", _puts("transaction_date", Written("2025-02-30"))),
    ("web_orders", "bad_timestamp", "a moment no calendar has", _puts("ordered_at", _NO_TIME)),
    ("web_orders", "no_time_zone", "a moment without its time zone", _puts("ordered_at", _NO_ZONE)),
    ("web_orders", "negative_shipping", "shipping below zero", _puts("shipping_amount", Decimal("-49.00"))),
    ("web_orders", "unknown_status", "a status nobody knows", _puts("status", "teleported")),
    ("web_orders", "foreign_currency", "an amount in euros", _puts("currency", "EUR")),
    ("web_order_items", "total_off", "a total that is not quantity times price less discount",
     lambda row: {"total_amount": row["total_amount"] + 1}),
    ("web_order_items", "zero_quantity", "nothing ordered",
     lambda _: {"quantity": 0, "discount_amount": None, "total_amount": Decimal("0.00"),
                  "returned_quantity": None, "refund_amount": None}),
    ("web_order_items", "returned_too_many", "more came back than was sold",
     lambda row: {"returned_quantity": row["quantity"] + 1}),
    ("web_order_items", "refund_too_large", "more paid back than was paid",
     lambda row: {"refund_amount": row["total_amount"] + row["tax_amount"] + 1}),
    ("web_order_items", "missing_product", "no product", _puts("product_id", None)),
    ("web_events", "no_time_zone", "a moment without its time zone", _puts("occurred_at", _NO_ZONE)),
    ("web_events", "unknown_type", "an event nobody knows", _puts("event_type", "teleport")),
    ("web_events", "unknown_device", "a device nobody knows", _puts("device", "toaster")),
    ("web_events", "missing_session", "no session", _puts("session_id", None)),
    ("inventory", "negative_stock", "fewer than none on hand", _puts("on_hand", -5)),
    ("inventory", "missing_date", "no date", _puts("snapshot_date", None)),
    ("reviews", "six_stars", "a rating of 6", _puts("rating", 6)),
    ("reviews", "missing_product", "no product", _puts("product_id", None)),
    ("reviews", "bad_date", "a date no calendar has", _puts("review_date", Written("2025-02-30"))),
)  # fmt: skip
_SAME_MOMENT = Fault(
    "customers",
    "same_moment",
    "another version of a customer with the same timestamp, further up in the file",
    lambda row: {"segment": "Consumer" if row.get("segment") != "Consumer" else "Corporate"},
    SUPERSEDED,
)
ROW_FAULTS = {
    f"{fault.dataset}.{fault.name}": fault
    for fault in (*(Fault(*parts) for parts in _ROWS), _SAME_MOMENT)
} | {
    f"amazon_orders.{name}": Fault(
        "amazon_orders", name, fault.what, lambda _: {}, DUPLICATED if name == DUPLICATE else QUARANTINED
    )
    for name, fault in AMAZON_FAULTS.items()
}  # fmt: skip

# Faults of the company rather than of a row: what is said is well said, but does not fit the rest.
WORLD_FAULTS = {
    "rep_transactions.unknown_product": "sales of a product nobody delivers",
    "rep_transactions.unknown_customer": "sales to a customer nobody delivers",
    "rep_transactions.unknown_rep": "sales by a representative nobody delivers",
    "rep_transactions.refund_too_large": "refunds of more than the sale",
    "web_order_items.without_order": "orders whose header never arrives",
    "sales_reps.manager_cycle": "pairs of representatives who manage each other",
}
KNOWN = (*ROW_FAULTS, *WORLD_FAULTS)
_KEYS = {
    "customers": ("customer_id", "C9{:06}"),
    "products": ("product_id", "P9{:06}"),
    "sales_reps": ("sales_rep_id", "R9{:06}"),
    "rep_transactions": ("transaction_id", "T9{:07}"),
    "web_orders": ("order_id", "W9{:07}"),
    "web_order_items": ("item_number", ""),
    "web_events": ("event_id", "E9{:08}"),
    "inventory": ("warehouse", "TMP{}"),
    "reviews": ("review_id", "V9{:07}"),
}


def spoilt(fault: Fault, row: Row, nth: int) -> Row:
    """A row with a fault, under a key of its own: the ``nth`` spoilt row of the world."""
    column, pattern = _KEYS[fault.dataset]
    if fault is _SAME_MOMENT:
        column, pattern = "phone", "+91 9{:09}"
    return {**row, column: pattern.format(nth) if pattern else 1_000 + nth, **fault.change(row)}


def fits(name: str, ending: str) -> bool:
    """Whether a file with this ending can hold a fault."""
    if name.startswith("amazon_orders."):
        return ending == "csv"
    return name in WORLD_FAULTS or not ROW_FAULTS[name].is_text or ending not in {"parquet", "avro"}
