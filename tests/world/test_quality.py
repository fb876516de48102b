"""Runs are scored, what is below the gate is not published, people hear once of what is wrong and once of its end."""

from __future__ import annotations

import json

import pytest

from tests.integration.lake import Lake, wait_for
from tests.world.inbox import Inbox

HEADER = "Order ID,Date,Status,Fulfilment,SKU,Category,Qty,currency,Amount,ship-state,B2B\n"
LINE = "405-{},01-{:02}-22,{},Amazon,SKU-{},Set,{},INR,{},GOA,False\n"


@pytest.fixture(scope="module")
def lake(deploy_stack):
    stack = deploy_stack("quality")
    return Lake(stack.client, stack.outputs)


@pytest.fixture(scope="module")
def inbox(lake):
    """Subjects of what the alert topic has sent since the last look."""
    queue = Inbox(lake, "alerts-of-quality")
    return lambda: [subject for subject, _ in queue.messages()]


@pytest.fixture(scope="module")
def scored(lake, tmp_path_factory):
    """A report with four lines in a hundred that lack what they need, one of them an amount."""
    path = tmp_path_factory.mktemp("scored") / "scored.csv"
    lines = [LINE.format(n, 1 + n % 28, "Shipped", n, 1, "100.00") for n in range(196)]
    lines += [LINE.format(f"C{n}", 5, "Cancelled", n, 0, "") for n in range(2)]
    lines += [LINE.format("A1", 5, "Shipped", 1, 1, ""), LINE.format("A2", 5, "Shipped", 1, -1, "5.00")]
    path.write_text(HEADER + "".join(lines))
    lake.load(path)
    return lake.release()["release_id"]


def scores(lake, level="dataset"):
    names = "run_id, release_id, completeness, accuracy, consistency, validity, score, passed, missed"
    return lake.query(f"SELECT {names} FROM quality_scores WHERE level = '{level}' ORDER BY run_id")


def test_a_blank_amount_counts_on_an_active_line_and_not_on_a_cancelled_one(scored, lake):
    # 200 rows: one active line without an amount, one quantity below zero
    assert [row[1:] for row in scores(lake)] == [
        [scored, "99.50", "99.50", "100.00", "100.00", "99.75", "true", ""]
    ]
    named = "check_name IN ('active_line_has_amount', 'range', 'fresh') AND run_id <> ''"
    assert lake.query(
        f"SELECT check_name, kind, passed, failed_rows FROM quality_checks WHERE {named} ORDER BY 1"
    ) == [
        ["active_line_has_amount", "row", "false", "1"],
        ["fresh", "file", "true", None],
        ["range", "row", "false", "1"],
    ]


def test_every_row_and_cent_of_the_run_is_in_the_reconciliation(scored, lake):
    columns = "read_rows, published_rows, quarantined_rows, read_amount, published_amount, closes, release_id"
    assert lake.query(f"SELECT {columns} FROM quality_reconciliation") == [
        ["200", "199", "1", "19605.00", "19600.00", "true", scored]
    ]


def monitored(lake):
    function = lake.role("MonitorFunction")
    answer = lake.client("lambda").invoke(FunctionName=function, Payload=b"{}")
    body = json.load(answer["Payload"])
    assert "FunctionError" not in answer, body
    return body["opened"], body["resolved"]


def test_a_run_below_the_gate_publishes_nothing_and_is_in_the_tables_all_the_same(
    scored, lake, inbox, tmp_path
):
    assert monitored(lake) == ([], [])
    inbox()
    path = tmp_path / "dreadful.csv"
    bad = "405-{},01-31-22,Shipped,Amazon,,Set,-1,USD,100.00,GOA,False\n"
    path.write_text(HEADER + "".join(bad.format(n) for n in range(150)))
    delivery = lake.delivered(lake.drop(path))
    lake.settle()

    assert lake.release()["release_id"] == scored
    assert lake.item("file", delivery["file_id"])["state"] == "held"
    run_id, release_id, *shares = scores(lake)[-1]
    assert (lake.item("run", run_id)["state"], release_id) == ("Score", None)
    assert shares == ["0.00", "0.00", "0.00", "100.00", "25.00", "false",
                      "completeness, accuracy, consistency, score"]  # fmt: skip
    assert lake.query(f"SELECT COUNT(*) FROM quarantine WHERE run_id = '{run_id}'") == [["150"]]
    assert "the run failed" in " ".join(wait_for(inbox, "an alert", 20))


def test_an_incident_is_told_once_and_its_end_once(scored, lake, inbox, tmp_path):
    assert monitored(lake) == (["amazon_orders_latest"], [])
    assert monitored(lake) == ([], [])
    assert inbox() == ["saleslake: something is wrong with amazon_orders_latest"]
    path = tmp_path / "good.csv"
    path.write_text(HEADER + "".join(LINE.format(f"G{n}", 6, "Shipped", n, 1, "100.00") for n in range(150)))
    lake.load(path)
    inbox()
    assert monitored(lake) == ([], ["amazon_orders_latest"])
    assert monitored(lake) == ([], [])
    assert inbox() == ["saleslake: resolved: amazon_orders_latest"]
    told = lake.query("SELECT COUNT(DISTINCT run_id) FROM quality_checks WHERE kind = 'monitor'")
    assert int(told[0][0]) >= 2
