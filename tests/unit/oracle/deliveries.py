"""Tiny hand-written deliveries for the tests of the warehouse oracle."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

from tests.oracle.warehouse import Warehouse, warehouse
from tests.oracle.warehouse_contracts import Row
from tests.oracle.warehouse_files import Delivered

BLANK = {
    "customers": {
        "region": "",
        "state": "",
        "city": "",
        "postal_code": "",
        "name": "N",
        "email": "e",
        "phone": "1",
        "segment": "Consumer",
        "updated_at": "2024-01-01T00:00:00Z",
    },
    "products": {
        "subcategory": "",
        "brand": "",
        "name": "P",
        "category": "Set",
        "list_price": "10",
        "cost": "4.00",
        "updated_at": "2024-01-01T00:00:00Z",
    },
    "sales_reps": {"manager_id": "", "name": "R"},
    "rep_transactions": {
        "discount_amount": "",
        "refund_of": "",
        "transaction_date": "2024-03-05",
        "customer_id": "C1",
        "product_id": "P1",
        "sales_rep_id": "R1",
        "quantity": "2",
        "unit_price": "10.00",
        "total_amount": "20.00",
        "payment_method": "upi",
        "status": "completed",
        "currency": "INR",
    },
    "web_orders": {
        "customer_id": "",
        "ship_state": "",
        "ordered_at": "2024-03-05T20:00:00+05:30",
        "status": "paid",
        "payment_method": "card",
        "shipping_amount": "0",
        "total_amount": "10",
    },
    "web_order_items": {
        "discount_amount": "",
        "tax_amount": "",
        "item_number": "1",
        "product_id": "P1",
        "quantity": "1",
        "unit_price": "10.00",
        "total_amount": "10.00",
    },
    "inventory": {
        "snapshot_date": "2024-03-05",
        "product_id": "P1",
        "warehouse": "W",
        "on_hand": "5",
        "reserved": "1",
    },
}


class Mail:
    """Writes files and keeps them in the order they were delivered, one a minute."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.delivered: list[Delivered] = []

    def bring(self, dataset: str, *rows: dict[str, str]) -> Delivered:
        """Deliver a CSV file of these rows; columns a row leaves out get a healthy value."""
        filled = [{**BLANK[dataset], **row} for row in rows]
        header = list(dict.fromkeys(name for row in filled for name in row))
        text = io.StringIO()
        writer = csv.DictWriter(text, header, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(filled)
        at = f"2024-12-31T00:{len(self.delivered):02d}:00.000000Z"
        path = self.folder / f"{len(self.delivered)}.csv"
        path.write_text(text.getvalue())
        self.delivered.append(Delivered(dataset, path, f"{at}|landing/{path.name}|"))
        return self.delivered[-1]

    def warehouse(self) -> Warehouse:
        """What the oracle makes of everything delivered."""
        return warehouse(self.delivered)

    def table(self, name: str, chosen: Callable[[Row], bool] = lambda row: True) -> list[Row]:
        """Some rows of one table."""
        return [row for row in self.warehouse().tables[name] if chosen(row)]
