"""Small files with one thing wrong in each, the good ones they stand beside, and the ones that put things right."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

type Row = dict[str, Any]

GOOD: dict[str, Row] = {
    "customers": {
        "customer_id": "C1", "name": "Asha Rao", "email": "asha@example.com", "phone": "1", "segment": "Consumer",
        "region": "West", "state": "Goa", "city": "Panaji", "postal_code": "403001", "birth_date": "",
        "signup_date": "2024-01-01", "updated_at": "2024-01-01T00:00:00Z",
    },
    "products": {
        "product_id": "P1", "name": "Kurta", "category": "Set", "subcategory": "", "brand": "", "list_price": "100.00",
        "cost": "60.00", "stock": "5", "updated_at": "2024-01-01T00:00:00Z",
    },
    "sales_reps": {"sales_rep_id": "R1", "name": "Ben Das", "manager_id": ""},
    "rep_transactions": {
        "transaction_id": "T1", "transaction_date": "2024-02-01", "customer_id": "C1", "product_id": "P1",
        "sales_rep_id": "R1", "quantity": "1", "unit_price": "100.00", "discount_amount": "", "total_amount": "100.00",
        "payment_method": "upi", "status": "completed", "refund_of": "",
    },
    "web_orders": {
        "order_id": "W1", "ordered_at": "2024-02-01T10:00:00+05:30", "customer_id": "C1", "status": "paid",
        "payment_method": "card", "ship_state": "Goa", "shipping_amount": "0.00", "total_amount": "105.00",
    },
    "web_order_items": {
        "order_id": "W1", "item_number": "1", "product_id": "P1", "quantity": "1", "unit_price": "100.00",
        "discount_amount": "", "tax_amount": "5.00", "total_amount": "100.00", "returned_quantity": "",
        "returned_on": "", "refund_amount": "",
    },
    "web_events": {
        "event_id": "E1", "session_id": "S1", "customer_id": None, "event_type": "page_view",
        "occurred_at": "2024-02-01T10:00:00Z", "device": "mobile",
    },
    "inventory": {
        "snapshot_date": "2024-02-01", "product_id": "P1", "warehouse": "Pune", "on_hand": "5", "reserved": "0",
    },
}  # fmt: skip


def row(dataset: str, **changes: Any) -> Row:
    """A good row of a dataset with some of it changed."""
    return GOOD[dataset] | changes


class Files:
    """Writes files into a folder; each is known by its name, and knows its dataset."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def csv(self, dataset: str, name: str, *changes: Row) -> tuple[str, Path]:
        """A CSV file with one row per set of changes."""
        path = self.folder / name
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, GOOD[dataset])
            writer.writeheader()
            writer.writerows(row(dataset, **change) for change in changes)
        return dataset, path

    def json(self, dataset: str, name: str, *lines: Row | str) -> tuple[str, Path]:
        """A file of JSON lines; text stands as it is."""
        path = self.folder / name
        text = [line if isinstance(line, str) else json.dumps(row(dataset, **line)) for line in lines]
        path.write_text("\n".join(text) + "\n", encoding="utf-8")
        return dataset, path

    def parquet(self, dataset: str, name: str, **columns: pa.Array) -> tuple[str, Path]:
        """A Parquet file of one row of text columns, some of them replaced."""
        path = self.folder / name
        good = {field: pa.array([value]) for field, value in GOOD[dataset].items()}
        pq.write_table(pa.table(good | columns), path)
        return dataset, path

    def base(self) -> list[tuple[str, Path]]:
        """What is right, and named by what is wrong."""
        return [
            self.csv("customers", "customers.csv", {}),
            self.json("products", "products.json", {}),
            self.csv("sales_reps", "reps.csv", {}),
            self.csv("web_order_items", "items.csv", {}),
        ]

    def bad(self) -> list[tuple[str, Path]]:
        """One file per kind of mistake, in the order they land."""
        return [
            self.csv("web_order_items", "no-order.csv", {"order_id": "W9"}),
            self.csv(
                "rep_transactions", "unknown.csv",
                {"transaction_id": "T1", "product_id": "P99"},
                {"transaction_id": "T2", "sales_rep_id": "R99"},
                {"transaction_id": "T3", "customer_id": "C99"},
            ),
            self.csv(
                "sales_reps", "circle.csv",
                {"sales_rep_id": "R2", "manager_id": "R3"},
                {"sales_rep_id": "R3", "manager_id": "R2"},
                {"sales_rep_id": "R4", "manager_id": "R77"},
            ),
            self.csv(
                "customers", "twice.csv",
                {"customer_id": "C2", "segment": "Consumer"},
                {"customer_id": "C2", "segment": "Corporate"},
            ),
            self.csv("customers", "again-1.csv", {"customer_id": "C3", "state": "Goa"}),
            self.csv("customers", "again-2.csv", {"customer_id": "C3", "state": "Kerala"}),
            self.json(
                "products", "tomorrow.json",
                {"updated_at": "2098-01-01T00:00:00Z", "list_price": "90.00"}, {"product_id": "P2"},
            ),
            self.csv("products", "stock.csv", {"product_id": "P3"}, {"product_id": "P4", "stock": "-5"}),
            self.csv("inventory", "count.csv", {}, {"warehouse": "Agra", "on_hand": "-1"}),
            self.csv(
                "rep_transactions", "refunds.csv",
                {"transaction_id": "T10"},
                *({"transaction_id": refund, "status": "refunded", "refund_of": "T10", "quantity": "0",
                   "total_amount": "60.00"} for refund in ("T11", "T12")),
                {"transaction_id": "T13", "status": "refunded", "refund_of": "T404", "total_amount": "1.00"},
            ),
            self.csv(
                "web_order_items", "returns.csv",
                {"order_id": "W1", "item_number": "2", "returned_quantity": "2", "returned_on": "2024-02-09"},
                {"order_id": "W1", "item_number": "3", "returned_quantity": "1", "returned_on": "2024-02-09",
                 "refund_amount": "105.01"},
            ),
            self.json(
                "web_events", "clocks.json",
                {"event_id": "E1"},
                {"event_id": "E2", "occurred_at": "2024-02-01T10:00:00"},
                {"event_id": "E3", "occurred_at": "1999-12-31T23:59:59Z"},
                {"event_id": "E4", "occurred_at": "2100-01-01T00:00:00Z"},
                {"event_id": "E5", "occurred_at": "noon"},
            ),
            self.json(
                "web_orders", "nested.json",
                {"order_id": "W2", "gift": {"wrap": ["red", {"bow": True}]}},
                {"order_id": "W3", "customer_id": {"id": "C1"}},
                {"order_id": "W4", "total_amount": [105.00]},
                '{"order_id": "W5", "total_amount": }',
                '["W6"]',
            ),
            self.csv("web_orders", "total-1.csv", {"order_id": "W1", "total_amount": "105.00"}),
            self.csv("web_orders", "total-2.csv", {"order_id": "W1", "total_amount": "205.00"}),
            ("web_orders", self.parquet("inventory", "stranger.parquet")[1]),
            self.parquet("web_orders", "double.parquet", total_amount=pa.array([105.0])),
            self.parquet("web_orders", "struct.parquet", ship_state=pa.array([{"name": "Goa"}])),
            self.parquet("web_orders", "exact.parquet", order_id=pa.array(["W7"]),
                         total_amount=pa.array([Decimal("105.00")])),
        ]  # fmt: skip

    def cure(self) -> list[tuple[str, Path]]:
        """What was missing, and what was mistaken said anew."""
        return [
            self.csv("web_orders", "late-order.csv", {"order_id": "W9", "total_amount": "210.00"}, {"order_id": "W1"}),
            self.csv("web_order_items", "late-items.csv", {"order_id": "W9", "item_number": "2"}),
            self.csv("products", "late-product.csv", {"product_id": "P99"}),
            self.csv("customers", "late-customer.csv", {"customer_id": "C99"}),
            self.csv(
                "sales_reps", "late-reps.csv", {"sales_rep_id": "R99"}, {"sales_rep_id": "R77"}, {"sales_rep_id": "R3"}
            ),
            self.csv(
                "rep_transactions", "late-refund.csv",
                {"transaction_id": "T404"},
                {"transaction_id": "T12", "status": "cancelled", "refund_of": "T10", "total_amount": "60.00"},
            ),
        ]  # fmt: skip
