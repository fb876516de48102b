"""How an invocation ends, worded as Lambda words it.

https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-logs-api.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

RESPONSE_LIMIT = (
    6 * 1024 * 1024 + 100
)  # bytes of a synchronous answer; Lambda's own message names this number


@dataclass(frozen=True)
class Outcome:
    """What one invocation gave.

    Attributes
    ----------
    payload
        The function's JSON answer; None when it failed.
    error
        ``{"errorType": …, "errorMessage": …}`` when it failed.
    log
        What the function wrote to stdout and stderr.
    duration_ms, init_ms
        Time in the handler, and in the cold start (None when the worker was warm).
    peak_mib
        The most resident memory of the process tree, in MiB.
    reusable
        Whether the worker can take another invocation.
    """

    payload: bytes | None
    error: dict[str, Any] | None
    log: str
    duration_ms: float
    init_ms: float | None
    peak_mib: int
    reusable: bool


def timed_out(request_id: str, seconds: float) -> dict[str, Any]:
    message = f"RequestId: {request_id} Error: Task timed out after {seconds:.2f} seconds"
    return {"errorType": "Sandbox.Timedout", "errorMessage": message}


def exited(request_id: str, status: int) -> dict[str, Any]:
    """``status`` as Popen gives it: negative is the signal that killed the process."""
    if status == 0:
        how = "Runtime exited without providing a reason"
    elif status < 0:
        how = f"Runtime exited with error: signal: {_SIGNALS.get(-status, f'signal {-status}')}"
    else:
        how = f"Runtime exited with error: exit status {status}"
    return {"errorType": "Runtime.ExitError", "errorMessage": f"RequestId: {request_id} Error: {how}"}


def too_large(size: int) -> dict[str, Any]:
    message = f"Response payload size ({size} bytes) exceeded maximum allowed payload size ({RESPONSE_LIMIT} bytes)."
    return {"errorType": "Function.ResponseSizeTooLarge", "errorMessage": message}


def report(request_id: str, version: str, memory_mib: int, outcome: Outcome) -> str:
    """The platform's own lines around what the function logged."""
    billed = int(outcome.duration_ms + (outcome.init_ms or 0)) + 1
    fields = [
        f"REPORT RequestId: {request_id}",
        f"Duration: {outcome.duration_ms:.2f} ms",
        f"Billed Duration: {billed} ms",
        f"Memory Size: {memory_mib} MB",
        f"Max Memory Used: {min(outcome.peak_mib, memory_mib)} MB",
    ]
    if outcome.init_ms is not None:
        fields.append(f"Init Duration: {outcome.init_ms:.2f} ms")
    if outcome.error and outcome.error["errorType"] == "Sandbox.Timedout":
        fields.append("Status: timeout")
    elif outcome.error and outcome.error["errorType"] == "Runtime.ExitError":
        fields += ["Status: error", "Error Type: Runtime.ExitError"]
    lines = [f"START RequestId: {request_id} Version: {version}", *outcome.log.splitlines()]
    if len(fields) > 5 and outcome.error and not outcome.reusable:
        lines.append(outcome.error["errorMessage"])
    return "\n".join([*lines, f"END RequestId: {request_id}", "\t".join(fields)])


_SIGNALS = {6: "aborted", 7: "bus error", 9: "killed", 11: "segmentation fault", 15: "terminated"}
