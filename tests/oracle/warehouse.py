"""Every table of the warehouse, worked out from the delivered files alone; slow and plain on purpose.

It judges the product and the generator and imports neither. What the tables mean is told in docs/architecture.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tests.oracle.states import NAMES, UNKNOWN
from tests.oracle.warehouse_contracts import DATASETS, Reading, Row, read
from tests.oracle.warehouse_facts import Facts, geography, sales_by_day
from tests.oracle.warehouse_files import Delivered
from tests.oracle.warehouse_history import calendar, customers, products, sales_reps

REGIONS = {
    "Central": {"Chhattisgarh", "Madhya Pradesh"},
    "East": {"Bihar", "Jharkhand", "Odisha", "West Bengal"},
    "Islands": {"Andaman and Nicobar Islands", "Lakshadweep"},
    "North": {"Chandigarh", "Delhi", "Haryana", "Himachal Pradesh", "Jammu and Kashmir", "Ladakh", "Punjab",
              "Rajasthan", "Uttar Pradesh", "Uttarakhand"},
    "North-East": {"Arunachal Pradesh", "Assam", "Manipur", "Meghalaya", "Mizoram", "Nagaland", "Sikkim", "Tripura"},
    "South": {"Andhra Pradesh", "Karnataka", "Kerala", "Puducherry", "Tamil Nadu", "Telangana"},
    "West": {"Dadra and Nagar Haveli and Daman and Diu", "Goa", "Gujarat", "Maharashtra"},
}  # fmt: skip
REGION_OF = {state: region for region, states in REGIONS.items() for state in states}
assert set(NAMES) - set(REGION_OF) == {"APO"}, "army post offices are in no region, every state is in one"

# which columns of which dataset name a member of a dimension
SPEAK_OF = {
    "customer": {"rep_transactions": "customer_id", "web_orders": "customer_id", "web_events": "customer_id",
                 "reviews": "customer_id"},
    "product": {"amazon_orders": "sku", "rep_transactions": "product_id", "web_order_items": "product_id",
                "web_events": "product_id", "inventory": "product_id", "reviews": "product_id"},
    "sales_rep": {"rep_transactions": "sales_rep_id"},
    "state": {"amazon_orders": "ship_state", "customers": "state", "web_orders": "ship_state"},
}  # fmt: skip


@dataclass(frozen=True)
class Warehouse:
    """All tables by name, and what became of the rows of each file (by content hash)."""

    tables: dict[str, list[Row]]
    files: dict[str, Reading]


def warehouse(delivered: Iterable[Delivered]) -> Warehouse:
    """The warehouse after these files, in whatever order they are named: their landing order decides.

    Parameters
    ----------
    delivered
        The files that count: neither the same bytes twice nor those of withdrawn releases.
    """
    readings = [(file, read(file)) for file in delivered]
    typed: dict[str, list[Row]] = {dataset: [] for dataset in DATASETS}
    for file, reading in readings:
        typed[file.dataset] += reading.rows
    latest = {dataset: newest(rows, DATASETS[dataset].key) for dataset, rows in typed.items()}
    spoken = {
        kind: {row[column] for dataset, column in where.items() for row in typed[dataset]} - {None}
        for kind, where in SPEAK_OF.items()
    }
    customer = customers(latest["customers"], spoken["customer"])
    product = products(latest["products"], spoken["product"])
    facts = Facts(latest, customer, product)
    sales = facts.sales()
    places = geographies(spoken["state"])
    tables = {
        **{f"{dataset}_latest": rows for dataset, rows in latest.items()},
        "dim_customer": customer.rows(),
        "dim_product": product.rows(),
        "dim_sales_rep": sales_reps(latest["sales_reps"], spoken["sales_rep"]),
        "dim_geography": places,
        "dim_date": calendar(),
        "fact_sales": sales,
        "fact_web_events": facts.web_events(),
        "fact_inventory": facts.inventory(),
        "fact_reviews": facts.reviews(),
        "rollup_sales_daily": sales_by_day(
            sales, {place["geography_id"]: place["state"] for place in places}
        ),
    }
    return Warehouse(tables, {file.file_id: reading for file, reading in readings})


def newest(rows: Iterable[Row], key: tuple[str, ...]) -> list[Row]:
    """Of the rows of one key the one that landed last; within a file, the one further down."""
    found: dict[tuple[object, ...], Row] = {}
    for row in sorted(rows, key=lambda row: (row["landing_order"], row["line_number"])):
        found[tuple(row[column] for column in key)] = row
    return list(found.values())


def geographies(states: set[str]) -> list[Row]:
    """dim_geography."""
    return [
        {
            "geography_id": geography(state),
            "country": "IN",
            "state": state,
            "region": REGION_OF.get(state, UNKNOWN),
        }
        for state in states | {UNKNOWN}
    ]
