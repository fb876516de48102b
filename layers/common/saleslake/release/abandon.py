"""The failure path: say what went wrong, give the lease back, leave what readers see alone."""

import json

from pydantic import BaseModel, ConfigDict, Field

from saleslake.aws.backend import Backend
from saleslake.clock import now

# What a function that ran out of time or memory ends with: the same file would end every run to come.
OUT_OF_BOUNDS = {"Sandbox.Timedout", "Runtime.ExitError", "States.Timeout"}


class Failure(BaseModel):
    """What Step Functions knows of a failed state; ``cause`` is often JSON."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    execution_arn: str
    state: str
    run_id: str = ""
    file_id: str = ""
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
    """Close the run as failed, alert, give the lease back. Returns the reason in words."""
    reason = f"{failure.state}: {failure.error}: {failure.reason}"
    if failure.run_id:
        backend.ledger.update(
            "run", failure.run_id, status="failed", state=failure.state, reason=reason, ended_at=now()
        )
    if failure.file_id and failure.error in OUT_OF_BOUNDS:
        told = [
            {
                "code": "too_much",
                "message": "the transform ran out of time or memory",
                "value": failure.reason,
            }
        ]
        backend.ledger.update("file", failure.file_id, state="refused", reasons=told)
    backend.alerts.send(
        f"saleslake: the run failed in {failure.state}",
        f"Run {failure.run_id or '(not yet named)'} failed in state {failure.state}.\n"
        f"{failure.error}: {failure.reason}\n\nExecution: {failure.execution_arn}\n"
        "Readers still see the last release. The files wait for the next run, but for one that ran out of bounds.",
    )
    lease = backend.ledger.lease()
    if lease is not None and lease.execution_arn == failure.execution_arn:
        backend.ledger.release_lease(lease)
    return reason
