"""The real Amazon sale report, where the checkout has it beside it; it is not ours to ship.

The figures were worked out with Python's csv and Decimal, without this project.
"""

import io
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow.parquet
import pytest
import sqlglot

from saleslake.contracts.loader import load_contract
from saleslake.formats.model import DeliveredFormat
from saleslake.ingest.inspect import inspect
from saleslake.quality.anomalies import anomalies
from saleslake.quality.dimensions import THRESHOLDS, score_file
from saleslake.quality.profile import profile_statement, read_figures
from tests.unit.transform.report import transform

REPORT = Path(__file__).parents[4] / "shared" / "data" / "amazon_sale_report.csv.gz"
_, _, _AFTER = (Path(__file__).parents[3] / "docs/quality.md").read_text().partition("## A worked example")
EXAMPLE, _, _ = _AFTER.partition("\n## ")
pytestmark = pytest.mark.skipif(not REPORT.exists(), reason=f"the real report is not at {REPORT.name}")


@pytest.fixture(scope="module")
def found():
    return transform(REPORT.read_bytes(), compression="gzip")


@pytest.fixture(scope="module")
def rows(found):
    return pyarrow.parquet.read_table(
        io.BytesIO(found.written["processed/amazon_orders/run_id=r1/f1.parquet"])
    )


def test_it_is_let_in():
    inspected = inspect(lambda: REPORT.open("rb"), "landing/amazon_sale_report.csv.gz")
    assert inspected.dataset == "amazon_orders"
    assert inspected.format == DeliveredFormat(encoding="utf-8", delimiter=",", compression="gzip")


def test_every_row_is_written_and_the_money_is_right_to_the_cent(found):
    result = found.result
    assert (result.rows_read, result.rows_written) == (128_975, 128_975)
    assert (result.rows_quarantined, result.rows_duplicate, result.unparsed_money_rows) == (0, 0, 0)
    assert (result.money["amount"].read, result.money["amount"].written) == ("78592678.30", "78592678.30")
    assert result.months == ("2022-03", "2022-04", "2022-05", "2022-06")
    assert (result.reasons, result.warnings) == ({}, {"active_line_has_amount": 229})


def test_its_figures_are_those_of_an_independent_count(rows):
    lines = rows.select(
        [
            "order_id",
            "status",
            "fulfilment",
            "quantity",
            "amount",
            "is_b2b",
            "category",
            "order_date",
            "ship_state",
        ]
    ).to_pylist()
    active = [row for row in lines if row["status"] != "Cancelled"]
    assert (len(lines), len({row["order_id"] for row in lines})) == (128_975, 120_378)
    assert len(lines) - len(active) == 18_332
    assert len({row["order_id"] for row in active}) == 103_193
    assert revenue(active) == Decimal("71673394.00")
    assert sum(row["quantity"] for row in active) == 110_992
    assert revenue(row for row in active if row["is_b2b"]) == Decimal("559400.00")
    assert Counter(row["fulfilment"] for row in active) == {"Amazon": 78_227, "Merchant": 32_416}
    assert {
        month: revenue(row for row in active if f"{row['order_date']:%Y-%m}" == month) for month in MONTHS
    } == MONTHS
    assert {name: revenue(row for row in active if row["ship_state"] == name) for name in STATES} == STATES
    assert {
        name: revenue(row for row in active if row["category"] == name) for name in CATEGORIES
    } == CATEGORIES


def test_seventy_spellings_are_38_states_blank_and_apo_included(rows):
    states = set(rows.column("ship_state").to_pylist())
    assert len(states) == 38
    assert {None, "APO", "Rajasthan", "Ladakh"} <= states


def test_every_line_knows_its_line_and_its_occurrence(rows):
    assert rows.column("line_number").to_pylist() == list(range(2, 128_977))
    assert Counter(rows.column("occurrence").to_pylist()) == {1: 128_968, 2: 7}


def revenue(lines):
    return sum((row["amount"] or Decimal(0) for row in lines), Decimal(0))


MONTHS = {
    "2022-03": Decimal(94_810),
    "2022-04": Decimal(26_234_520),
    "2022-05": Decimal(23_953_534),
    "2022-06": Decimal(21_390_530),
}
STATES = {
    "Maharashtra": Decimal(12_224_770),
    "Karnataka": Decimal(9_649_981),
    "Telangana": Decimal(6_290_128),
}
CATEGORIES = {"Set": Decimal(35_731_673), "kurta": Decimal(19_425_870), "Western Dress": Decimal(10_209_590)}


def test_the_worked_example_of_the_docs_says_how_it_scores(found):
    contract = load_contract("amazon_orders")
    score = score_file(found.result.model_dump(), contract, arrival_score=100)
    told = {
        "arrival score": "100",
        **{name: f"{getattr(score, name)} %" for name in THRESHOLDS},
        "score": str(score.score),
        "rows in quarantine": str(found.result.rows_quarantined),
        "passed": str(not score.missed).lower(),
    }
    assert dict(re.findall(r"^\| ([a-z ]+) \| ([\w.]+(?: %)?) \|$", EXAMPLE, re.MULTILINE)) == told
    assert f"The other {found.result.warnings['active_line_has_amount']} are on lines" in EXAMPLE


def test_the_worked_example_of_the_docs_says_what_is_unusual(rows):
    contract = load_contract("amazon_orders")
    with duckdb.connect() as connection:
        connection.register("amazon_orders_latest", rows)
        statement = sqlglot.transpile(profile_statement(contract), read="athena", write="duckdb")[0]
        answer = connection.execute(statement, [date(2022, 3, 1), date(2022, 7, 1)])
        columns = [column[0] for column in answer.description]
        figures = list(read_figures(columns, answer.fetchall()))
    unusual = [
        f"> {anomaly.words}"
        for anomaly in anomalies(contract, figures, date(2022, 6, 27), date(2022, 6, 29))
        if anomaly.segment == "all" and anomaly.metric == "rows"
    ]
    assert re.findall("^> .*", EXAMPLE, re.MULTILINE) == unusual
