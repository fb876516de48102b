"""The engine trino as the front sees it: errors, statistics, cancelling, maintenance, and its end."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from local.athena.engine import Query, QueryCancelled, QueryFailed
from local.settings import CHECKOUT
from tests.conformance.conftest import Runner
from tests.conformance.lake import Lake

FOREVER = """SELECT count(*) FROM UNNEST(sequence(1, 10000)) AS a (x), UNNEST(sequence(1, 10000)) AS b (y),
UNNEST(sequence(1, 10000)) AS c (z) WHERE (x * y * z) % 7 = 3"""
STARTED_BY_ANOTHER = """
import sys, time
from pathlib import Path
from local.athena.engine import Session
from local.athena.trino.server import TrinoServer
server = TrinoServer(Path(sys.argv[1]), Session("http://127.0.0.1:9"))
server.start()
server.wait()
print("ready", flush=True)
time.sleep(300)
"""


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        (
            "SELECT\n  nope\nFROM fact_sales",
            "COLUMN_NOT_FOUND: line 2:3: Column 'nope' cannot be resolved or requester",
        ),
        (
            "SELECT 1 FROM nowhere",
            "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.seed.nowhere' does not exist",
        ),
        (
            "SELECT sale_date = '2022-04-30' FROM fact_sales",
            "TYPE_MISMATCH: line 1:18: Cannot apply operator: date = ",
        ),
        ("SELECT 1 / 0", "DIVISION_BY_ZERO: Division by zero"),
        (
            "SELECT count(*) FROM amazon_orders",
            "CONSTRAINT_VIOLATION: For the injected projected partition column run_id",
        ),
        (
            "OPTIMIZE fact_sales REWRITE DATA USING BIN_PACK WHERE nope = 1",
            "COLUMN_NOT_FOUND: line 1:55: Column 'nope'",
        ),
    ],
)
def test_an_error_is_worded_and_placed_as_athena_does(
    sql: str, message: str, trino: Runner, lake: Lake
) -> None:
    with pytest.raises(QueryFailed) as failure:
        trino(sql)
    assert failure.value.message.startswith(message)


def test_scanned_bytes_are_those_of_the_columns_and_files_read(trino: Runner, lake: Lake) -> None:
    everything = trino("SELECT * FROM fact_sales").scanned_bytes
    one_column = trino("SELECT sum(net_amount) FROM fact_sales").scanned_bytes
    april = "sale_date >= DATE '2022-04-01' AND sale_date < DATE '2022-05-01'"
    one_month = trino(f"SELECT sum(net_amount) FROM fact_sales WHERE {april}").scanned_bytes
    assert everything > one_column > one_month > 0
    assert trino("SELECT 1").scanned_bytes == 0


def test_a_running_query_is_cancelled_and_the_engine_goes_on(trino: Runner) -> None:
    engine, session = trino.engine, trino.session
    timer = threading.Timer(1.5, lambda: engine.cancel("forever"))
    timer.start()
    began = time.monotonic()
    with pytest.raises(QueryCancelled):
        engine.execute(Query("forever", FOREVER, "default", "AwsDataCatalog", session))
    assert time.monotonic() - began < 30
    assert list(trino("SELECT 1").rows) == [("1",)]


def test_trino_ends_when_whoever_started_it_is_killed(trino: Runner, tmp_path: Path) -> None:
    command = [sys.executable, "-c", STARTED_BY_ANOTHER, str(tmp_path)]
    starter = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    assert starter.stdout.readline() == "ready\n"
    os.kill(starter.pid, signal.SIGKILL)
    starter.wait()
    deadline = time.monotonic() + 20
    while runs_in(tmp_path):
        assert time.monotonic() < deadline, "Trino goes on alone"
        time.sleep(0.2)


def runs_in(folder: Path) -> bool:
    found = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return any(f"-Dconfig={folder}/" in line and "TrinoServer" in line for line in found.splitlines())
