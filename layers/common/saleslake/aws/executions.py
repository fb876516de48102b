"""Executions of the pipeline as a person follows them: which states ran, how long, and why one failed."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from saleslake.aws.clients import client, error_code

# What the types of history events that open and close a state end in: TaskStateEntered, MapStateExited, …
# https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
_ENTERED, _EXITED = "StateEntered", "StateExited"
_WORKING = {"Task", "Map", "Parallel", "Wait"}  # the others take no time


class State(NamedTuple):
    """One visit to a state; ``left`` is None while it runs, and stays None in the state a run is stopped in."""

    name: str
    entered: datetime
    left: datetime | None
    failed: bool = False


class Execution(NamedTuple):
    """One execution: RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED, and its top-level states in order."""

    arn: str
    status: str
    started: datetime
    stopped: datetime | None
    states: tuple[State, ...]
    error: str
    cause: str

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self.status in {"RUNNING", "PENDING_REDRIVE"}

    @property
    def has_failed(self) -> bool:
        """Whether it has ended otherwise than well."""
        return not self.is_running and self.status != "SUCCEEDED"


class Executions:
    """The executions of one state machine."""

    def __init__(self, state_machine_arn: str, states: Any = None) -> None:
        self.state_machine_arn = state_machine_arn
        self._states = states or client("stepfunctions")

    def start(self, body: dict[str, Any]) -> str:
        """Start an execution by hand; its ARN."""
        name = f"by-hand-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
        answer = self._states.start_execution(
            stateMachineArn=self.state_machine_arn, name=name, input=json.dumps(body)
        )
        return str(answer["executionArn"])

    def newest(self, limit: int = 10) -> list[str]:
        """ARNs of the latest executions, newest first."""
        answer = self._states.list_executions(stateMachineArn=self.state_machine_arn, maxResults=limit)
        found = sorted(answer["executions"], key=lambda execution: execution["startDate"], reverse=True)
        return [execution["executionArn"] for execution in found]

    def look(self, arn: str) -> Execution | None:
        """An execution with its states so far, or None when Step Functions has forgotten it."""
        try:
            answer = self._states.describe_execution(executionArn=arn)
        except ClientError as error:
            if error_code(error) == "ExecutionDoesNotExist":
                return None
            raise
        return Execution(
            arn=arn,
            status=str(answer["status"]),
            started=answer["startDate"],
            stopped=answer.get("stopDate"),
            states=visits(self._history(arn)),
            error=str(answer.get("error", "")),
            cause=str(answer.get("cause", "")),
        )

    def _history(self, arn: str) -> list[dict[str, Any]]:
        pages = self._states.get_paginator("get_execution_history")
        return [
            event
            for page in pages.paginate(executionArn=arn, includeExecutionData=False)
            for event in page["events"]
        ]


def visits(events: Sequence[dict[str, Any]]) -> tuple[State, ...]:
    """The visits to working states that a history tells of, in order of entering.

    What happens inside a Map or Parallel is told as that one state. A visit has failed when a failure is what it
    was left for.
    """
    types = {event.get("id"): str(event["type"]) for event in events}
    told: list[State] = []
    depth = 0
    for event in events:
        kind = str(event["type"])
        container = kind.startswith(("Map", "Parallel"))
        if kind.endswith(_ENTERED):
            if depth == 0 and kind.removesuffix(_ENTERED) in _WORKING:
                told.append(State(str(event["stateEnteredEventDetails"]["name"]), event["timestamp"], None))
            depth += container
        elif kind.endswith(_EXITED):
            depth -= container
            if depth == 0 and kind.removesuffix(_EXITED) in _WORKING and told:
                failed = types.get(event.get("previousEventId"), "").endswith(("Failed", "TimedOut"))
                told[-1] = told[-1]._replace(left=event["timestamp"], failed=failed)
    return tuple(told)
