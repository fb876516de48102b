"""The views people read: one file each, saved under the same name for the Athena console."""

import pytest

from saleslake.warehouse.tables import curated_tables
from saleslake.warehouse.views import View, views
from tests.project.test_house import template

WANTED = {
    "daily_sales_summary", "product_performance", "product_profitability", "rep_leaderboard", "customer_ltv",
    "customer_segments", "conversion_funnel", "return_rates", "revenue_trend", "top_products_by_category",
    "payment_methods", "recommendations",
}  # fmt: skip


def test_every_view_people_were_promised_is_there() -> None:
    assert views().keys() >= WANTED


def test_a_view_comes_after_those_it_reads() -> None:
    order = list(views())
    assert order.index("customer_ltv") < order.index("customer_segments")
    assert order.index("product_pairs") < order.index("recommendations")


def test_no_view_has_the_name_of_a_table() -> None:
    assert views().keys() & curated_tables().keys() == set()


@pytest.mark.parametrize("view", views().values(), ids=lambda view: view.name)
def test_a_view_file_says_what_it_is_for_and_creates_the_view_of_its_name(view: View) -> None:
    assert f"\nCREATE OR REPLACE VIEW {view.name} AS\n" in view.statement
    assert view.purpose.endswith(".")
    assert view.grain
    assert ";" not in view.statement


def test_the_console_lists_a_saved_query_for_every_view() -> None:
    saved = {
        item["Properties"]["Name"]: item["Properties"]
        for item in template()["Resources"].values()
        if item["Type"] == "AWS::Athena::NamedQuery"
    }
    assert {name: (query["Description"], query["QueryString"]) for name, query in saved.items()} == {
        name: (view.purpose, view.query) for name, view in views().items()
    }
