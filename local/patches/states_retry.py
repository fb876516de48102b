"""Retry and Catch as the error handling guide describes them, for Task, Parallel and Map alike.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from ministack.services import stepfunctions as sfn

from local.patches import Hook
from local.patches.states_run import TERMINAL, Json, current
from local.settings import Settings

MATCH = Hook(
    "ministack.services.stepfunctions:_error_matches",
    "(error_equals, error)",
    "States.ALL and States.TaskFailed do not catch States.Runtime and States.DataLimitExceeded, and States.Timeout"
    " matches a heartbeat timeout as well",
    "https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html",
)
HOOKS = (MATCH,)


def apply(settings: Settings) -> None:
    MATCH.replace(matches)


def matches(error_equals: Sequence[str], error: str) -> bool:
    """Whether a retrier's or catcher's ErrorEquals names this error."""
    if error in error_equals:
        return True
    if error in TERMINAL:
        return False
    if error == "States.HeartbeatTimeout" and "States.Timeout" in error_equals:
        return True
    timeout = error in ("States.Timeout", "States.HeartbeatTimeout")
    return "States.ALL" in error_equals or ("States.TaskFailed" in error_equals and not timeout)


def attempts(
    state: dict[str, Any], raw_input: Json, ctx: dict[str, Any], attempt: Callable[[], Json]
) -> tuple[Json, str | None]:
    """Run ``attempt`` under the state's Retry and Catch; returns the output and the next state's name."""
    used: Counter[int] = Counter()
    while True:
        ctx["State"] = {**ctx["State"], "RetryCount": used.total()}
        try:
            return attempt(), sfn._next_or_end(state)
        except sfn._ExecutionError as error:
            index, retrier = _retrier(state, error.error)
            if retrier and used[index] < retrier.get("MaxAttempts", 3):
                current.get().sleep(delay(retrier, used[index]))
                used[index] += 1
                continue
            catcher = sfn._find_matching_catcher(state.get("Catch", []), error.error)
            if catcher is None:
                raise
            caught = {"Error": error.error, "Cause": error.cause}
            output = sfn._apply_jsonata_output(catcher, raw_input, ctx, error_output=caught, default=caught)
            sfn._apply_state_assign(catcher, raw_input, ctx, error_output=caught)
            return output, catcher["Next"]


def delay(retrier: dict[str, Any], used: int) -> float:
    """Seconds before the next attempt, after ``used`` retries."""
    seconds = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** used
    seconds = min(seconds, retrier.get("MaxDelaySeconds", seconds))
    return random.uniform(0, seconds) if retrier.get("JitterStrategy") == "FULL" else seconds


def _retrier(state: dict[str, Any], error: str) -> tuple[int, dict[str, Any] | None]:
    found = (pair for pair in enumerate(state.get("Retry", [])) if matches(pair[1]["ErrorEquals"], error))
    return next(found, (-1, None))
