"""What an execution may be told to do, and how it says that it cannot."""

from datetime import date

import pytest

from saleslake.errors import InvalidParameter
from saleslake.release.order import Backfill, Order


@pytest.mark.parametrize(
    "given",
    [{}, {"start_at": "2026-01-15T09:31:00Z"}, {"rebuild": False}],
)
def test_nothing_asked_for_means_load_what_waits(given):
    assert not Order.read(given).asks


@pytest.mark.parametrize(
    "given",
    [
        {"date": "2025-01-15"},
        {"backfill": {"from": "2025-01-01", "to": "2025-01-31", "dataset": "amazon_orders"}},
        {"backfill": {"dataset": "amazon_orders"}},
        {"replay": ["report.csv"]},
        {"rebuild": True},
        {"maintain": True},
        {"expire": {"keep": 5}},
        {"rollback": "r-1"},
    ],
)
def test_each_order_asks_for_something(given):
    assert Order.read(given).asks


def test_a_date_is_the_backfill_of_one_day():
    day = date(2025, 1, 15)
    assert Order.read({"date": "2025-01-15"}).range == Backfill(first=day, last=day)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("2025-01-15", "it is no JSON object"),
        ({"dtae": "2025-01-15"}, "dtae: unknown; there are backfill, date,"),
        ({"date": "15.1.2025"}, "date: '15.1.2025' is no day like 2025-01-15"),
        ({"date": 20250115}, "date: 20250115 is no day like 2025-01-15"),
        ({"date": "2025-02-30"}, "date: day is out of range for month"),
        ({"backfill": {"from": "2025-02-01", "to": "2025-01-01"}}, "from 2025-02-01 is after to 2025-01-01"),
        ({"backfill": {"form": "2025-02-01"}}, "backfill.form: unknown"),
        ({"backfill": {}}, "a backfill needs from, to or dataset"),
        ({"backfill": {"dataset": "amazon"}}, "no dataset amazon; there are"),
        ({"replay": "report.csv"}, "replay: it is no list"),
        ({"rebuild": "yes"}, "rebuild: Input should be a valid boolean"),
        ({"rebuild": True, "maintain": True}, "one thing at a time: maintain, rebuild"),
        ({"expire": {"keep": 0}}, "expire.keep: Input should be greater than or equal to 1"),
    ],
)
def test_an_order_that_makes_no_sense_says_why(given, reason):
    with pytest.raises(InvalidParameter, match="the input of the run cannot be used: ") as refusal:
        Order.read(given)
    assert reason in str(refusal.value)
