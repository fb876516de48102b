"""A day is held against what the other datasets have of it, by the rows of each day."""

from datetime import date, timedelta

import duckdb
import pytest
import sqlglot

from saleslake.contracts.loader import contracts
from saleslake.quality.busy import beside, busy_days, busy_statement, levels

TODAY = date(2025, 11, 12)


def days(rows, today=None):
    """Ten weeks of so many rows a day, and today."""
    history = {TODAY - timedelta(days=ago): rows for ago in range(1, 71)}
    return history | ({} if today is None else {TODAY: today})


def test_the_level_follows_growth():
    counts = {TODAY - timedelta(days=ago): 200.0 if ago <= 14 else 100.0 for ago in range(1, 71)}
    raised = levels(counts, TODAY)
    assert raised[40] == pytest.approx(2)
    assert raised[1] == pytest.approx(1, abs=0.2)


def test_before_the_first_fortnight_no_level_is_known():
    counts = {TODAY - timedelta(days=ago): 100.0 * ago for ago in range(1, 21)}
    assert levels(counts, TODAY)[10] == 1.0


def test_a_slow_day_elsewhere_is_below_its_usual():
    found = beside("amazon_orders", {"web_orders": days(100.0, 70.0)}, TODAY)
    assert found["web_orders"][0] == pytest.approx(-3.0)  # cut off there
    assert found["web_orders"][14] == 0


@pytest.mark.parametrize("busy", [{"amazon_orders": days(100.0, 70.0)}, {"web_orders": days(100.0)}])
def test_neither_itself_nor_a_dataset_without_the_day_tells_of_it(busy):
    assert beside("amazon_orders", busy, TODAY) == {}


def test_a_dataset_whose_table_has_no_such_day_yet_is_left_out(published):
    published.tables.update(
        web_orders_latest={"order_id": "string"}, amazon_orders_latest={"order_date": "date"}
    )
    assert busy_days(TODAY, TODAY, published) == {}
    (statement,) = published.asked
    assert ("amazon_orders_latest" in statement, "web_orders_latest" in statement) == (True, False)


def test_without_any_days_nothing_is_asked(published):
    assert (busy_days(TODAY, TODAY, published), published.asked) == ({}, [])


def test_the_query_counts_the_rows_of_every_dataset_that_has_days():
    datasets = [contract for contract in contracts() if contract.partition_by]
    dated = {contract.dataset: contract.partition_by for contract in datasets}
    with duckdb.connect() as connection:
        for dataset, column in dated.items():
            connection.execute(
                f"CREATE TABLE {dataset}_latest AS SELECT TIMESTAMP '2025-11-11 23:00:00' + "
                f"INTERVAL 1 HOUR * unnest(range(3)) AS {column}"
            )
        statement = sqlglot.transpile(busy_statement(datasets), read="athena", write="duckdb")[0]
        found = connection.execute(statement, [TODAY, TODAY + timedelta(days=1)]).fetchall()
    assert sorted(found) == [(dataset, TODAY, 2) for dataset in sorted(dated)]
