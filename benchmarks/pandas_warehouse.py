"""The same load as a plain pandas program: files in, the star schema as Parquet files out, everything in memory.

It is what the warehouse is measured beside. It checks, deduplicates, keeps history and shares out shipping like the
warehouse does; it has no increments, no releases and no accounts of its rows.

Usage: python -m benchmarks.pandas_warehouse FILES.json OUT, where FILES.json lists [dataset, path, landing order].
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks._pandas_files import KEYS, latest, load

BEGINNING, END = pd.Timestamp("1900-01-01"), pd.Timestamp("2262-01-01")
UNKNOWN = "Unknown"


def history(
    changes: pd.DataFrame, member: str, tracked: list[str], corrected: list[str], spoken: pd.Series
) -> pd.DataFrame:
    """Versions of customers or products, inferred members and the unknown one among them."""
    changes = changes.sort_values([member, "updated_at"])
    newest = changes.drop_duplicates(member, keep="last").set_index(member)[corrected]
    changes = changes.assign(valid_from=changes["updated_at"].dt.normalize())
    days = changes.drop_duplicates([member, "valid_from"], keep="last")
    values = days[tracked].astype(object).fillna("")
    same = (values == values.shift()).all(axis=1) & (days[member] == days[member].shift())
    versions = days[~same][[member, *tracked, "valid_from"]].join(newest, on=member)
    versions["is_inferred"] = False
    others = pd.Index(spoken.dropna().unique()).difference(versions[member].unique()).union([UNKNOWN])
    inferred = pd.DataFrame({member: others, "valid_from": BEGINNING, "is_inferred": others != UNKNOWN})
    versions = pd.concat([versions, inferred], ignore_index=True).sort_values([member, "valid_from"])
    first = versions[member] != versions[member].shift()
    versions.loc[first, "valid_from"] = BEGINNING
    following = versions.groupby(member)["valid_from"].shift(-1)
    versions["valid_to"], versions["is_current"] = following.fillna(END), following.isna()
    for column in versions.columns.intersection(
        ["segment", "region", "state", "category", "subcategory", "brand"]
    ):
        versions[column] = versions[column].fillna(UNKNOWN)
    days_text = versions["valid_from"].dt.strftime("%Y-%m-%d")
    versions[member.replace("_id", "_key")] = md5(versions[member] + "|" + days_text)
    return versions


def md5(texts: pd.Series) -> pd.Series:
    """Surrogate keys; each distinct text is hashed once."""
    codes, values = pd.factorize(texts)
    return pd.Series([hashlib.md5(value.encode()).hexdigest() for value in values])[codes].set_axis(
        texts.index
    )


def as_of(
    rows: pd.DataFrame, day: str, versions: pd.DataFrame, member: str, columns: list[str]
) -> pd.DataFrame:
    """The rows with columns of the version that held on their day."""
    right = versions[[member, "valid_from", *columns]].rename(columns={member: "_member"})
    right = right.astype({"valid_from": "datetime64[us]", "_member": str})
    rows = rows.assign(_member=rows[member].fillna(UNKNOWN).astype(str)).sort_values(day)
    right = right.sort_values("valid_from")
    joined = pd.merge_asof(rows, right, left_on=day, right_on="valid_from", by="_member")
    return joined.drop(columns=["_member", "valid_from"])


def amazon_lines(rows: pd.DataFrame) -> pd.DataFrame:
    """Lines of the marketplace."""
    return pd.DataFrame(
        {
            "line": "amazon|" + rows["order_id"] + "|" + rows["sku"] + "|" + rows["occurrence"].astype(str),
            "channel": "amazon", "line_type": "sale", "order_id": rows["order_id"], "sale_date": rows["order_date"],
            "product_id": rows["sku"], "own_category": rows["category"], "customer_id": None, "sales_rep_id": None,
            "own_state": rows["ship_state"].fillna(UNKNOWN), "status": rows["status"],
            "is_active": rows["status"] != "Cancelled", "own_b2b": rows["is_b2b"].astype(object),
            "fulfilment": rows["fulfilment"], "quantity": rows["quantity"], "gross_amount": rows["amount"].fillna(0),
            "net_amount": rows["amount"].fillna(0), "refund_amount": 0.0,
        }
    ).join(rows[["source_file", "source_line", "landing_order"]])  # fmt: skip


def rep_lines(rows: pd.DataFrame) -> pd.DataFrame:
    """Lines of the sales representatives, refunds among them."""
    refund = rows["refund_of"].notna()
    gross = (rows["quantity"] * rows["unit_price"]).where(~refund, 0).round(2)
    discount = rows["discount_amount"].fillna(0).where(~refund, 0)
    return pd.DataFrame(
        {
            "line": "reps|" + rows["transaction_id"], "returned_line": "reps|" + rows["refund_of"], "channel": "reps",
            "line_type": np.where(refund, "return", "sale"), "order_id": rows["transaction_id"],
            "sale_date": rows["transaction_date"], "product_id": rows["product_id"],
            "customer_id": rows["customer_id"], "sales_rep_id": rows["sales_rep_id"], "status": rows["status"],
            "is_active": ~refund & (rows["status"] != "cancelled"), "payment_method": rows["payment_method"],
            "quantity": rows["quantity"], "gross_amount": gross, "discount_amount": discount, "tax_amount": 0.0,
            "shipping_amount": 0.0, "net_amount": (gross - discount).round(2),
            "refund_amount": rows["total_amount"].where(refund & (rows["status"] != "cancelled"), 0),
        }
    ).join(rows[["source_file", "source_line", "landing_order"]])  # fmt: skip


def web_lines(orders: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """Lines of the web shop and their returns."""
    header = [
        "order_id",
        "ordered_at",
        "customer_id",
        "status",
        "payment_method",
        "shipping_amount",
        "ship_state",
    ]
    rows = items.merge(orders[header], on="order_id").sort_values(["order_id", "item_number"])
    gross, discount = (rows["quantity"] * rows["unit_price"]).round(2), rows["discount_amount"].fillna(0)
    net = (gross - discount).round(2)
    paise, order = (net * 100).round().astype("int64"), rows["order_id"]
    up_to, total = paise.groupby(order).cumsum(), paise.groupby(order).transform("sum")
    shipping = (rows["shipping_amount"] * 100).round().astype("int64")
    whole = total.where(total != 0, 1)
    share = shipping * up_to // whole - shipping * (up_to - paise) // whole
    share = share.where(total != 0, shipping.where(~order.duplicated(), 0))
    line = "web|" + order + "|" + rows["item_number"].astype("int64").astype(str)
    sales = pd.DataFrame(
        {
            "line": line, "channel": "web", "line_type": "sale", "order_id": order,
            "sale_date": rows["ordered_at"].dt.normalize(), "product_id": rows["product_id"],
            "customer_id": rows["customer_id"], "sales_rep_id": None, "own_state": rows["ship_state"].fillna(UNKNOWN),
            "status": rows["status"], "is_active": rows["status"] != "cancelled",
            "payment_method": rows["payment_method"], "quantity": rows["quantity"], "gross_amount": gross,
            "discount_amount": discount, "tax_amount": rows["tax_amount"].fillna(0), "shipping_amount": share / 100,
            "net_amount": net, "refund_amount": 0.0,
        }
    ).join(rows[["source_file", "source_line", "landing_order"]])  # fmt: skip
    back = (rows["returned_quantity"] > 0) & rows["returned_on"].notna()
    returns = sales[back].assign(
        line=line[back] + "|return", returned_line=line[back], line_type="return", status="returned",
        sale_date=rows["returned_on"][back], is_active=False, quantity=rows["returned_quantity"][back],
        refund_amount=rows["refund_amount"][back].fillna(0), gross_amount=0.0, discount_amount=0.0, tax_amount=0.0,
        shipping_amount=0.0, net_amount=0.0,
    )  # fmt: skip
    return pd.concat([sales, returns])


def fact_sales(
    found: dict[str, pd.DataFrame], customers: pd.DataFrame, products: pd.DataFrame
) -> pd.DataFrame:
    """All channels, priced and placed."""
    lines = pd.concat(
        [
            amazon_lines(found["amazon_orders"]),
            rep_lines(found["rep_transactions"]),
            web_lines(found["web_orders"], found["web_order_items"]),
        ],
        ignore_index=True,
    )
    lines = as_of(lines, "sale_date", products, "product_id", ["product_key", "category", "cost"])
    lines = as_of(lines, "sale_date", customers, "customer_id", ["customer_key", "segment", "state"])
    lines["category"] = lines["own_category"].fillna(lines["category"])
    lines["state"] = lines["own_state"].fillna(lines["state"])
    lines["is_b2b"] = (
        lines["own_b2b"].fillna(lines["segment"].isin(["Corporate", "Small Business"])).astype(bool)
    )
    sale = lines["line_type"] == "sale"
    lines["cost_amount"] = (lines["quantity"] * lines["cost"]).round(2).where(sale, 0)
    lines["profit_amount"] = (lines["net_amount"] - lines["refund_amount"] - lines["cost_amount"]).round(2)
    lines["sale_line_id"] = md5(lines["line"])
    lines["returned_sale_line_id"] = md5(lines["returned_line"].fillna("")).where(~sale)
    lines["sales_rep_key"] = md5(lines["sales_rep_id"].fillna(UNKNOWN))
    lines["geography_id"] = md5("IN|" + lines["state"])
    return lines.drop(
        columns=["line", "returned_line", "own_category", "own_state", "own_b2b", "segment", "cost"]
    )


def rollup(sales: pd.DataFrame) -> pd.DataFrame:
    """Sold lines by day and the API's dimensions."""
    sold = sales[sales["line_type"] == "sale"]
    active = sold["is_active"]
    sold = sold.assign(
        revenue=sold["net_amount"].where(active, 0), lines=active.astype(int), all_lines=1,
        units=sold["quantity"].where(active, 0), cancelled_lines=(~active).astype(int),
    )  # fmt: skip
    by = ["sale_date", "channel", "state", "category", "fulfilment", "is_b2b"]
    measures = ["revenue", "lines", "units", "cancelled_lines", "all_lines"]
    return sold.groupby(by, dropna=False)[measures].sum().reset_index()


