"""Follow an execution, or the run that takes a file along, to its end."""

import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from saleslake.aws.executions import Execution
from saleslake.cli.context import Deployed
from saleslake.errors import SaleslakeError
from saleslake.zones import transform_result_key

INTERVAL_SECONDS = 0.4
RUNS_LOOKED_AT = 5


class GaveUpWaiting(SaleslakeError):
    """Nothing decided within the time the caller wanted to wait; whatever runs goes on."""

    code = "gave_up_waiting"


class Sight(NamedTuple):
    """Seen at one moment: the execution, its run's ledger item, what Transform made of the file."""

    execution: Execution | None
    run: dict[str, Any] | None
    transformed: dict[str, Any] | None


def execution_sights(lake: Deployed, arn: str) -> Iterator[Sight]:
    """Look at an execution until it has ended; the last sight is its end."""
    while True:
        execution = lake.executions.look(arn)
        yield Sight(execution, run_of(lake, arn), None)
        if execution is None or not execution.is_running:
            return
        time.sleep(INTERVAL_SECONDS)


def file_sights(lake: Deployed, file_id: str, *, since: datetime, timeout_seconds: float) -> Iterator[Sight]:
    """Look for the run that takes the file along, and at that run until it has ended.

    Until there is one, whatever runs is looked at: the file may be waiting for the run before its own. An
    execution begun after ``since`` that failed before it planned anything is the end as well: the last sight
    has no run then.

    Raises
    ------
    GaveUpWaiting
        No run with the file ended within ``timeout_seconds``.
    """
    deadline = time.monotonic() + timeout_seconds
    while time.monotonic() < deadline:
        run = run_with(lake, file_id, since)
        if run is None:
            newest = lake.executions.newest(limit=1)
            execution = lake.executions.look(newest[0]) if newest else None
            planless = execution is not None and execution.has_failed and execution.started >= since
            going = execution is not None and (execution.is_running or planless)
            yield Sight(execution if going else None, None, None)
            if planless and run_with(lake, file_id, since) is None:
                return
        else:
            execution = lake.executions.look(run["execution_arn"])
            transformed = lake.lake.get_json(transform_result_key(run["sk"], file_id))
            if run["status"] == "running" and execution is not None and not execution.is_running:
                run = lake.ledger.get("run", run["sk"]) or run  # it may have ended between the two looks
            yield Sight(execution, run, transformed)
            if run["status"] != "running" or execution is None or not execution.is_running:
                return
        time.sleep(INTERVAL_SECONDS)
    raise GaveUpWaiting(f"no run with this file ended within {timeout_seconds:g} s; see `saleslake status`")


def run_of(lake: Deployed, execution_arn: str) -> dict[str, Any] | None:
    """Ledger item of the latest run of an execution (one that planned again has several)."""
    for item in lake.ledger.items("run", newest_first=True, limit=RUNS_LOOKED_AT):
        if item.get("execution_arn") == execution_arn:  # a failed rollback leaves an item without
            return item
    return None


def run_with(lake: Deployed, file_id: str, since: datetime) -> dict[str, Any] | None:
    """Ledger item of the latest run, ended after ``since`` or not at all, that loads the file."""
    for item in lake.ledger.items("run", newest_first=True, limit=RUNS_LOOKED_AT):
        ended = item.get("ended_at")
        if ended and datetime.fromisoformat(ended) < since:
            continue
        if any(file["file_id"] == file_id for file in item.get("files", [])):
            return item
    return None
