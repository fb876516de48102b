"""The planner reads the cheapest tables that have the exact answer, and nothing a client says becomes SQL."""

from datetime import date

import pytest
import sqlglot

from saleslake.errors import InvalidParameter
from saleslake.metrics.built import catalogue
from saleslake.metrics.loader import catalogue as from_yaml
from saleslake.metrics.planner import plan
from saleslake.metrics.request import Request, ViewRequest, earlier, filters_of, whole
from saleslake.metrics.view import view_statement, view_tables

FIRST, LAST = date(2025, 4, 1), date(2025, 6, 30)


def tables(source: str = "sales", filters: tuple = (), **asked) -> tuple[str, ...]:
    """Where the planner reads a request from."""
    return plan(Request(source=source, filters=filters_of(filters), **asked), catalogue()).tables


def test_the_api_reads_the_catalogue_that_people_write():
    assert catalogue() == from_yaml(), "run: make docs"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"measures": ("revenue",)}, ("rollup_sales_daily",)),
        ({"measures": ("revenue",), "by": ("state",)}, ("rollup_sales_daily",)),
        ({"measures": ("revenue",), "by": ("region",)}, ("rollup_sales_filters_daily",)),
        ({"measures": ("revenue", "refunds")}, ("rollup_product_monthly",)),
        ({"measures": ("revenue",), "by": ("product_id",)}, ("rollup_product_monthly",)),
        ({"measures": ("profit_margin",), "by": ("segment",)}, ("rollup_sales_filters_daily",)),
        ({"measures": ("revenue",), "by": ("brand",)}, ("fact_sales",)),
        ({"measures": ("revenue",), "filters": (("brand", ["Acme"]),)}, ("fact_sales",)),
        ({"measures": ("revenue",), "by": ("week",)}, ("rollup_sales_daily",)),
    ],
)
def test_the_first_rollup_that_has_everything_is_read(asked, expected):
    assert tables(**asked) == expected


def test_a_distinct_count_is_read_from_the_facts_unless_a_rollup_has_it_exactly():
    assert tables(measures=("orders",)) == ("fact_sales",)
    assert tables(measures=("average_order_value",)) == ("rollup_sales_daily", "fact_sales")
    assert tables("paid_sales", measures=("orders",), by=("payment_method",)) == ("rollup_payment_monthly",)
    assert tables("paid_sales", measures=("orders",), by=("category",)) == ("fact_sales",)


@pytest.mark.parametrize(
    ("first", "last", "table"),
    [
        (FIRST, LAST, "rollup_product_monthly"),
        (FIRST, None, "rollup_product_monthly"),
        (None, LAST, "rollup_product_monthly"),
        (date(2024, 2, 1), date(2024, 2, 29), "rollup_product_monthly"),
        (date(2025, 4, 2), LAST, "fact_sales"),
        (FIRST, date(2025, 6, 29), "fact_sales"),
        (date(2024, 2, 1), date(2024, 2, 28), "fact_sales"),
    ],
)
def test_a_monthly_rollup_is_read_for_whole_months_only(first, last, table):
    assert tables(measures=("revenue",), by=("product_id",), first=first, last=last) == (table,)


def test_a_comparison_needs_both_periods_to_be_whole_months():
    # ten days of May have no ten days of a monthly rollup before them
    asked = {"measures": ("revenue",), "by": ("product_id",), "compare": "previous_period"}
    assert tables(first=FIRST, last=LAST, **asked) == ("rollup_product_monthly",)
    assert tables(first=date(2025, 5, 1), last=date(2025, 5, 10), **asked) == ("fact_sales",)


@pytest.mark.parametrize("by", ["day", "week"])
def test_parts_of_time_finer_than_a_rollup_are_not_read_from_it(by):
    assert tables(measures=("revenue",), by=(by, "product_id")) == ("fact_sales",)


