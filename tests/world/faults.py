"""The local cloud with faults on demand, and how a test asks for them.

Run as a program it is `local.server` whose Step Functions, Athena and Glue look into ``STATE/faults.json`` at the
moments a fault may strike. A fault strikes when ``match`` is found in what it looks at, after ``skip`` such moments,
and then ``times`` times.
"""

from __future__ import annotations

import json
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from local import cloud as clouds
from local.settings import CHECKOUT, Settings

MOMENTS = ("state", "query", "statement", "pointer")


def start(settings: Settings) -> None:
    """Start a local cloud that can be given faults."""
    settings.state.mkdir(parents=True, exist_ok=True)
    program = settings.state / "server"
    program.write_text(
        f'#!/bin/sh\ncd "{CHECKOUT}"\nshift 2\nexec "{sys.executable}" -m tests.world.faults "$@"\n'
    )
    program.chmod(0o755)
    with patch.object(clouds.sys, "executable", str(program)):
        clouds.start(settings)


@contextmanager
def fault(
    settings: Settings, moment: str, match: str, *, skip: int = 0, times: int = 1, do: str = ""
) -> Iterator[Path]:
    """Let a fault wait for its moment while the context lasts; the file that says how often it struck.

    Parameters
    ----------
    moment
        ``state``: an execution enters the state of this name, and is stopped. ``query``: StartQueryExecution is
        throttled. ``statement``: a query with this text fails, in the way ``do`` names, or sleeps so many seconds.
        ``pointer``: Glue refuses to move the table ``database.table``.
    """
    assert moment in MOMENTS
    struck = settings.state / f"struck-{time.monotonic_ns()}"
    asked = {"moment": moment, "match": match, "skip": skip, "times": times, "do": do, "struck": str(struck)}
    file = settings.state / "faults.json"
    file.write_text(json.dumps(asked))
    try:
        yield struck
    finally:
        file.unlink(missing_ok=True)


class Faults:
    """The fault that waits now, if any."""

    def __init__(self, state: Path) -> None:
        self._file = state / "faults.json"
        self._lock = threading.Lock()
        self._seen: dict[str, int] = {}

    def strikes(self, moment: str, subject: str) -> str | None:
        """What the fault does at this moment; None when it does not strike."""
        try:
            asked = json.loads(self._file.read_text())
        except (FileNotFoundError, ValueError):
            return None
        if asked["moment"] != moment or not re.search(asked["match"], subject):
            return None
        with self._lock:
            count = self._seen[asked["struck"]] = self._seen.get(asked["struck"], 0) + 1
        if not asked["skip"] < count <= asked["skip"] + asked["times"]:
            return None
        with Path(asked["struck"]).open("a") as struck:
            struck.write(f"{subject[:200]!r}\n")
        return str(asked["do"])


def install_in_athena(faults: Faults) -> None:
    """Hook the faults into Athena, before the emulator is given its operations."""
    from ministack.core.responses import error_response_json

    from local.athena.engine import Category, QueryFailed
    from local.athena.executions import Executor
    from local.athena.front import Front

    start_query, execute = Front.start, Executor._execute

    def starting(self: Front, data: dict[str, Any]) -> Any:
        if faults.strikes("query", str(data.get("QueryString"))) is not None:
            return error_response_json("TooManyRequestsException", "Rate exceeded", 400)
        return start_query(self, data)

    def executing(self: Executor, job: Any) -> Any:
        match (faults.strikes("statement", job.statement.sql) or "").split():
            case ["fail"]:
                raise QueryFailed("GENERIC_INTERNAL_ERROR: injected", Category.SYSTEM, 233)
            case ["falter"]:
                raise QueryFailed("GENERIC_INTERNAL_ERROR: injected", Category.SYSTEM, 233, retryable=True)
            case ["sleep", seconds]:
                time.sleep(float(seconds))
        return execute(self, job)

    Front.start, Executor._execute = starting, executing  # type: ignore[method-assign]


def install_in_emulator(faults: Faults) -> None:
    """Hook the faults into Step Functions and Glue, as the patches left them."""
    from ministack.core.responses import error_response_json
    from ministack.services import glue
    from ministack.services import stepfunctions as sfn

    from local.patches import states_run, states_walk

    add_event, update = states_run.add_event, glue._update_table

    def entering(execution: dict[str, Any], kind: str, details: Any = None) -> Any:
        event = add_event(execution, kind, details)
        if kind.endswith("StateEntered"):
            name = details["stateEnteredEventDetails"]["name"]
            if faults.strikes("state", name) is not None:
                run = states_run.current.get()  # of an item of a distributed Map, too
                sfn._stop_execution(
                    {"executionArn": run.execution["executionArn"], "cause": f"killed in {name}"}
                )
                run.over.set()
                raise states_run.Stopped
        return event

    def moving(data: dict[str, Any]) -> Any:
        table = f"{data.get('DatabaseName')}.{data.get('TableInput', {}).get('Name')}"
        if faults.strikes("pointer", table) is not None:
            return error_response_json("AccessDeniedException", f"injected at {table}", 400)
        return update(data)

    states_walk.add_event, glue._update_table = entering, moving


def serve() -> None:
    """`local.server` with faults, with its own arguments."""
    from local import patches, server

    apply_all: Callable[..., None] = patches.apply_all

    def with_faults(given: Settings) -> None:
        faults = Faults(given.state)
        install_in_athena(faults)
        apply_all(given)
        install_in_emulator(faults)

    patches.apply_all = with_faults
    server.serve(server.told())


if __name__ == "__main__":
    os.chdir(CHECKOUT)
    serve()
