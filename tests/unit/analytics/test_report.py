"""A report runs its SQL on the snapshots of one release."""

import re
import threading
import time
from decimal import Decimal

import pytest
from pydantic import ValidationError

from saleslake import sql
from saleslake.analytics.deadline import Deadline
from saleslake.analytics.overview import OVERVIEW
from saleslake.analytics.release import PublishedRelease
from saleslake.analytics.report import Report
from saleslake.errors import Unavailable

from .conftest import CATEGORIES, KPIS, MONTHS, RECORDS, STATES, Warehouse

RELEASE = PublishedRelease.model_validate(
    {
        "release_id": "r-1",
        "data_as_of": None,
        "tables": {
            "fact_sales": {"snapshot_id": "9007199254740993"},
            "rollup_sales_daily": {"snapshot_id": "4611686018427387905"},
        },
    }
)


def compute(warehouse: Warehouse, release: PublishedRelease = RELEASE):
    return OVERVIEW.compute(release, warehouse, database="sales", deadline=Deadline.after(20))


def test_every_table_is_read_as_of_the_release_to_the_last_digit(warehouse):
    compute(warehouse)
    tables = re.findall(r"(?:FROM|JOIN) (fact_sales|rollup_sales_daily)\b(.*)", "\n".join(warehouse.asked))
    assert len(tables) == 5
    pins = {
        "fact_sales": " FOR VERSION AS OF 9007199254740993",
        "rollup_sales_daily": " FOR VERSION AS OF 4611686018427387905",
    }
    assert all(rest == pins[name] for name, rest in tables)
    assert warehouse.databases == {"sales"}


def test_the_rows_become_the_four_parts_of_the_answer(warehouse):
    computed = compute(warehouse)
    assert computed.data.model_dump() == {
        "kpis": KPIS,
        "regional_analytics": STATES,
        "category_performance": CATEGORIES,
        "monthly_trends": MONTHS,
    }
    tables = ["rollup_sales_daily", "fact_sales"]
    assert computed.records.model_dump() == RECORDS | {"rollup": tables[0], "tables": tables}


def test_the_cost_of_an_answer_is_that_of_all_its_queries(warehouse):
    assert compute(warehouse).scanned == (1000, 1000, 1000, 1000)


def test_the_queries_run_at_the_same_time(warehouse):
    together = threading.Barrier(4, timeout=5)
    alone = warehouse.query

    def query(*arguments, **options):
        together.wait()
        return alone(*arguments, **options)

    warehouse.query = query
    compute(warehouse)
    assert len(warehouse.asked) == 4


def test_a_query_gets_the_time_that_is_left_of_the_request(warehouse):
    deadline = Deadline.after(0.2)
    time.sleep(0.1)
    OVERVIEW.compute(RELEASE, warehouse, database="sales", deadline=deadline)
    assert all(0 < seconds <= 0.1 for seconds in warehouse.seconds)
    assert Deadline.after(-1).seconds_left() == 0


def test_a_figure_with_three_places_is_a_defect_of_the_sql_and_not_rounded(warehouse):
    warehouse.rows["-- Headline figures"] = [KPIS | RECORDS | {"average_order_value": Decimal("647.789")}]
    with pytest.raises(ValidationError, match="average_order_value"):
        compute(warehouse)


def test_a_float_from_the_engine_is_a_defect(warehouse):
    warehouse.rows["-- Revenue and active lines per state"] = [STATES[0] | {"revenue": 12224770.0}]
    with pytest.raises(ValidationError, match="revenue"):
        compute(warehouse)


def test_a_release_older_than_a_table_says_so(warehouse):
    older = RELEASE.model_copy(update={"tables": {"fact_sales": RELEASE.tables["fact_sales"]}})
    with pytest.raises(Unavailable, match="r-1 cannot answer analytics: rollup_sales_daily"):
        compute(warehouse, older)


def test_a_table_that_never_held_a_row_has_no_snapshot_to_read_it_at(warehouse):
    empty = PublishedRelease.model_validate(
        {"release_id": "r-1", "data_as_of": None, "tables": {"fact_sales": {"snapshot_id": None}}}
    )
    assert empty.snapshots == {"fact_sales": None}


def test_other_sql_is_another_question(monkeypatch):
    def key() -> str:
        return Report("analytics", OVERVIEW.statements, OVERVIEW.assemble).key

    before = key()
    assert before == key() == OVERVIEW.key
    read = sql.read
    monkeypatch.setattr(
        sql, "read", lambda name: tuple(f"{statement}\n-- changed" for statement in read(name))
    )
    assert key() != before


@pytest.mark.parametrize("statement", OVERVIEW.statements)
def test_each_file_is_one_statement_that_opens_with_its_purpose_and_grain(statement):
    (text,) = sql.read(f"api/analytics/{statement}")
    purpose, grain = text.splitlines()[:2]
    assert purpose.startswith("-- ")
    assert grain.startswith("-- Grain: one row")
