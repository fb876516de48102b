"""What each dataset's columns mean and which rows cannot be believed, written down a second time by hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from tests.oracle import amazon
from tests.oracle.states import UNKNOWN, canonical_state
from tests.oracle.warehouse_files import Delivered, Record, records

Row = dict[str, Any]


class Faulty(Exception):
    """Why a row is quarantined."""


def text(value: str) -> str:
    return value


def integer(value: str) -> int:
    if not re.fullmatch(r"-?\d+(\.0+)?", value, re.ASCII):
        raise Faulty("type")
    return int(value.partition(".")[0])


def decimal(places: int, whole: int = 16) -> Callable[[str], Decimal]:
    def read(value: str) -> Decimal:
        if (
            not re.fullmatch(rf"-?\d+(\.\d{{1,{places}}}0*)?", value, re.ASCII)
            or abs(Decimal(value)) >= 10**whole
        ):
            raise Faulty("type")
        return Decimal(value).quantize(Decimal(1).scaleb(-places))

    return read


money = decimal(2)


def day(value: str, *, since: int = 2000) -> date:
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
            raise Faulty("date_format")
        found = date.fromisoformat(value)
    except ValueError as error:
        raise Faulty("date_format") from error
    if not since <= found.year < 2100:
        raise Faulty("range")
    return found


def day_since(year: int) -> Callable[[str], date]:
    return partial(day, since=year)


def amazon_day(value: str) -> date:
    try:
        return amazon.day(value)
    except amazon.FaultyRow as fault:
        raise Faulty("date_format") from fault


def moment(value: str) -> datetime:
    try:
        found = datetime.fromisoformat(value)
    except ValueError as error:
        raise Faulty("timestamp_format") from error
    if found.tzinfo is None:
        raise Faulty("time_zone")
    utc = found.astimezone(UTC).replace(tzinfo=None)
    if not 2000 <= utc.year < 2100:
        raise Faulty("range")
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)  # kept to the millisecond


def boolean(value: str) -> bool:
    if value.lower() not in {"true", "false"}:
        raise Faulty("type")
    return value.lower() == "true"


def state(value: str) -> str | None:
    found = canonical_state(value)
    return None if found == UNKNOWN else found


def postcode(value: str) -> str:
    return value.removesuffix(".0")


def one_of(*values: str) -> Callable[[str], str]:
    known = {value.lower(): value for value in values}

    def read(value: str) -> str:
        found = known.get(" ".join(value.lower().split()))
        if found is None:
            raise Faulty("known value")
        return found

    return read


def at_least(least: int, read: Callable[[str], Any], most: int | None = None) -> Callable[[str], Any]:
    def bounded(value: str) -> Any:
        found = read(value)
        if found < least or (most is not None and found > most):
            raise Faulty("range")
        return found

    return bounded


@dataclass(frozen=True)
class Dataset:
    """Columns by name (``?`` behind a name: may be blank), the key, and rules over a whole row."""

    columns: dict[str, Callable[[str], Any]]
    key: tuple[str, ...]
    rules: tuple[Callable[[Row], bool | None], ...] = ()
    renamed: dict[str, str] = field(default_factory=dict)
    not_after_landing: str = ""


def adds_up(row: Row) -> bool:
    return row["total_amount"] == row["quantity"] * row["unit_price"] - (row["discount_amount"] or 0)


def refund_within_sale(row: Row) -> bool:
    return (row["refund_amount"] or 0) <= row["total_amount"] + (row["tax_amount"] or 0)


count = at_least(0, integer)
price = at_least(0, money)
INR = one_of("INR")
DATASETS = {
    "customers": Dataset(
        {"customer_id": text, "name": text, "email": text, "phone": text,
         "segment": one_of("Consumer", "Corporate", "Home Office", "Small Business"),
         "region?": text, "state?": state, "city?": text, "postal_code?": postcode,
         "birth_date?": day_since(1900), "signup_date?": day_since(1990), "updated_at": moment},
        ("customer_id", "updated_at"),
    ),
    "products": Dataset(
        {"product_id": text, "name": text, "category": text, "subcategory?": text, "brand?": text,
         "list_price": price, "cost": price, "stock?": count, "updated_at": moment},
        ("product_id", "updated_at"),
        not_after_landing="updated_at",
    ),
    "sales_reps": Dataset(
        {"sales_rep_id": text, "name": text, "territory?": text, "region?": text, "manager_id?": text,
         "hire_date?": day_since(1950), "quota?": price, "commission_rate?": at_least(0, decimal(4, 1), 1)},
        ("sales_rep_id",),
    ),
    "rep_transactions": Dataset(
        {"transaction_id": text, "transaction_date": day, "customer_id": text, "product_id": text,
         "sales_rep_id": text, "quantity": count, "unit_price": price, "discount_amount?": price,
         "total_amount": price, "payment_method": one_of("card", "upi", "bank_transfer", "cheque", "cash"),
         "status": one_of("completed", "returned", "refunded", "cancelled"), "currency?": INR,
         "refund_of?": text},
        ("transaction_id",),
        (lambda row: row["refund_of"] is not None or adds_up(row),),
    ),
    "web_orders": Dataset(
        {"order_id": text, "ordered_at": moment, "customer_id?": text,
         "status": one_of("placed", "paid", "shipped", "delivered", "returned", "cancelled"),
         "payment_method": one_of("card", "upi", "net_banking", "wallet", "cash_on_delivery"),
         "coupon_code?": text, "ship_state?": state, "ship_city?": text, "ship_postal_code?": postcode,
         "shipping_amount": price, "total_amount": price, "currency?": INR},
        ("order_id",),
    ),
    "web_order_items": Dataset(
        {"order_id": text, "item_number": at_least(1, integer), "product_id": text,
         "quantity": at_least(1, integer), "unit_price": price, "discount_amount?": price, "tax_amount?": price,
         "total_amount": money, "returned_quantity?": count, "returned_on?": day, "refund_amount?": price},
        ("order_id", "item_number"),
        (adds_up, lambda row: (row["returned_quantity"] or 0) <= row["quantity"], refund_within_sale),
    ),
    "web_events": Dataset(
        {"event_id": text, "session_id": text, "customer_id?": text,
         "event_type": one_of("page_view", "product_view", "search", "add_to_cart", "remove_from_cart",
                              "checkout", "purchase", "login", "logout"),
         "occurred_at": moment, "page?": text, "product_id?": text, "order_id?": text,
         "device": one_of("desktop", "mobile", "tablet"), "referrer?": text},
        ("event_id",),
    ),
    "inventory": Dataset(
        {"snapshot_date": day, "product_id": text, "warehouse": text, "on_hand": count, "reserved": count,
         "reorder_point?": count},
        ("snapshot_date", "product_id", "warehouse"),
    ),
    "reviews": Dataset(
        {"review_id": text, "product_id": text, "customer_id": text, "rating": at_least(1, integer, 5),
         "review_text?": text, "review_date": day, "is_verified": boolean},
        ("review_id",),
    ),
    "amazon_orders": Dataset(
        {"order_id": text, "order_date": amazon_day, "status": one_of(*sorted(amazon.STATUSES)),
         "fulfilment": one_of("Amazon", "Merchant"), "sales_channel?": text, "ship_service_level?": text,
         "style?": text, "sku": text, "category": text, "size?": text, "asin?": text, "courier_status?": text,
         "quantity": at_least(0, integer, 100_000), "currency?": INR, "amount?": price, "ship_city?": text,
         "ship_state?": state, "ship_postal_code?": postcode, "ship_country?": text, "promotion_ids?": text,
         "is_b2b": boolean, "fulfilled_by?": text},
        ("order_id", "sku", "occurrence"),
        (lambda row: row["amount"] is None or row["currency"] is not None,),
        renamed={"date": "order_date", "qty": "quantity", "b2b": "is_b2b"},
    ),
}  # fmt: skip


@dataclass
class Reading:
    """The typed rows of one file, and how many were left out."""

    rows: list[Row]
    read: int = 0
    quarantined: int = 0
    duplicates: int = 0


def read(file: Delivered) -> Reading:
    """Every row of a file that can be believed, with where it came from.

    A row that repeats another of the file in every column is a duplicate. Columns beside those of the dataset:
    file_id, line_number, occurrence (the nth row of its key in the file), landing_order.
    """
    dataset = DATASETS[file.dataset]
    reading = Reading([])
    seen: dict[tuple[str, ...], int] = {}
    whole: set[tuple[str, ...]] = set()
    for line, record in _renamed(file, dataset):
        reading.read += 1
        if record is None:
            reading.quarantined += 1
            continue
        values = tuple(record.values())
        if values in whole:
            reading.duplicates += 1
            continue
        whole.add(values)
        key = tuple(record.get(name, "").strip() for name in dataset.key if name != "occurrence")
        nth = seen[key] = seen.get(key, 0) + 1
        try:
            row = typed(record, dataset, file.landed_at)
        except Faulty:
            reading.quarantined += 1
            continue
        origin = {"file_id": file.file_id, "line_number": line, "landing_order": file.landing_order}
        reading.rows.append(row | origin | {"occurrence": nth})
    return reading


def typed(record: Record, dataset: Dataset, landed_at: datetime) -> Row:
    """The values of one record.

    Raises
    ------
    Faulty
        It breaks a rule that keeps rows out.
    """
    row: Row = {}
    for named, meaning in dataset.columns.items():
        name = named.rstrip("?")
        written = record.get(name, "").strip()
        if not written and name == named:
            raise Faulty("required")
        row[name] = meaning(written) if written else None
    if not all(rule(row) for rule in dataset.rules):
        raise Faulty("row rule")
    late = dataset.not_after_landing
    if late and row[late] > landed_at.astimezone(UTC).replace(tzinfo=None):
        raise Faulty("not_after_landing")
    return row


def _renamed(file: Delivered, dataset: Dataset) -> Iterator[tuple[int, Record | None]]:
    for line, record in records(file):
        yield line, record and {dataset.renamed.get(name, name): value for name, value in record.items()}
