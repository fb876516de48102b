"""Lineage is read from the SQL: every column of every table and view leads somewhere that there is."""

import pytest

from saleslake.contracts.loader import contracts
from saleslake.contracts.model import PROVENANCE
from saleslake.warehouse import models
from saleslake.warehouse.columns import columns
from saleslake.warehouse.document import document
from saleslake.warehouse.lineage import table_origins, view_origins
from saleslake.warehouse.tables import curated_tables
from saleslake.warehouse.views import views

TABLES = [table for table in curated_tables() if table not in models.datasets()]
KNOWN = {f"{table}.{column.name}" for table in curated_tables() for column in columns(table)}
for contract in contracts():
    KNOWN |= {
        f"{contract.dataset}.{name}" for name in ("run_id", *(column.name for column in contract.columns))
    }
    KNOWN |= {f"{contract.dataset}.{column.name}" for column in PROVENANCE}
KNOWN |= {f"{view}.{column}" for view in views() for column in view_origins(view)}


def test_revenue_leads_from_a_view_to_the_delivered_amounts() -> None:
    assert view_origins("revenue_trend")["revenue"] == ("rollup_sales_filters_daily.revenue",)
    assert table_origins("rollup_sales_filters_daily")["revenue"] == (
        "fact_sales.is_active",
        "fact_sales.net_amount",
    )
    assert table_origins("fact_sales")["net_amount"] == (
        "amazon_orders_latest.amount",
        "rep_transactions_latest.refund_of",
        "rep_transactions_latest.total_amount",
        "web_order_items_latest.total_amount",
    )


@pytest.mark.parametrize("table", TABLES)
def test_every_origin_of_a_table_is_a_column_that_there_is(table: str) -> None:
    origins = table_origins(table)
    assert list(origins) == [column.name for column in columns(table)]
    assert {origin for found in origins.values() for origin in found} <= KNOWN


@pytest.mark.parametrize("view", views())
def test_every_origin_of_a_view_is_a_column_that_there_is(view: str) -> None:
    assert {origin for found in view_origins(view).values() for origin in found} <= KNOWN


def test_the_page_has_every_dataset_table_view_and_measure() -> None:
    page = document()
    for name in (*(contract.dataset for contract in contracts()), *TABLES, *views()):
        assert f"\n### {name}\n" in page
    assert "| `quota_attainment` | revenue of the month / the representative's monthly quota" in page
