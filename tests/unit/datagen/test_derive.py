"""Other deliveries of a report hold what they say."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from datagen.amazon_orders.derive import cancel_orders, first_rows, renamed, split
from datagen.amazon_orders.resave import STYLES, resave
from datagen.tables import read_rows
from tests.oracle.amazon import answers, lines
from tests.oracle.sums import Sums


@pytest.fixture(scope="module")
def healthy(make: Callable):
    return make(3_000, 21)


def test_the_first_rows_are_the_beginning_byte_for_byte(spoilt, tmp_path: Path):
    part = first_rows(spoilt.report, tmp_path / "part.csv", 1_200)
    assert spoilt.report.read_bytes().startswith(part.read_bytes())
    assert answers(part)["rows"] == 1_200


def test_twenty_files_hold_every_row_once_and_cut_no_order(spoilt, tmp_path: Path):
    parts = split(spoilt.report, tmp_path)
    assert len(parts) == 20
    whole, *pieces = (list(read_rows(path)) for path in (spoilt.report, *parts))
    assert {tuple(piece[0]) for piece in pieces} == {tuple(whole[0])}
    assert sorted(row for piece in pieces for row in piece[1:]) == sorted(whole[1:])
    orders = [{row[1] for row in piece[1:]} for piece in pieces]
    assert len(set.union(*orders)) == sum(map(len, orders))
    together = Sums()
    for part in parts:
        for line in lines(part):
            together.add(line)
    assert answers(spoilt.report)["analytics"] == spoilt.truth["analytics"]
    counts = [answers(part) for part in parts]
    assert sum(part["published"] for part in counts) == spoilt.truth["published"]
    assert sum(part["duplicates"] for part in counts) == spoilt.truth["duplicates"]


def test_renamed_copies_are_the_same_bytes_under_strange_names(healthy, tmp_path: Path):
    copies = renamed(healthy.report, tmp_path)
    assert {copy.read_bytes() for copy in copies} == {healthy.report.read_bytes()}
    assert any(".." in copy.name for copy in copies)
    assert any(" " in copy.name and not copy.name.isascii() for copy in copies)


def test_a_later_export_differs_by_exactly_the_orders_that_turned_cancelled(healthy, tmp_path: Path):
    later = tmp_path / "later.csv"
    difference = cancel_orders(healthy.report, later, orders=200, seed=5)
    before, after = answers(healthy.report)["analytics"], answers(later)["analytics"]
    assert before["metadata"]["total_records"] == after["metadata"]["total_records"]
    kpis = [side["data"]["kpis"] for side in (before, after)]
    assert kpis[0]["distinct_orders"] - kpis[1]["distinct_orders"] == difference.orders == 200
    assert kpis[0]["total_orders"] - kpis[1]["total_orders"] == difference.total.lines > 200
    assert kpis[0]["total_quantity_sold"] - kpis[1]["total_quantity_sold"] == difference.total.units
    assert Decimal(kpis[0]["total_revenue"]) - Decimal(kpis[1]["total_revenue"]) == difference.total.revenue
    for name, key, parts in (
        ("regional_analytics", "state", difference.by_state),
        ("category_performance", "category", difference.by_category),
        ("monthly_trends", "year_month", difference.by_month),
    ):
        now = {group[key]: group for group in after["data"][name]}
        for group in before["data"][name]:
            left = now.get(group[key], {"revenue": "0.00", "order_count": 0})
            part = parts[group[key]]
            assert Decimal(group["revenue"]) - Decimal(left["revenue"]) == part.revenue
            assert group["order_count"] - left["order_count"] == part.lines


def test_a_report_with_faulty_rows_or_too_few_orders_has_no_later_export(spoilt, healthy, tmp_path: Path):
    with pytest.raises(ValueError, match="without defects"):
        cancel_orders(spoilt.report, tmp_path / "later.csv")
    with pytest.raises(ValueError, match="active orders"):
        cancel_orders(healthy.report, tmp_path / "later.csv", orders=3_000)


@pytest.mark.parametrize("name", STYLES)
def test_a_report_saved_in_another_style_still_says_the_same(spoilt, name: str, tmp_path: Path):
    style = STYLES[name]
    again = answers(resave(spoilt.report, tmp_path / "again.csv", style))
    if "index" in style.dropped:
        assert again["rows"] == spoilt.truth["rows"]
        assert again["quarantined"] <= spoilt.truth["quarantined"]
        assert again["duplicates"] >= spoilt.truth["duplicates"]
    else:
        assert again["analytics"] == spoilt.truth["analytics"]
        assert again["defects"] == spoilt.truth["defects"]


def test_the_styles_differ_in_their_bytes(healthy, tmp_path: Path):
    styled = [
        resave(healthy.report, tmp_path / f"{nth}.csv", style) for nth, style in enumerate(STYLES.values())
    ]
    assert len({path.read_bytes() for path in styled}) == len(STYLES)
    assert styled[0].read_bytes().startswith(b"\xef\xbb\xbf")


def test_slash_dates_lose_their_leading_zeros(healthy, tmp_path: Path):
    again = resave(healthy.report, tmp_path / "again.csv", STYLES["M/D/YYYY dates"])
    dates = {row[2] for row in read_rows(again)}
    assert {"4/1/2022", "6/29/2022"} <= dates


def test_cp1252_holds_accents_and_loses_other_scripts(large, tmp_path: Path):
    again = resave(large.report, tmp_path / "again.csv", STYLES["cp1252"]).read_bytes()
    assert "Talegàon".encode("cp1252") in again
    assert "लखनऊ".encode() not in again
