"""What is told of a day: rows missing though no other dataset was slow, gaps in numbers, a segment that is gone."""

from datetime import date, timedelta

import duckdb
import pytest
import sqlglot

from saleslake.contracts.loader import load_contract
from saleslake.contracts.model import Contract
from saleslake.quality.anomalies import anomalies
from saleslake.quality.profile import ALL, Figures, profile_statement, read_figures

TODAY = date(2025, 11, 12)
BEFORE = [TODAY - timedelta(days=ago) for ago in range(1, 71)]
WAVES = [
    0,
    12,
    -15,
    8,
    -9,
    14,
    -11,
    5,
    -7,
    10,
    -13,
]  # percent; eleven days, so that no weekday has one of its own


def wave(ago):
    """How busy a day is, in percent more than usual."""
    return WAVES[ago % len(WAVES)]


def day_of_reviews(day, rows, numbers=None, repeats=0):
    """A day whose rows carry every number in between, or ``numbers`` from the first quartile to the third."""
    last = numbers or rows // 2 + 1
    values = {"rows_found": rows, "repeats": repeats, "nulls.review_text": 0}
    return Figures(day, ALL, {**values, "numbered": rows, "p25.number": 1001, "p75.number": 1000 + last})


def told(dataset, today, history, busy=None):
    """Metric and segment of what is unusual about today."""
    figures = [*history, *today]
    return [
        (anomaly.metric, anomaly.segment)
        for anomaly in anomalies(load_contract(dataset), figures, TODAY, TODAY, busy)
    ]


USUAL = [day_of_reviews(day, 100) for day in BEFORE]


@pytest.mark.parametrize(
    ("numbers", "found"), [(51, []), (58, []), (100, [("numbered_share.review_id", ALL)])]
)
def test_rows_missing_in_between_leave_gaps_though_the_day_may_be_slow(numbers, found):
    assert told("reviews", [day_of_reviews(TODAY, 100, numbers)], USUAL) == found


def test_numbers_that_never_ran_on_have_no_gaps():
    scattered = [day_of_reviews(day, 100, 90_000 - nth) for nth, day in enumerate(BEFORE)]
    assert told("reviews", [day_of_reviews(TODAY, 100, 900_000)], scattered) == []


def test_a_few_rows_have_gaps_by_chance():
    assert told("reviews", [day_of_reviews(TODAY, 19, 40)], [day_of_reviews(day, 19) for day in BEFORE]) == []


@pytest.mark.parametrize(("repeats", "found"), [(1, []), (3, [("distinct_share", ALL)])])
def test_three_rows_in_a_hundred_told_twice_are_told_of(repeats, found):
    assert told("reviews", [day_of_reviews(TODAY, 100, repeats=repeats)], USUAL) == found


def test_strays_do_not_stretch_the_numbers():
    """Numbers as the query finds them: 1 to 40, every one there, and some rows that are numbered elsewhere."""
    contract = load_contract("reviews")
    numbers = [*range(1, 41), 900_001, 900_002, 900_003]
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE reviews_latest AS SELECT 'V' || lpad(n::varchar, 7, '0') AS review_id, 'p' AS product_id, "
            "n::varchar AS customer_id, 5 AS rating, 'good' AS review_text, DATE '2025-11-12' AS review_date "
            "FROM (SELECT unnest(?) AS n)",
            [numbers],
        )
        statement = sqlglot.transpile(profile_statement(contract), read="athena", write="duckdb")[0]
        answer = connection.execute(statement, [TODAY, TODAY + timedelta(days=1)])
        names = [column[0] for column in answer.description]
        (found,) = read_figures(names, answer.fetchall())
    assert (found.values["numbered"], found.values["p25.number"], found.values["p75.number"]) == (43, 11, 33)
    assert told("reviews", [found], [day_of_reviews(day, 43) for day in BEFORE]) == []


def test_a_dataset_may_have_columns_called_as_figures_are():
    reviews = load_contract("reviews")
    names = ("day", "segment", "number", "thing", "rows_found")
    more = [reviews.by_name["rating"].model_copy(update={"name": name, "required": False}) for name in names]
    fields = {name: getattr(reviews, name) for name in Contract.model_fields}
    contract = Contract.model_construct(**fields | {"columns": (*reviews.columns, *more)})
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE reviews_latest AS SELECT 'V1' AS review_id, 'p' AS product_id, 'c' AS customer_id, 5 AS "
            "rating, 'good' AS review_text, DATE '2025-11-12' AS review_date, 1 AS day, 2 AS segment, 3 AS number, "
            "4 AS thing, 5 AS rows_found"
        )
        statement = sqlglot.transpile(profile_statement(contract), read="athena", write="duckdb")[0]
        answer = connection.execute(statement, [TODAY, TODAY + timedelta(days=1)])
        (found,) = read_figures([column[0] for column in answer.description], answer.fetchall())
    assert found.day == TODAY
    assert {name: found.values[f"p50.{name}"] for name in names} == dict(zip(names, range(1, 6), strict=True))


def amazon(day, rows, states=None):
    """A day of the Amazon report, and its states."""
    contract = load_contract("amazon_orders")
    blank = {f"nulls.{column.name}": 0.0 for column in contract.columns}
    yield Figures(day, ALL, {"rows_found": rows, "repeats": 0.0, **blank})
    for state, count in (states or {}).items():
        yield Figures(day, state, {"rows_found": count, **blank})


def shop(percent):
    """Rows a day of the web shop, which is as busy as the Amazon channel; today so many percent more than usual."""
    return {day: 20.0 * (100 + wave(ago)) for ago, day in enumerate(BEFORE, 1)} | {
        TODAY: 20.0 * (100 + percent)
    }


WAVING = [figures for ago, day in enumerate(BEFORE, 1) for figures in amazon(day, 2.0 * (100 + wave(ago)))]


@pytest.mark.parametrize(
    ("rows", "elsewhere", "found"),
    [
        (130.0, 0, [("rows", ALL)]),  # few, though the shop had a usual day
        (130.0, -35, []),  # as few as in the shop
        (130.0, 25, [("rows", ALL)]),
        (175.0, 15, []),  # a quarter less than the shop lets expect is no missing part
    ],
)
def test_a_day_that_is_slow_everywhere_is_no_missing_part(rows, elsewhere, found):
    assert told("amazon_orders", list(amazon(TODAY, rows)), WAVING, {"web_orders": shop(elsewhere)}) == found


def test_without_other_datasets_as_much_is_a_slow_day():
    assert told("amazon_orders", list(amazon(TODAY, 150.0)), WAVING) == []


def test_what_is_told_names_the_dataset_it_was_held_against():
    figures = [*WAVING, *amazon(TODAY, 100.0)]
    (found,) = anomalies(load_contract("amazon_orders"), figures, TODAY, TODAY, {"web_orders": shop(0)})
    assert found.words.endswith(": Wednesday, last 8 weeks and web_orders of the day")


@pytest.mark.parametrize(
    ("usual", "today", "found"), [(9.0, 0.0, [("rows", "Goa")]), (9.0, 1.0, []), (5.0, 0.0, [])]
)
def test_a_segment_that_is_gone_is_told_of_sooner_than_one_that_is_small(usual, today, found):
    history = [figures for day in BEFORE for figures in amazon(day, 200.0, {"Goa": usual})]
    now = list(amazon(TODAY, 200.0, {"Goa": today} if today else {}))
    assert told("amazon_orders", now, history) == found
