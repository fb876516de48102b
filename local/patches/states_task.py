"""Task states: what they call, they call as the state machine's role, and their TimeoutSeconds ends them."""

from __future__ import annotations

import contextvars
import json
import threading
import time
from concurrent.futures import Future
from typing import Any

from ministack.services import stepfunctions as sfn

from local.patches import Hook
from local.patches.states_calls import Call, invoke
from local.patches.states_retry import attempts
from local.patches.states_run import Json, Stopped, add_event, current, within_limit
from local.settings import Settings

TASK = Hook(
    "ministack.services.stepfunctions:_execute_task",
    "(state_def, raw_input, execution, ctx)",
    "TimeoutSeconds may be an expression, retries have MaxDelaySeconds and jitter, a stopped task is not retried",
    "https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html",
)
RESOURCE = Hook(
    "ministack.services.stepfunctions:_invoke_resource",
    "(resource, input_data)",
    "each call of a task is made with the permissions of the state machine's role",
    "https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html",
)
WAIT = Hook(
    "ministack.services.stepfunctions:_scaled_sleep",
    "(seconds)",
    "StopExecution ends a waiting state at once",
    "https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html",
)
HOOKS = (TASK, RESOURCE, WAIT)
STOP_SECONDS = 0.1  # between two looks whether the execution was stopped


def apply(settings: Settings) -> None:
    original = TASK.original()

    def task(
        state_def: dict[str, Any], raw_input: Json, execution: dict[str, Any], ctx: dict[str, Any]
    ) -> Any:
        callback = ".waitForTaskToken" in state_def["Resource"] or ":activity:" in state_def["Resource"]
        if callback or sfn._state_query_language(state_def, ctx) != "JSONata":
            return original(state_def, raw_input, execution, ctx)
        return attempts(state_def, raw_input, ctx, lambda: _attempt(state_def, raw_input, execution, ctx))

    TASK.replace(task)
    RESOURCE.replace(
        lambda resource, input_data: invoke(Call(resource, input_data, settings), threading.Event())
    )
    WAIT.replace(lambda seconds: current.get().sleep(seconds * sfn._SFN_WAIT_SCALE))
    _settings.append(settings)


_settings: list[Settings] = []


def _attempt(state: dict[str, Any], raw_input: Json, execution: dict[str, Any], ctx: dict[str, Any]) -> Json:
    arguments = sfn._apply_jsonata_arguments(state, raw_input, ctx)
    within_limit(arguments, ctx["State"]["Name"])
    call = Call(state["Resource"], arguments, _settings[-1])
    about = {"resourceType": call.service, "resource": call.action}
    scheduled = about | {"region": "us-east-1", "parameters": json.dumps(arguments)}
    add_event(execution, "TaskScheduled", {"taskScheduledEventDetails": scheduled})
    add_event(execution, "TaskStarted", {"taskStartedEventDetails": about})
    seconds = None
    if "TimeoutSeconds" in state:
        seconds = sfn._jsonata_state_field(state, "TimeoutSeconds", "number", raw_input, ctx)
    try:
        result = within_limit(_limited(call, seconds), ctx["State"]["Name"])
    except sfn._ExecutionError as error:
        late = error.error == "States.Timeout"
        details = about | {"error": error.error, "cause": error.cause}
        kind = "TaskTimedOut" if late else "TaskFailed"
        add_event(execution, kind, {f"{kind[0].lower()}{kind[1:]}EventDetails": details})
        raise
    add_event(
        execution, "TaskSucceeded", {"taskSucceededEventDetails": about | {"output": json.dumps(result)}}
    )
    output = sfn._apply_jsonata_output(state, raw_input, ctx, result=result, default=result)
    sfn._apply_state_assign(state, raw_input, ctx, result=result)
    return output


def _limited(call: Call, seconds: float | None) -> Json:
    """Make the call on a thread of its own: when the time is over or the execution ends, nobody awaits it."""
    run, cancelled, done = current.get(), threading.Event(), threading.Event()
    answer: Future[Any] = Future()

    def work() -> None:
        try:
            answer.set_result(invoke(call, cancelled))
        except BaseException as error:  # noqa: BLE001 - raised again where it is awaited
            answer.set_exception(error)
        done.set()

    threading.Thread(target=contextvars.copy_context().run, args=(work,), daemon=True).start()
    deadline = None if seconds is None else time.monotonic() + seconds
    while not done.wait(STOP_SECONDS if deadline is None else min(STOP_SECONDS, deadline - time.monotonic())):
        if run.over.is_set():
            cancelled.set()
            raise Stopped
        if deadline is not None and time.monotonic() >= deadline:
            cancelled.set()
            raise sfn._ExecutionError("States.Timeout", "")
    return answer.result()
