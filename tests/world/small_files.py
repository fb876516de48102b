"""Hypothesis strategies for small files of every dataset: few ids, few days, so that they contradict each other."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

from hypothesis import strategies as st

DAYS = ("2024-01-31", "2024-02-01", "2024-02-29", "2024-03-01", "2024-06-15")
MOMENTS = tuple(
    f"{day}T{time}" for day in DAYS[:4] for time in ("00:00:00Z", "02:00:00+05:30", "23:59:59.999999Z")
)
CUSTOMERS, PRODUCTS, REPS = ([f"{kind}{number}" for number in range(1, 4)] for kind in ("C", "P", "R"))
STATES = ("", "Goa", "GOA", "Orissa", "Odisha", "rajshthan")
type Files = list[tuple[str, str]]


def maybe(*values: str) -> st.SearchStrategy[str]:
    return st.sampled_from(["", *values])


def one(*values: str) -> st.SearchStrategy[str]:
    return st.sampled_from(values)


def numbers(least: int, most: int) -> st.SearchStrategy[str]:
    return st.integers(least, most).map(str)


MONEY = one("0", "0.01", "3.33", "10.00", "99.99")
ROWS = {
    "customers": {
        "customer_id": one(*CUSTOMERS), "name": one("Asha", "Ben"), "email": one("a@example.com"),
        "phone": maybe("1", "2"),
        "segment": one("Consumer", "Corporate", "small business", "Nobody"), "region": maybe("North"),
        "state": one(*STATES), "city": maybe("Pune", "Agra"), "postal_code": maybe("400081.0", "400081"),
        "birth_date": maybe("1990-02-28"), "updated_at": one(*MOMENTS),
    },
    "products": {
        "product_id": one(*PRODUCTS), "name": one("Kurta", "Sari"), "category": one("Set", "Top"),
        "subcategory": maybe("Silk"), "brand": maybe("Own"), "list_price": MONEY, "cost": MONEY,
        "stock": maybe("0", "5", "-1"), "updated_at": one(*MOMENTS, "2099-01-01T00:00:00Z"),
    },
    "sales_reps": {
        "sales_rep_id": one(*REPS), "name": one("Asha", "Ben"), "territory": maybe("T"), "region": maybe("West"),
        "manager_id": maybe(*REPS, "R9"), "hire_date": maybe("2020-01-01"), "quota": maybe("1000.00"),
        "commission_rate": maybe("0.05", "1", "1.5"),
    },
    "rep_transactions": {
        "transaction_id": one("T1", "T2", "T3", "T4"), "transaction_date": one(*DAYS),
        "customer_id": one(*CUSTOMERS), "product_id": one(*PRODUCTS), "sales_rep_id": one(*REPS),
        "quantity": numbers(0, 3), "unit_price": MONEY, "discount_amount": maybe("0.01"),
        "payment_method": one("upi", "cash"), "status": one("completed", "returned", "refunded", "cancelled"),
        "currency": maybe("INR"), "refund_of": maybe("T1", "T2", "T9"),
    },
    "web_orders": {
        "order_id": one("W1", "W2", "W3"), "ordered_at": one(*MOMENTS, "2024-02-01T10:00:00"),
        "customer_id": maybe(*CUSTOMERS), "status": one("placed", "paid", "returned", "cancelled"),
        "payment_method": one("card", "wallet"), "coupon_code": maybe("TEN"), "ship_state": one(*STATES),
        "shipping_amount": MONEY, "total_amount": MONEY, "currency": maybe("INR"),
    },
    "web_order_items": {
        "order_id": one("W1", "W2", "W3", "W9"), "item_number": numbers(1, 3), "product_id": one(*PRODUCTS),
        "quantity": numbers(1, 3), "unit_price": MONEY, "discount_amount": maybe("0.00"),
        "tax_amount": maybe("0.50"), "returned_quantity": maybe("0", "1", "3"), "returned_on": maybe(*DAYS),
        "refund_amount": maybe("0.01", "9.00"),
    },
    "web_events": {
        "event_id": one("E1", "E2", "E3", "E4"), "session_id": one("S1", "S2"), "customer_id": maybe(*CUSTOMERS),
        "event_type": one("page_view", "purchase"), "occurred_at": one(*MOMENTS), "page": maybe("/"),
        "product_id": maybe(*PRODUCTS), "order_id": maybe("W1"), "device": one("mobile", "desktop"),
        "referrer": maybe("mail"),
    },
    "inventory": {
        "snapshot_date": one(*DAYS), "product_id": one(*PRODUCTS), "warehouse": one("N", "S"),
        "on_hand": numbers(-1, 5), "reserved": numbers(0, 2), "reorder_point": maybe("3"),
    },
    "reviews": {
        "review_id": one("V1", "V2", "V3"), "product_id": one(*PRODUCTS), "customer_id": one(*CUSTOMERS),
        "rating": numbers(0, 5), "review_text": maybe("good, \"very\" good"), "review_date": one(*DAYS),
        "is_verified": one("true", "False"),
    },
    "amazon_orders": {
        "Order ID": one("A1", "A2"), "Date": one("01-31-24", "02-01-24", "06-15-24"),
        "Status": one("Shipped", "Cancelled", "Lost"), "Fulfilment": one("Amazon", "Merchant"),
        "SKU": one(*PRODUCTS), "Category": one("Set", "Top"), "Qty": numbers(0, 2), "currency": one("INR", ""),
        "Amount": maybe("0.00", "647.62"), "ship-state": one(*STATES), "B2B": one("True", "False"),
    },
}  # fmt: skip


# what makes and changes sales comes twice as often
OFTEN = sorted([*ROWS, "customers", "products", "rep_transactions", "web_orders", "web_order_items"])


def _completed(dataset: str, row: dict[str, str]) -> dict[str, str]:
    """Totals that add up; a web order's need not, it is a header of its own."""
    if dataset in {"rep_transactions", "web_order_items"}:
        total = int(row["quantity"]) * Decimal(row["unit_price"]) - Decimal(row["discount_amount"] or 0)
        row["total_amount"] = str(total)
    return row


def _text(rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@st.composite
def small_file(draw: st.DrawFn) -> tuple[str, str]:
    """A dataset, and a CSV file of it."""
    dataset = draw(st.sampled_from(OFTEN))
    rows = draw(st.lists(st.fixed_dictionaries(ROWS[dataset]), min_size=1, max_size=8))
    return dataset, _text([_completed(dataset, row) for row in rows])


def small_files(least: int, most: int) -> st.SearchStrategy[Files]:
    """Several files, in the order they landed; no two have the same bytes."""
    return st.lists(small_file(), min_size=least, max_size=most, unique_by=lambda file: file[1])


@st.composite
def batches(draw: st.DrawFn, files: int) -> list[list[int]]:
    """The numbers of all files in any order, cut anywhere into runs."""
    order = draw(st.permutations(range(files)))
    ends = sorted(draw(st.sets(st.integers(1, files - 1), max_size=3)) | {files})
    return [list(order[start:end]) for start, end in zip([0, *ends[:-1]], ends, strict=True)]
