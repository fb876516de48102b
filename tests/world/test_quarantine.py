"""Refused rows come out with their reasons, go back in corrected, and then it is as if nothing had been wrong."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.lake import Lake

HEADER = ["Order ID", "Date", "Status", "Fulfilment", "SKU", "Category", "Qty", "currency", "Amount", "ship-city",
          "ship-state", "B2B"]  # fmt: skip
RIGHT = [
    ["405-1", "01-31-22", "Shipped", "Amazon", "S1", "Set", "1", "INR", "100.25", "Panaji", "GOA", "False"],
    ["405-2", "01-31-22", "Shipped", "Amazon", "S1", "Set", "2", "INR", "200.50", "Panaji", "GOA", "False"],
    # one order has the SKU twice: the second is a line of its own, told apart by its place in the file alone
    ["405-3", "02-01-22", "Shipped", "Amazon", "S2", "Set", "1", "INR", "10.00", "Panaji", "GOA", "True"],
    ["405-3", "02-01-22", "Shipped", "Amazon", "S2", "Set", "3", "INR", "30.75", "Panaji", "GOA", "True"],
    ["405-4", "02-02-22", "Cancelled", "Merchant", "S3", "kurta", "0", "", "", "Panaji", "KERALA", "False"],
]
FAULTS = {1: ("Date", "31-31-22"), 2: ("Amount", "1,0"), 3: ("currency", "USD"), 4: ("Qty", "none")}
LATER = [[*RIGHT[1][:8], "999.00", *RIGHT[1][9:]]]  # a later export that has the last word on 405-2
FIGURES = """SELECT order_id, product_key, quantity, net_amount, is_active FROM fact_sales ORDER BY 1, 2, 3"""


def write(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])
    return path


def spoilt() -> list[list[str]]:
    rows = [list(row) for row in RIGHT]
    for number, (column, value) in FAULTS.items():
        rows[number][HEADER.index(column)] = value
    return rows


@pytest.fixture(scope="module")
def stack(deploy_stack):
    return deploy_stack("quarantine")


@pytest.fixture(scope="module")
def console(stack):
    def run(*arguments: str) -> str:
        command = [Path(sys.executable).with_name("saleslake"), "--stack", stack.name, *arguments]
        environment = {**os.environ, **stack.environment(), "COLUMNS": "200"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="module")
def lake(stack):
    return Lake(stack.client, stack.outputs)


@pytest.fixture(scope="module")
def right(deploy_stack, tmp_path_factory):
    """What is published where the file was right from the start."""
    stack = deploy_stack("never-spoilt")
    lake, folder = Lake(stack.client, stack.outputs), tmp_path_factory.mktemp("right")
    lake.load(write(folder / "report.csv", RIGHT))
    lake.load(write(folder / "later.csv", LATER))
    return lake.query(FIGURES), lake.analytics()["data"]


@pytest.fixture(scope="module")
def refused(lake, tmp_path_factory):
    folder = tmp_path_factory.mktemp("spoilt")
    lake.load(write(folder / "report.csv", spoilt()))
    lake.load(write(folder / "later.csv", LATER))
    return folder


def test_open_rows_are_grouped_by_rule_and_listed_with_place_and_value(refused, console):
    told = console("quarantine")
    assert [line.split() for line in told.splitlines()[1:]] == [
        ["amazon_orders", "type", "2", "1"],
        ["amazon_orders", "date_format", "1", "1"],
        ["amazon_orders", "reporting_currency", "1", "1"],
    ]
    listed = console("quarantine", "list", "--rule", "date_format")
    assert listed.startswith("report.csv:3  date_format order_date='31-31-22': expected a day written")
    assert "\n    405-2,31-31-22," in listed


def test_the_table_tells_the_same_with_personal_data_hidden(refused, lake):
    rows = lake.query("SELECT line_number, rules, raw_text, state FROM quarantine ORDER BY line_number")
    assert [row[:2] + row[3:] for row in rows] == [
        ["3", "date_format", "open"],
        ["4", "type", "open"],
        ["5", "reporting_currency", "open"],
        ["6", "type", "open"],
    ]
    assert all("Panaji" not in row[2] and ",***," in row[2] for row in rows)


def test_corrected_and_replayed_rows_give_the_release_of_a_file_that_was_right_from_the_start(
    refused, console, lake, right, tmp_path
):
    exported = tmp_path / "corrections.csv"
    console("quarantine", "export", "report.csv", "--out", str(exported))
    with exported.open(newline="") as file:
        first, *rows = list(csv.reader(file))
    assert first == [*HEADER, "quarantine_file", "quarantine_line", "quarantine_reasons"]
    assert rows[0][-1].startswith("date_format (order_date): expected a day written")
    for row, number in zip(rows, FAULTS, strict=True):
        row[: len(HEADER)] = RIGHT[number]
    with exported.open("w", newline="") as file:
        csv.writer(file).writerows([first, *rows])

    told = console("replay", str(exported))

    assert "report.csv: 4 of 4 corrected rows entered the release, 0 refused again" in told
    assert (lake.query(FIGURES), lake.analytics()["data"]) == right
    assert console("quarantine") == "no row is in quarantine\n"
    assert lake.query("SELECT DISTINCT state FROM quarantine") == [["replayed"]]
    closed = lake.query("SELECT file_name, read_rows, published_rows, superseded_rows, closes FROM "
                        "quality_reconciliation WHERE closes ORDER BY recorded_at DESC LIMIT 3")  # fmt: skip
    assert ["report.csv", "5", "4", "1", "true"] in closed
    # the same again changes nothing
    release = lake.release()
    assert "every row of report.csv is in the file already" in console("replay", str(exported))
    assert lake.release() == release
