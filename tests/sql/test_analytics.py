"""The SQL behind ``GET /analytics`` on the embedded engine: figures a person computes from a few rows."""

from datetime import date
from decimal import Decimal

import pytest

from local.athena.duck.engine import DuckEngine
from local.athena.engine import Query, Session
from saleslake import sql
from saleslake.aws.athena import typed

ROLLUP = {
    "sale_date": "date",
    "channel": "varchar",
    "state": "varchar",
    "category": "varchar",
    "fulfilment": "varchar",
    "is_b2b": "boolean",
    "revenue": "decimal(38,2)",
    "lines": "bigint",
    "units": "bigint",
    "cancelled_lines": "bigint",
    "all_lines": "bigint",
}
FACTS = {"channel": "varchar", "order_id": "varchar", "is_active": "boolean"}
SESSION = Session("http://127.0.0.1:1")  # nothing is read from a table
NOTHING_SOLD = (date(2022, 3, 31), "amazon", "Assam", "Blouse", "Amazon", False, "0.00", 0, 0, 3, 3)


def sold(
    revenue,
    *,
    lines=1,
    units=1,
    cancelled=0,
    day=(2022, 4, 30),
    state="Goa",
    category="Set",
    by="Amazon",
    b2b=False,
):
    """One row of the daily rollup."""
    return date(*day), "amazon", state, category, by, b2b, revenue, lines, units, cancelled, lines + cancelled


@pytest.fixture(scope="module")
def engine():
    engine = DuckEngine()
    engine.start()
    yield engine
    engine.stop()


@pytest.fixture
def ask(engine):
    """Run one statement of ``sql/api/analytics`` on rows given here instead of the tables."""

    def run(name, rollup=(), facts=()):
        (text,) = sql.read(f"api/analytics/{name}")
        tables = f"rollup_sales_daily AS ({_rows(ROLLUP, rollup)}), fact_sales AS ({_rows(FACTS, facts)})"
        head, opening, rest = text.partition("\nWITH ")
        if opening:
            text = f"{head}\nWITH {tables}, {rest}"
        else:
            comment, _, query = text.partition("\nSELECT")
            text = f"{comment}\nWITH {tables} SELECT{query}"
        result = engine.execute(Query("q", text, "sales", "AwsDataCatalog", SESSION))
        kinds = [column.type for column in result.columns]
        names = [column.name for column in result.columns]
        return [
            {n: typed(cell, kind) for n, cell, kind in zip(names, row, kinds, strict=True)}
            for row in result.rows
        ]

    return run


def _rows(columns, rows):
    casts = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in columns.items())
    values = ", ".join("(" + ", ".join(map(sql.literal, row)) + ")" for row in rows)
    if not values:
        nulls = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in columns.items())
        return f"SELECT {nulls} FROM (VALUES 1) AS one (row) WHERE false"
    return f"SELECT {casts} FROM (VALUES {values}) AS given ({', '.join(columns)})"


def test_key_figures_add_up_what_was_sold(ask):
    (kpis,) = ask(
        "kpis",
        [
            sold("100.25", lines=2, units=3, b2b=True),
            sold("200.10", by="Merchant", cancelled=1),
            sold("0.00", by="Amazon", units=0),
            NOTHING_SOLD,
        ],
        [
            ("amazon", "1", True),
            ("amazon", "1", True),
            ("amazon", "2", True),
            ("amazon", "3", False),
            ("web", "1", True),
        ],
    )
    assert kpis == {
        "total_revenue": Decimal("300.35"),
        "total_orders": 4,
        "distinct_orders": 3,
        "average_order_value": Decimal("75.09"),
        "total_quantity_sold": 4,
        "b2b_revenue": Decimal("100.25"),
        "b2c_revenue": Decimal("200.10"),
        "b2b_percentage": Decimal("33.38"),
        "amazon_fulfilled_orders": 3,
        "merchant_fulfilled_orders": 1,
        "total_records": 8,
        "active_records": 4,
        "cancelled_records": 4,
    }


