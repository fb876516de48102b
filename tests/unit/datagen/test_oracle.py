"""The independent reading against figures known of the real report, and its own strictness."""

import ast
from decimal import Decimal
from pathlib import Path

import pytest

from tests.oracle.amazon import FaultyRow, amount, answers, day, quantity
from tests.oracle.states import canonical_state
from tests.oracle.sums import ratio

ROOT = Path(__file__).parents[3]
REAL = ROOT.parent / "shared" / "data" / "amazon_sale_report.csv.gz"


@pytest.mark.skipif(not REAL.exists(), reason="the real report is not the project's to ship")
def test_the_real_report_gives_the_figures_the_design_states():
    found = answers(REAL)
    assert (found["rows"], found["published"], found["quarantined"], found["duplicates"]) == (
        128_975,
        128_975,
        0,
        0,
    )
    assert found["amount_published"] == "78592678.30"
    data = found["analytics"]["data"]
    assert data["kpis"] == {
        "total_revenue": "71673394.00",
        "total_orders": 110_643,
        "distinct_orders": 103_193,
        "average_order_value": "647.79",
        "total_quantity_sold": 110_992,
        "b2b_revenue": "559400.00",
        "b2c_revenue": "71113994.00",
        "b2b_percentage": "0.78",
        "amazon_fulfilled_orders": 78_227,
        "merchant_fulfilled_orders": 32_416,
    }
    assert found["analytics"]["metadata"] == {
        "total_records": 128_975,
        "active_records": 110_643,
        "cancelled_records": 18_332,
    }
    assert [
        (month["year_month"], month["month_name"], month["revenue"]) for month in data["monthly_trends"]
    ] == [
        ("2022-03", "Mar", "94810.00"),
        ("2022-04", "Apr", "26234520.00"),
        ("2022-05", "May", "23953534.00"),
        ("2022-06", "Jun", "21390530.00"),
    ]
    assert [(group["state"], group["revenue"]) for group in data["regional_analytics"]][:3] == [
        ("Maharashtra", "12224770.00"),
        ("Karnataka", "9649981.00"),
        ("Telangana", "6290128.00"),
    ]
    # 38 in the file; the one parcel to an army post office was cancelled.
    assert len(data["regional_analytics"]) == 37
    assert [(group["category"], group["revenue"]) for group in data["category_performance"]][:3] == [
        ("Set", "35731673.00"),
        ("kurta", "19425870.00"),
        ("Western Dress", "10209590.00"),
    ]


@pytest.mark.parametrize(
    ("text", "currency", "fault"),
    [
        ("12,345.50", "INR", "bad_amount"),
        ("₹ 399", "INR", "bad_amount"),
        ("1e3", "INR", "bad_amount"),
        ("NaN", "INR", "bad_amount"),
        ("३९९", "INR", "bad_amount"),
        ("-1.00", "INR", "negative_amount"),
        ("1234567890123456789", "INR", "huge_amount"),
        ("1.005", "INR", "fraction_of_paisa"),
        ("399.0", "", "blank_currency"),
        ("399.0", "USD", "foreign_currency"),
    ],
)
def test_amounts_that_are_no_money_are_faults(text, currency, fault):
    with pytest.raises(FaultyRow, match=fault):
        amount(text, currency)


@pytest.mark.parametrize(
    ("text", "value"), [("399.0", "399"), ("647.62", "647.62"), ("0", "0"), ("1.500", "1.5")]
)
def test_plain_amounts_are_read_exactly(text, value):
    assert amount(text, "INR") == Decimal(value)


def test_a_blank_amount_counts_as_nothing_with_or_without_a_currency():
    assert amount("", "") == amount("", "INR") == 0


def test_dates_are_read_month_first():
    assert day("04-30-22").isoformat() == day("4/30/2022").isoformat() == "2022-04-30"
    assert day("2022-04-30").isoformat() == "2022-04-30"
    for text in ("30-04-22", "02-30-22", "2022-04-31", "44681", "4/31/2022"):
        with pytest.raises(FaultyRow, match="bad_date"):
            day(text)


def test_quantities_are_whole_numbers():
    assert quantity("15") == 15
    for text, fault in (("1.5", "bad_quantity"), ("", "bad_quantity"), ("-1", "negative_quantity")):
        with pytest.raises(FaultyRow, match=fault):
            quantity(text)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("ANDAMAN & NICOBAR ", "Andaman and Nicobar Islands"),
        ("rajsthan", "Rajasthan"),
        ("Punjab/Mohali/Zirakpur", "Punjab"),
        ("", "Unknown"),
        ("APO", "APO"),
    ],
)
def test_states_have_one_name_however_they_are_written(written, name):
    assert canonical_state(written) == name


def test_a_spelling_never_seen_is_no_quiet_guess():
    with pytest.raises(KeyError):
        canonical_state("Atlantis")


def test_ratios_round_half_up():
    assert (ratio(Decimal("0.005"), 1), ratio(Decimal("0.025"), 1), ratio(Decimal(1), 0)) == (
        "0.01",
        "0.03",
        "0.00",
    )


def imported(folder: str) -> set[str]:
    names: set[str] = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add(node.module or "")
    return names


@pytest.mark.parametrize(
    ("folder", "stranger"),
    [
        ("datagen", "saleslake"),
        ("datagen", "tests"),
        ("tests/oracle", "saleslake"),
        ("tests/oracle", "datagen"),
    ],
)
def test_what_judges_shares_nothing_with_what_it_judges(folder, stranger):
    assert imported(folder)
    assert not {name for name in imported(folder) if name.split(".")[0] == stranger}