@pytest.mark.parametrize(
    "value", ["Goa'; DROP TABLE fact_sales --", "{time}", "?", "''", "' OR '1' = '1", 'a"b', "-- x", "Goa\\'"]
)
def test_a_filters_value_stays_a_value(value):
    request = Request(
        source="sales",
        measures=("revenue",),
        filters=filters_of([("state", [value]), ("channel", ["web", None])]),
    )
    for statement in (
        plan(request, catalogue()).statement,
        plan(request, catalogue(), rollups=()).statement,
        view_statement(
            ViewRequest(
                view="customer_ltv", columns=("orders",), filters=request.filters[1:], order=("orders",)
            )
        ),
    ):
        tree = sqlglot.parse_one(statement, dialect="trino")
        assert value in {text.this for text in tree.find_all(sqlglot.exp.Literal)}
        assert not list(tree.find_all(sqlglot.exp.Placeholder, sqlglot.exp.Drop))


def test_a_level_is_asked_for_by_day():
    with pytest.raises(InvalidParameter, match="on_hand is a level"):
        tables("stock", measures=("on_hand",), by=("month", "product_id"))
    assert tables("stock", measures=("on_hand",), by=("day",)) == ("rollup_inventory_daily",)
    assert tables("stock", measures=("on_hand",), first=FIRST, last=FIRST) == ("rollup_inventory_daily",)


def test_the_order_of_filters_and_values_says_nothing():
    one = filters_of([("state", ["Goa", "Assam", "Goa"]), ("channel", ["web"])])
    other = filters_of([("channel", ["web"]), ("state", ["Assam", "Goa"])])
    assert one == other


@pytest.mark.parametrize(
    ("first", "last", "compare", "unit", "expected"),
    [
        ("2025-05-01", "2025-05-31", "previous_period", None, ("2025-04-01", "2025-04-30")),
        ("2025-05-02", "2025-05-31", "previous_period", None, ("2025-04-02", "2025-05-01")),
        ("2025-04-01", "2025-06-30", "previous_period", "month", ("2025-01-01", "2025-03-31")),
        ("2025-03-01", "2025-03-31", "previous_period", "day", ("2025-01-29", "2025-02-28")),
        ("2024-02-01", "2024-02-29", "previous_year", None, ("2023-02-01", "2023-02-28")),
        ("2025-02-01", "2025-02-28", "previous_year", None, ("2024-02-01", "2024-02-29")),
        ("2025-05-10", "2025-05-20", "previous_year", None, ("2024-05-10", "2024-05-20")),
        ("2025-02-28", "2025-02-28", "previous_year", None, ("2024-02-28", "2024-02-28")),
        ("2025-02-15", "2025-02-28", "previous_year", None, ("2024-02-15", "2024-02-28")),
        ("2024-02-29", "2024-02-29", "previous_year", None, ("2023-02-28", "2023-02-28")),
        ("2025-05-10", "2025-05-20", "previous_year", "day", ("2024-05-11", "2024-05-21")),
    ],
)
def test_what_a_period_is_compared_with(first, last, compare, unit, expected):
    found = earlier(date.fromisoformat(first), date.fromisoformat(last), compare, unit)
    assert (str(found.first), str(found.last)) == expected


def test_parts_of_time_that_are_cut_off_are_not_compared():
    with pytest.raises(InvalidParameter, match="whole months"):
        earlier(date(2025, 5, 2), date(2025, 5, 31), "previous_year", "month")
    assert whole(date(2025, 5, 5), date(2025, 5, 11), "week")
    assert not whole(date(2025, 5, 5), date(2025, 5, 12), "week")


@pytest.mark.parametrize("entry", [e for e in catalogue().endpoints if e.view], ids=lambda entry: entry.name)
def test_a_view_is_read_through_the_tables_under_it(entry):
    request = ViewRequest(
        view=entry.view, body=entry.body, columns=tuple(entry.columns), order=entry.order, limit=1
    )
    tree = sqlglot.parse_one(view_statement(request), dialect="trino")
    own = {cte.alias for cte in tree.find_all(sqlglot.exp.CTE)}
    assert {table.name for table in tree.find_all(sqlglot.exp.Table)} - own == set(
        view_tables(entry.view, entry.body)
    )
