"""One running execution: its role, its end, its events and its limits, for the other Step Functions patches.

https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from __future__ import annotations

import contextvars
import json
import threading
from dataclasses import dataclass, field
from typing import Any

from ministack.core.responses import now_iso
from ministack.services import stepfunctions as sfn

Json = Any
PAYLOAD_LIMIT = 256 * 1024  # bytes of UTF-8 that a state's input or result may have

# What no `States.ALL` retries or catches.
TERMINAL = frozenset({"States.Runtime", "States.DataLimitExceeded"})


class Stopped(Exception):
    """The execution was aborted or timed out: no state, Retry or Catch runs any more."""


@dataclass
class Run:
    """What belongs to one execution while it runs."""

    execution: dict[str, Any]
    role_arn: str
    over: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def check(self) -> None:
        """Raise :class:`Stopped` once the execution is no longer running."""
        if self.over.is_set():
            raise Stopped

    def sleep(self, seconds: float) -> None:
        """Wait, but not beyond the execution's end."""
        self.over.wait(max(seconds, 0))
        self.check()

    def end(self, status: str, error: str | None, cause: str | None) -> None:
        """Give the execution its final status, once, and tell EventBridge."""
        with self._lock:
            if self.execution["status"] != "RUNNING":
                return
            self.execution.update(status=status, error=error, cause=cause, stopDate=now_iso())
            kind = {"FAILED": "ExecutionFailed", "TIMED_OUT": "ExecutionTimedOut"}[status]
            details = f"{kind[0].lower()}{kind[1:]}EventDetails"
            add_event(self.execution, kind, {details: {"error": error, "cause": cause}})
            self.over.set()
        sfn._emit_execution_status_event(self.execution)


current: contextvars.ContextVar[Run] = contextvars.ContextVar("states_run")
_running: dict[str, Run] = {}
_events = threading.Lock()


def register(run: Run) -> None:
    _running[run.execution["executionArn"]] = run


def forget(execution_arn: str) -> Run | None:
    """The run of an execution that has just been aborted or has ended."""
    return _running.pop(execution_arn, None)


def add_event(execution: dict[str, Any], kind: str, details: dict[str, Any] | None = None) -> dict[str, Any]:
    """Append one event to an execution's history; ids stay unique while branches run side by side."""
    with _events:
        last = len(execution["events"])
        event = {
            "id": last + 1,
            "previousEventId": last,
            "type": kind,
            "timestamp": now_iso(),
            **(details or {}),
        }
        execution["events"].append(event)
    return event


def within_limit(value: Json, state: str) -> Json:
    """Return ``value``, or fail as AWS does when it is larger than a state may pass on."""
    if len(json.dumps(value, ensure_ascii=False).encode()) > PAYLOAD_LIMIT:
        raise sfn._ExecutionError(
            "States.DataLimitExceeded",
            f"The state/task '{state}' returned a result with a size exceeding the maximum number of bytes service"
            " limit.",
        )
    return value


def branch(ctx: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The context of a Map iteration or Parallel branch: it sees outer variables, its own stay inside.

    https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html#variable-scope
    """
    return {**ctx, "variables": dict(ctx["variables"]), **more}