def sales_reps(rows: pd.DataFrame, spoken: pd.Series) -> pd.DataFrame:
    """Representatives with their manager's name and their level."""
    manager = rows.set_index("sales_rep_id")["manager_id"].to_dict()
    names = rows.set_index("sales_rep_id")["name"]

    def level(member: object) -> float:
        for depth in range(1, 7):
            member = manager.get(member)
            if member not in manager:
                return depth
        return np.nan

    others = pd.Index(spoken.dropna().unique()).difference(rows["sales_rep_id"]).union([UNKNOWN])
    return pd.concat(
        [
            rows.assign(
                manager_name=rows["manager_id"].map(names),
                management_level=rows["sales_rep_id"].map(level),
                is_inferred=False,
            ),
            pd.DataFrame({"sales_rep_id": others, "is_inferred": others != UNKNOWN}),
        ]
    )


def build(files: list[tuple[str, str, str]]) -> dict[str, pd.DataFrame]:
    """Every table from a list of dataset, path, landing order."""
    typed = {
        dataset: load(dataset, [(path, order) for name, path, order in files if name == dataset])
        for dataset in KEYS
    }
    found = {dataset: latest(rows, KEYS[dataset]) for dataset, rows in typed.items()}
    buyers = ["rep_transactions", "web_orders", "web_events", "reviews"]
    sellers = ["rep_transactions", "web_order_items", "web_events", "inventory", "reviews"]
    customers = history(
        found["customers"], "customer_id", ["segment", "region", "state", "city", "postal_code"],
        ["name", "email", "phone", "birth_date", "signup_date"],
        pd.concat([typed[dataset]["customer_id"] for dataset in buyers]),
    )  # fmt: skip
    products = history(
        found["products"], "product_id", ["category", "subcategory", "brand", "list_price", "cost"],
        ["name", "stock"],
        pd.concat([typed["amazon_orders"]["sku"], *(typed[dataset]["product_id"] for dataset in sellers)]),
    )  # fmt: skip
    sales = fact_sales(found, customers, products)
    events = found["web_events"].assign(event_date=found["web_events"]["occurred_at"].dt.normalize())
    key, other = ["customer_key"], ["product_key"]
    events = as_of(
        as_of(events, "event_date", customers, "customer_id", key),
        "event_date",
        products,
        "product_id",
        other,
    )
    reviews = as_of(found["reviews"], "review_date", customers, "customer_id", key)
    return {
        **{f"{dataset}_latest": rows for dataset, rows in found.items()},
        "dim_customer": customers,
        "dim_product": products,
        "dim_sales_rep": sales_reps(found["sales_reps"], typed["rep_transactions"]["sales_rep_id"]),
        "fact_sales": sales,
        "fact_web_events": events,
        "fact_inventory": as_of(found["inventory"], "snapshot_date", products, "product_id", other),
        "fact_reviews": as_of(reviews, "review_date", products, "product_id", other),
        "rollup_sales_daily": rollup(sales),
    }


def main(listed: Path, out: Path) -> None:
    """Write every table, and say how many rows each has and what was earned."""
    tables = build([tuple(entry) for entry in json.loads(listed.read_text())])
    out.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        rows.to_parquet(out / f"{name}.parquet", index=False)
    counts: dict[str, float] = {name: len(rows) for name, rows in tables.items()}
    revenue = tables["rollup_sales_daily"]["revenue"].sum()
    (out / "summary.json").write_text(json.dumps(counts | {"revenue": round(float(revenue), 2)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
