"""The failure path: say what went wrong, give the lease back, leave what readers see alone."""

import json
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from saleslake.aws.backend import Backend
from saleslake.errors import InvalidParameter
from saleslake.release.close import close_runs, start_again
from saleslake.release.order import Order
from saleslake.release.waiting import failed_runs

# What a function that ran out of time or memory ends with: the same file would end every run to come.
OUT_OF_BOUNDS = {"Sandbox.Timedout", "Runtime.ExitError", "States.Timeout"}


class Failure(BaseModel):
    """What Step Functions knows of a failed state; ``cause`` is often JSON."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    execution_arn: str
    state: str
    run_id: str = ""
    file_id: str = ""
    order: Any = None
    error: str = Field(default="", alias="Error")
    cause: str = Field(default="", alias="Cause")

    @property
    def reason(self) -> str:
        """The cause in words: the message inside a JSON cause, else the cause as it is."""
        try:
            body = json.loads(self.cause)
        except ValueError:
            return self.cause
        if not isinstance(body, dict):
            return self.cause
        athena = body.get("QueryExecution", body).get("Status", {}).get("StateChangeReason")
        return str(body.get("errorMessage") or athena or self.cause)


def abandon(failure: Failure, backend: Backend) -> str:
    """Close the run as failed, alert, give the lease back, see to files it did not try. Returns the reason in words."""
    reason = f"{failure.state}: {failure.error}: {failure.reason}"
    runs = close_runs(failure.execution_arn, reason, backend, state=failure.state)
    _refuse_what_is_too_much(failure, backend)
    backend.alerts.send(
        f"saleslake: the run failed in {failure.state}",
        f"Run {failure.run_id or '(not yet named)'} failed in state {failure.state}.\n"
        f"{failure.error}: {failure.reason}\n\nExecution: {failure.execution_arn}\n"
        "Readers still see the last release. The files wait for the next run, but for one that ran out of bounds.",
    )
    _give_back(failure.execution_arn, backend)
    # what scored below the gate is held by now: the others need not wait, and each time there are fewer
    held = (failure.state, failure.error) == ("Score", "ScoreBelowGate")
    fresh = held or _tried_nothing(failure.order)
    start_again(failure.execution_arn, runs, backend, ordered=fresh, stopped=False)
    return reason


class Ending(BaseModel):
    """How an execution ended, as Step Functions tells EventBridge.

    https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
    """

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    execution_arn: str = Field(alias="executionArn")
    status: str
    error: str | None = None
    cause: str | None = None


def clean_up(ending: Ending, backend: Backend) -> bool:
    """Do for an execution that ended without its failure path what that path does; False when nothing was left to do.

    An execution that is stopped by hand or runs out of time enters no state any more, and one whose failure path
    failed has left its lease behind. One that was stopped before it took the lease leaves only its files.
    """
    lease = backend.ledger.lease()
    runs = close_runs(ending.execution_arn, f"its execution ended as {ending.status}", backend)
    left = bool(runs) or (lease is not None and lease.execution_arn == ending.execution_arn)
    if left:
        backend.alerts.send(
            f"saleslake: a run ended as {ending.status}",
            f"{', '.join(run['sk'] for run in runs) or 'A run'} ended as {ending.status}. {ending.cause or ''}\n\n"
            f"Execution: {ending.execution_arn}\nReaders still see the last release.",
        )
        _give_back(ending.execution_arn, backend)
    if left or ending.status != "FAILED":
        start_again(ending.execution_arn, runs, backend, ordered=False, stopped=True)
    return left


def _refuse_what_is_too_much(failure: Failure, backend: Backend) -> None:
    """Refuse a file that ended a run for the second time by running out of time or memory."""
    item = backend.ledger.get("file", failure.file_id) if failure.file_id else None
    if item is not None and failure.error in OUT_OF_BOUNDS and failed_runs(item) > 1:
        told = {
            "code": "too_much",
            "message": "the transform ran out of time or memory, twice",
            "value": failure.reason,
        }
        backend.ledger.update("file", failure.file_id, state="refused", reasons=[told])


def _tried_nothing(order: Any) -> bool:
    """Whether an execution was still busy with an order, or with understanding it: no waiting file was tried."""
    try:
        return Order.read(order or {}).asks
    except InvalidParameter:
        return True


def _give_back(execution_arn: str, backend: Backend) -> None:
    lease = backend.ledger.lease()
    if lease is not None and lease.execution_arn == execution_arn:
        backend.ledger.release_lease(lease)