@pytest.mark.parametrize("rollup", [[], [NOTHING_SOLD]])
def test_where_nothing_was_sold_every_figure_is_zero_and_every_list_empty(ask, rollup):
    (kpis,) = ask("kpis", rollup)
    records = {"total_records": 3 * len(rollup), "cancelled_records": 3 * len(rollup)}
    assert {name: figure for name, figure in kpis.items() if name not in records} == dict.fromkeys(
        [name for name in kpis if name not in records], 0
    )
    assert {name: kpis[name] for name in records} == records
    for statement in ("regional_analytics", "category_performance", "monthly_trends"):
        assert ask(statement, rollup) == []


@pytest.mark.parametrize(
    ("revenue", "lines", "average"),
    [
        ("0.01", 2, "0.01"),  # 0.005 rounds up
        ("0.01", 3, "0.00"),
        ("2.00", 3, "0.67"),
        ("100.25", 2, "50.13"),  # 50.125 would be 50.12 with halves to even
        ("71673394.00", 110643, "647.79"),
        ("900719925474099300000.05", 2, "450359962737049650000.03"),
    ],
)
def test_averages_round_half_up_and_stay_exact_however_large(ask, revenue, lines, average):
    rollup = [sold(revenue, lines=lines)]
    (kpis,) = ask("kpis", rollup)
    (category,) = ask("category_performance", rollup)
    (month,) = ask("monthly_trends", rollup)
    expected = Decimal(average)
    assert (kpis["average_order_value"], category["avg_order_value"], month["avg_order_value"]) == (
        expected,
    ) * 3


@pytest.mark.parametrize(
    ("business", "consumers", "percentage"),
    [
        ("559400.00", "71113994.00", "0.78"),
        ("1.00", "7.00", "12.50"),
        ("0.01", "7.99", "0.13"),
        ("5.00", "0.00", "100.00"),
    ],
)
def test_the_share_of_businesses_is_a_percentage_rounded_half_up(ask, business, consumers, percentage):
    (kpis,) = ask("kpis", [sold(business, b2b=True), sold(consumers)])
    assert kpis["b2b_percentage"] == Decimal(percentage)


def test_states_come_by_revenue_then_by_name_and_only_where_something_was_sold(ask):
    rollup = [
        sold("10.00", state="Unknown"),
        sold("5.00", state="Kerala"),
        sold("5.00", state="Assam"),
        sold("1.50", state="Goa", lines=2),
        sold("9.00", state="Goa", day=(2022, 5, 1)),
        sold("0.00", state="Sikkim"),
        sold("0.00", state="Delhi", lines=0, cancelled=4),
    ]
    assert [
        (row["state"], row["revenue"], row["order_count"]) for row in ask("regional_analytics", rollup)
    ] == [
        ("Goa", Decimal("10.50"), 3),
        ("Unknown", Decimal("10.00"), 1),
        ("Assam", Decimal("5.00"), 1),
        ("Kerala", Decimal("5.00"), 1),
        ("Sikkim", Decimal("0.00"), 1),
    ]


def test_categories_come_by_revenue_then_by_name_with_units_and_average(ask):
    rollup = [
        sold("3.00", category="kurta", lines=2, units=5),
        sold("3.00", category="Set"),
        sold("7.00", category="Top", units=0),
    ]
    assert [tuple(row.values()) for row in ask("category_performance", rollup)] == [
        ("Top", Decimal("7.00"), 0, 1, Decimal("7.00")),
        ("Set", Decimal("3.00"), 1, 1, Decimal("3.00")),
        ("kurta", Decimal("3.00"), 5, 2, Decimal("1.50")),
    ]


def test_months_come_oldest_first_and_run_from_their_first_to_their_last_day(ask):
    rollup = [
        sold("1.00", day=(2022, 5, 1)),
        sold("2.00", day=(2022, 4, 30)),
        sold("4.00", day=(2022, 4, 1)),
        sold("8.00", day=(2021, 12, 31)),
        NOTHING_SOLD,
    ]
    assert [tuple(row.values()) for row in ask("monthly_trends", rollup)] == [
        ("2021-12", "Dec", Decimal("8.00"), 1, Decimal("8.00")),
        ("2022-04", "Apr", Decimal("6.00"), 2, Decimal("3.00")),
        ("2022-05", "May", Decimal("1.00"), 1, Decimal("1.00")),
    ]
