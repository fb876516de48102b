"""What becomes of bad input, as `saleslake status` tells it: refused, quarantined, superseded, kept and warned of."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Stack
from tests.integration.lake import Lake
from tests.world.bad_files import Files


def status(stack: Stack) -> str:
    """What the console says of the stack."""
    return subprocess.run(
        [Path(sys.executable).with_name("saleslake"), "--stack", stack.name, "status"],
        env={**os.environ, **stack.environment(), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.fixture(scope="module")
def stack(deploy_stack):
    """A stack of its own."""
    return deploy_stack("bad-input")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The files, written when they are asked for."""
    return Files(tmp_path_factory.mktemp("bad"))


@pytest.fixture(scope="module")
def lake(stack):
    """The stack from outside."""
    return Lake(stack.client, stack.outputs)


def deliver(lake, files):
    """Land files one after the other, so that the later one is the later one, and wait for their release."""
    deliveries = [lake.drop(path, dataset=dataset) for dataset, path in files]
    for delivery in deliveries:
        lake.delivered(delivery, 60)
    lake.settle(300)
    failed = [run["reason"] for run in lake.items("run") if run["status"] == "failed"]
    assert failed == []


@pytest.fixture(scope="module")
def told(stack, lake, files):
    """What status says when all bad files have been loaded beside the good ones."""
    deliver(lake, files.base())
    deliver(lake, files.bad())
    print(status(stack))
    return status(stack)


@pytest.fixture(scope="module")
def told_after_the_cure(told, stack, lake, files):
    """What status says when what was missing has come."""
    deliver(lake, files.cure())
    print(status(stack))
    return status(stack)


def account(told, name):
    """Read, published, quarantined, duplicates and superseded rows of a file, and what is said of it."""
    (line,) = re.findall(rf"^{re.escape(name)} +(.*)$", told, re.MULTILINE)
    *counts, verdict = re.split(r" {2,}", line.strip(), maxsplit=5)
    return [int(count) for count in counts], verdict


def rules(told):
    """How often each rule over whole tables is broken."""
    _, _, section = told.partition("rules over whole tables that warn\n")
    found = (re.match(r"([a-z_]+\.[a-z_]+) +([\d,]+)  ", line) for line in section.splitlines())
    return {match[1]: int(match[2].replace(",", "")) for match in found if match}


@pytest.mark.parametrize(
    ("name", "counts", "verdict"),
    [
        # read, published, quarantined, duplicates, superseded
        ("no-order.csv", [1, 1, 0, 0, 0], "closes"),
        ("unknown.csv", [3, 3, 0, 0, 0], "closes"),
        ("circle.csv", [3, 3, 0, 0, 0], "closes"),
        ("twice.csv", [2, 1, 0, 0, 1], "closes (warned of repeated_key 1)"),
        ("again-1.csv", [1, 0, 0, 0, 1], "closes"),
        ("again-2.csv", [1, 1, 0, 0, 0], "closes"),
        ("tomorrow.json", [2, 1, 1, 0, 0], "closes (not_after_landing 1)"),
        ("stock.csv", [2, 1, 1, 0, 0], "closes (range 1)"),
        ("count.csv", [2, 1, 1, 0, 0], "closes (range 1; warned of reserved_within_stock 1)"),
        ("refunds.csv", [4, 4, 0, 0, 0], "closes"),
        ("returns.csv", [2, 0, 2, 0, 0], "closes (refund_within_sale 1, returned_within_sold 1)"),
        ("clocks.json", [5, 1, 4, 0, 0], "closes (range 2, time_zone 1, timestamp_format 1)"),
        ("nested.json", [5, 1, 4, 0, 0], "closes (json 2, type 2; 3 amounts unreadable)"),
        ("total-1.csv", [1, 0, 0, 0, 1], "closes"),
        ("total-2.csv", [1, 1, 0, 0, 0], "closes"),
        ("exact.parquet", [1, 1, 0, 0, 0], "closes"),
    ],
)
def test_each_row_of_a_bad_file_is_accounted_for_with_its_reason(told, name, counts, verdict):
    assert account(told, name) == (counts, verdict)


def test_what_spans_files_is_counted_by_the_rules_over_whole_tables(told):
    assert rules(told) == {
        "rep_transactions.known_product": 1,
        "rep_transactions.known_customer": 1,
        "rep_transactions.known_sales_rep": 1,
        "rep_transactions.refund_of_known_sale": 1,
        "rep_transactions.refund_within_sale": 1,
        "sales_reps.known_manager": 1,
        "sales_reps.manager_tree": 2,
        "web_order_items.order_exists": 1,
        "web_orders.total_matches_lines": 1,
    }


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("stranger.parquet", "this is not a file of web_orders; it looks like inventory"),
        ("double.parquet", "exact numbers are delivered as binary floats, column 'total_amount'"),
        ("struct.parquet", "a column holds lists or records, column 'ship_state'"),
    ],
)
def test_a_file_that_cannot_be_read_right_is_refused_whole_and_says_why(told, name, reason):
    _, _, refused = told.partition("refused whole\n")
    (line,) = [line for line in refused.splitlines() if line.startswith(name)]
    assert reason in line


def test_every_line_of_the_facts_joins_a_member_and_the_waiting_one_stays_out(told, lake):
    lines = lake.query("""
        SELECT sales.order_id, products.is_inferred, customers.is_inferred, reps.is_inferred
        FROM fact_sales AS sales
        JOIN dim_product AS products ON products.product_key = sales.product_key
        JOIN dim_customer AS customers ON customers.customer_key = sales.customer_key
        JOIN dim_sales_rep AS reps ON reps.sales_rep_key = sales.sales_rep_key
        ORDER BY 1""")
    assert [line for line in lines if "true" in line] == [
        ["T1", "true", "false", "false"],
        ["T2", "false", "false", "true"],
        ["T3", "false", "true", "false"],
    ]
    assert [order for order, *_ in lines] == ["T1", "T10", "T11", "T12", "T13", "T2", "T3", "W1"]
    assert lake.query("SELECT COUNT(*) FROM fact_sales") == [["8"]]


def test_quarantined_rows_are_kept_as_delivered_with_column_value_and_expectation(told, lake):
    runs = {run["sk"] for run in lake.items("run")}
    listed = ", ".join(f"'{run}'" for run in sorted(runs))
    found = lake.query(
        f"""SELECT raw_text, rule, "column", value
        FROM web_events_quarantine CROSS JOIN UNNEST(reasons) AS t (rule, "column", value, expected)
        WHERE run_id IN ({listed}) ORDER BY line_number""",
        "BuildDatabaseName",
    )
    assert [row[1:] for row in found] == [
        ["time_zone", "occurred_at", "2024-02-01T10:00:00"],
        ["range", "occurred_at", "1999-12-31T23:59:59Z"],
        ["range", "occurred_at", "2100-01-01T00:00:00Z"],
        ["timestamp_format", "occurred_at", "noon"],
    ]
    assert '"event_id": "E5"' in found[-1][0]


def test_the_warnings_end_when_what_was_missing_arrives(told_after_the_cure, lake):
    assert rules(told_after_the_cure) == {}
    inferred = "SELECT COUNT(*) FROM {} WHERE is_inferred"
    assert [lake.query(inferred.format(f"dim_{name}")) for name in ("product", "customer", "sales_rep")] == [
        [["0"]],
        [["0"]],
        [["0"]],
    ]
    assert lake.query("SELECT net_amount FROM fact_sales WHERE order_id = 'W9'") == [["100.00"], ["100.00"]]
