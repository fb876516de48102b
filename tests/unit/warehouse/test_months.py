"""A statement writes few enough months, and the months it writes are exactly those asked for."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from saleslake.warehouse.months import Days, next_month, ranges

MONTHS = st.builds(lambda year, month: f"{year}-{month:02}", st.integers(2000, 2040), st.integers(1, 12))


def months_of(days: Days) -> list[str]:
    months, first = [], days.first
    while first < days.end:
        months.append(f"{first:%Y-%m}")
        first = next_month(first)
    return months


def test_neighbouring_months_share_a_statement():
    assert list(ranges(["2022-05", "2022-03", "2022-04", "2022-05"])) == [
        Days(date(2022, 3, 1), date(2022, 6, 1))
    ]


def test_a_gap_starts_a_new_statement():
    assert list(ranges(["2021-12", "2022-01", "2022-03"])) == [
        Days(date(2021, 12, 1), date(2022, 2, 1)),
        Days(date(2022, 3, 1), date(2022, 4, 1)),
    ]


def test_ten_years_are_cut_into_statements_of_fifty_months():
    decade = [f"{year}-{month:02}" for year in range(2010, 2020) for month in range(1, 13)]
    assert [len(months_of(days)) for days in ranges(decade)] == [50, 50, 20]


@given(st.lists(MONTHS), st.integers(1, 60))
def test_ranges_cover_each_month_once_and_no_other(months, most):
    covered = [month for days in ranges(months, most) for month in months_of(days)]
    assert covered == sorted(set(months))
    assert all(len(months_of(days)) <= most for days in ranges(months, most))
