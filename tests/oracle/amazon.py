"""What any Amazon sale report says, worked out row by row with Python's csv and Decimal.

Slow and plain on purpose: it judges both the generator's truth and the product, and imports neither.
"""

import csv
import gzip
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from tests.oracle.states import canonical_state
from tests.oracle.sums import Sums

Row = dict[str, str]
EMPTY = {
    "order id": "empty_order_id",
    "sku": "empty_sku",
    "date": "empty_date",
    "category": "empty_category",
}
STATUSES = {
    "Cancelled",
    "Pending",
    "Pending - Waiting for Pick Up",
    "Shipped",
    "Shipped - Damaged",
    "Shipped - Delivered to Buyer",
    "Shipped - Lost in Transit",
    "Shipped - Out for Delivery",
    "Shipped - Picked Up",
    "Shipped - Rejected by Buyer",
    "Shipped - Returned to Seller",
    "Shipped - Returning to Seller",
    "Shipping",
}
FORMATS = {
    r"\d\d-\d\d-\d\d": "%m-%d-%y",
    r"\d{1,2}/\d{1,2}/\d{4}": "%m/%d/%Y",
    r"\d{4}-\d\d-\d\d": "%Y-%m-%d",
}


@dataclass(frozen=True)
class Line:
    """One healthy order line, typed."""

    order_id: str
    day: date
    cancelled: bool
    fulfilment: str
    sku: str
    category: str
    quantity: int
    amount: Decimal
    state: str
    b2b: bool


class FaultyRow(Exception):
    """Why a row can't be believed; its text is the name of the fault."""


def answers(path: Path) -> dict[str, Any]:
    """Everything ``truth.json`` says of a file, except where its faulty rows are.

    Parameters
    ----------
    path
        A report, ``.csv`` or ``.csv.gz``: comma, semicolon or tab, UTF-8 with or without BOM or else cp1252,
        columns in any order, dates MM-DD-YY, M/D/YYYY or YYYY-MM-DD.

    Returns
    -------
    dict
        ``rows``, ``published``, ``quarantined``, ``duplicates``, ``defects`` (rows per fault),
        ``amount_published`` and ``analytics`` as in section "GET /analytics" of the API; money as text.
    """
    sums = Sums()
    faults: Counter[str] = Counter()
    rows = 0
    for row in records(path):
        rows += 1
        try:
            if isinstance(row, FaultyRow):
                raise row
            sums.add(line(row))
        except FaultyRow as fault:
            faults[str(fault)] += 1
    return {
        "dataset": "amazon_orders",
        "rows": rows,
        "published": sums.published,
        "quarantined": faults.total() - faults["duplicate_row"],
        "duplicates": faults["duplicate_row"],
        "defects": dict(faults),
        "amount_published": str(sums.amount_of_all.quantize(Decimal("0.01"))),
        "analytics": sums.analytics(),
    }


def lines(path: Path) -> list[Line]:
    """The healthy lines of a file, in its order."""
    healthy = []
    for row in records(path):
        try:
            if not isinstance(row, FaultyRow):
                healthy.append(line(row))
        except FaultyRow:
            continue
    return healthy


def records(path: Path) -> Iterator[Row | FaultyRow]:
    """The rows of a file by lower-case column name; a fault where the row is no row or a copy of another."""
    text = decoded(path)
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header = [name.strip().lower() for name in next(reader)]
    seen: set[bytes] = set()
    for fields in reader:
        if not fields:
            continue
        mark = hashlib.blake2b(repr(fields).encode(), digest_size=16).digest()
        if mark in seen:
            yield FaultyRow("duplicate_row")
        elif len(fields) > len(header):
            yield FaultyRow("too_many_fields")
        elif len(fields) < len(header):
            yield FaultyRow("too_few_fields")
        else:
            yield dict(zip(header, (field.strip() for field in fields), strict=True))
        seen.add(mark)


def decoded(path: Path) -> str:
    """The text of a file."""
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252")


def line(row: Row) -> Line:
    """Read one row.

    Raises
    ------
    FaultyRow
        Something in it can't be right; named like the generator's defects.
    """
    for column, fault in EMPTY.items():
        if not row[column]:
            raise FaultyRow(fault)
    if row["status"] not in STATUSES:
        raise FaultyRow("unknown_status")
    if row["fulfilment"] not in {"Amazon", "Merchant"}:
        raise FaultyRow("unknown_fulfilment")
    if row["b2b"].lower() not in {"true", "false"}:
        raise FaultyRow("bad_b2b")
    return Line(
        order_id=row["order id"],
        day=day(row["date"]),
        cancelled=row["status"] == "Cancelled",
        fulfilment=row["fulfilment"],
        sku=row["sku"],
        category=row["category"],
        quantity=quantity(row["qty"]),
        amount=amount(row["amount"], row["currency"]),
        state=canonical_state(row["ship-state"]),
        b2b=row["b2b"].lower() == "true",
    )


def day(text: str) -> date:
    """A date, month first unless the year leads."""
    for pattern, form in FORMATS.items():
        if re.fullmatch(pattern, text, re.ASCII):
            try:
                return datetime.strptime(text, form).date()
            except ValueError:
                break
    raise FaultyRow("bad_date")


def quantity(text: str) -> int:
    """A whole number from 0 up."""
    if not re.fullmatch(r"-?\d+", text, re.ASCII):
        raise FaultyRow("bad_quantity")
    if text.startswith("-"):
        raise FaultyRow("negative_quantity")
    return int(text)


def amount(text: str, currency: str) -> Decimal:
    """Rupees and paise, at most 16 digits of rupees; 0 where both amount and currency are blank."""
    if currency not in {"", "INR"}:
        raise FaultyRow("foreign_currency")
    if not text:
        return Decimal(0)
    if not re.fullmatch(r"-?\d+(\.\d+)?", text, re.ASCII):
        raise FaultyRow("bad_amount")
    value = Decimal(text)
    if value < 0:
        raise FaultyRow("negative_amount")
    if value >= Decimal(10) ** 16:
        raise FaultyRow("huge_amount")
    if value != value.quantize(Decimal("0.01"), ROUND_HALF_UP):
        raise FaultyRow("fraction_of_paisa")
    if not currency:
        raise FaultyRow("blank_currency")
    return value
