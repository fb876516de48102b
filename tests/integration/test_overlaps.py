"""Overlapping exports: the one that landed later wins, in the fact table and in every rollup, in any order."""

from decimal import Decimal

import pytest

from datagen.amazon_orders.derive import cancel_orders, first_rows
from datagen.compare import compare
from tests.integration.lake import total
from tests.oracle.amazon import answers

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def whole(reports):
    return reports(12_000, 31)


def test_a_beginning_then_the_whole_file_is_the_whole_file(lake, whole, tmp_path):
    beginning = first_rows(whole, tmp_path / "beginning.csv", 8_000)
    (first,) = lake.load(beginning)
    assert compare(lake.analytics(), answers(beginning)) == []
    (second,) = lake.load(whole)
    assert compare(lake.analytics(), answers(whole)) == []
    files = lake.release()["files"]
    assert files[first["file_id"]]["superseded"]["rows"] == 8_000
    assert files[second["file_id"]]["published"]["rows"] == 12_000


def test_the_whole_file_then_its_beginning_is_still_the_whole_file(lake, whole, tmp_path):
    beginning = first_rows(whole, tmp_path / "another beginning.csv", 5_000)
    lake.load(whole)
    lake.load(beginning)
    assert compare(lake.analytics(), answers(whole)) == []
    assert total(lake.release()["files"].values(), "published") == 12_000


def test_a_later_export_with_cancelled_orders_takes_exactly_theirs_away(lake, whole, tmp_path):
    lake.load(whole)
    before = lake.analytics()["data"]
    later = tmp_path / "later.csv"
    taken = cancel_orders(whole, later, orders=500, seed=5)
    lake.load(later)
    after = lake.analytics()
    assert compare(after, answers(later)) == []
    data = after["data"]
    assert before["kpis"]["total_revenue"] - data["kpis"]["total_revenue"] == taken.total.revenue
    assert before["kpis"]["total_orders"] - data["kpis"]["total_orders"] == taken.total.lines
    for rows, key, parts in (
        ("monthly_trends", "year_month", taken.by_month),
        ("regional_analytics", "state", taken.by_state),
        ("category_performance", "category", taken.by_category),
    ):
        old = {row[key]: row["revenue"] for row in before[rows]}
        new = {row[key]: row["revenue"] for row in data[rows]}
        difference = {name: old[name] - new.get(name, Decimal(0)) for name in old}
        assert {name: amount for name, amount in difference.items() if amount} == {
            name: part.revenue for name, part in parts.items() if part.revenue
        }


def test_a_line_that_moves_to_another_month_leaves_nothing_behind(lake, tmp_path):
    header = "Order ID,Date,Status,Fulfilment,SKU,Category,Qty,currency,Amount,ship-state,B2B\n"
    row = "777-1,{},Shipped,Amazon,MOVED,Moved,1,INR,100.00,GOA,False\n"
    paths = []
    for name, day in (("before.csv", "01-31-21"), ("after.csv", "02-01-21")):
        path = tmp_path / name
        path.write_text(header + row.format(day))
        lake.load(path)
        paths.append(path)
    moved = lake.query("SELECT sale_date, lines FROM rollup_sales_daily WHERE category = 'Moved'")
    assert moved == [["2021-02-01", "1"]]
