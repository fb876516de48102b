"""Files as typed pandas rows that can be believed, for the program the warehouse is measured beside."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd

RENAMED = {"date": "order_date", "qty": "quantity", "b2b": "is_b2b"}
KEYS = {
    "customers": ["customer_id", "updated_at"],
    "products": ["product_id", "updated_at"],
    "sales_reps": ["sales_rep_id"],
    "rep_transactions": ["transaction_id"],
    "web_orders": ["order_id"],
    "web_order_items": ["order_id", "item_number"],
    "web_events": ["event_id"],
    "inventory": ["snapshot_date", "product_id", "warehouse"],
    "reviews": ["review_id"],
    "amazon_orders": ["order_id", "sku", "occurrence"],
}
REQUIRED = {
    **{dataset: [column for column in key if column != "occurrence"] for dataset, key in KEYS.items()},
    "web_events": ["event_id", "session_id", "event_type", "occurred_at", "device"],
}
NUMBERS = [
    "quantity", "unit_price", "discount_amount", "total_amount", "shipping_amount", "tax_amount", "item_number",
    "returned_quantity", "refund_amount", "list_price", "cost", "stock", "on_hand", "reserved", "reorder_point",
    "rating", "amount", "quota", "commission_rate",
]  # fmt: skip
TIMES = ["updated_at", "ordered_at", "occurred_at"]
DATES = ["transaction_date", "returned_on", "snapshot_date", "review_date", "order_date"]
ALIASES = {
    "New Delhi": "Delhi", "Orissa": "Odisha", "Pondicherry": "Puducherry", "Rajshthan": "Rajasthan",
    "Rajsthan": "Rajasthan", "Rj": "Rajasthan", "Pb": "Punjab", "Nl": "Nagaland", "Ar": "Arunachal Pradesh",
    "Punjab/Mohali/Zirakpur": "Punjab", "Andaman & Nicobar": "Andaman And Nicobar Islands",
    "Jammu & Kashmir": "Jammu And Kashmir", "Dadra And Nagar": "Dadra And Nagar Haveli And Daman And Diu",
}  # fmt: skip


def read(path: Path) -> pd.DataFrame:
    """One file as text and typed columns, whatever its format."""
    name = path.name.removesuffix(".gz")
    if name.endswith(".parquet"):
        frame = pd.read_parquet(path)
    elif name.endswith(".avro"):
        import fastavro  # noqa: PLC0415 - only Avro needs it

        with path.open("rb") as stream:
            frame = pd.DataFrame.from_records(list(fastavro.reader(stream)))
    elif name.endswith((".json", ".jsonl", ".ndjson")):
        try:
            frame = pd.read_json(path, lines=True, dtype=False)
        except ValueError:
            frame = pd.read_json(path, dtype=False)
    else:
        frame = pd.read_csv(path, dtype=str)
    frame.columns = ["_".join(name.lower().replace("-", " ").split()) for name in frame.columns]
    return frame.rename(columns=RENAMED)


def load(dataset: str, files: list[tuple[str, str]]) -> pd.DataFrame:
    """All rows of a dataset that can be believed."""
    frames = []
    for path, landing_order in files:
        frame = read(Path(path))
        frame["source_file"] = hashlib.sha256(Path(path).read_bytes()).hexdigest()
        frame["source_line"] = np.arange(len(frame)) + 2
        frame["landing_order"] = landing_order
        columns = [name for name in frame.columns if name != "source_line"]
        frames.append(frame[~frame[columns].duplicated()])
    rows = pd.concat(frames, ignore_index=True)
    for column in rows.columns.intersection(NUMBERS):
        rows[column] = pd.to_numeric(rows[column], errors="coerce")
    for column in rows.columns.intersection(TIMES):
        moments = pd.to_datetime(rows[column], errors="coerce", utc=True, format="ISO8601")
        rows[column] = moments.dt.tz_localize(None).astype("datetime64[us]")
    for column in rows.columns.intersection(DATES):
        form = "%m-%d-%y" if column == "order_date" and dataset == "amazon_orders" else "ISO8601"
        rows[column] = pd.to_datetime(rows[column], errors="coerce", format=form).astype("datetime64[us]")
    for column in rows.columns.intersection(["state", "ship_state"]):
        names = rows[column].str.strip().str.title().replace(ALIASES)
        rows[column] = names.str.replace(" And ", " and ").replace("Apo", "APO")
    if dataset == "amazon_orders":
        rows["occurrence"] = rows.groupby(["source_file", "order_id", "sku"]).cumcount() + 1
        rows["is_b2b"] = rows["is_b2b"].astype(str).str.lower() == "true"
    return rows[believable(dataset, rows)]


def believable(dataset: str, rows: pd.DataFrame) -> pd.Series:
    """Which rows break no rule."""
    good = rows[REQUIRED[dataset]].notna().all(axis=1)
    if {"unit_price", "total_amount"} <= set(rows.columns):
        total = rows["quantity"] * rows["unit_price"] - rows["discount_amount"].fillna(0)
        adds_up = (total - rows["total_amount"]).abs() < 0.005
        good &= adds_up | rows["refund_of"].notna() if "refund_of" in rows else adds_up
    if dataset == "web_order_items":
        good &= ~(rows["returned_quantity"] > rows["quantity"])
        good &= ~(rows["refund_amount"] > rows["total_amount"] + rows["tax_amount"].fillna(0) + 0.005)
    for column in rows.columns.intersection(["stock", "on_hand", "cost", "list_price", "quantity", "amount"]):
        good &= ~(rows[column] < 0)
    if dataset == "products":
        landed = pd.to_datetime(rows["landing_order"].str.partition("|")[0], utc=True).dt.tz_localize(None)
        good &= rows["updated_at"] <= landed
    return good


def latest(rows: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Of the rows of one key the one that landed last."""
    return rows.sort_values(["landing_order", "source_line"], kind="stable").drop_duplicates(key, keep="last")
