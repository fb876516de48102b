"""Walk a state machine: one walker for the machine, its branches and its iterations.

The emulator's own reports no events from inside a Map or Parallel, goes on in branches after StopExecution,
knows no TimeoutSeconds of the machine and ignores the Output of a JSONata Succeed state.
"""

from __future__ import annotations

import json
import threading
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.responses import json_response, now_iso
from ministack.services import stepfunctions as sfn

from local.patches import Hook
from local.patches.states_run import Json, Run, Stopped, add_event, current, forget, register, within_limit
from local.settings import Settings

_MAP_PAGE = "https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html"
RUN = Hook(
    "ministack.services.stepfunctions:_run_execution",
    "(exec_arn)",
    "TimeoutSeconds of the machine ends an execution as TIMED_OUT, and a Succeed state has an Output",
    "https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html",
)
WALK = Hook(
    "ministack.services.stepfunctions:_run_sub_machine",
    "(states, start_at, input_data, execution, ctx)",
    "states inside Map and Parallel appear in the history and stop with their execution",
    _MAP_PAGE,
)
EVENT = Hook(
    "ministack.services.stepfunctions:_add_event",
    "(execution, event_type, details)",
    "event ids are unique, also when branches run side by side",
    _MAP_PAGE,
)
STOP = Hook(
    "ministack.services.stepfunctions:_stop_execution",
    "(data)",
    "StopExecution ends waiting states and running queries at once",
    "https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html",
)
START = Hook(
    "ministack.services.stepfunctions:_start_execution",
    "(data)",
    "StartExecution is idempotent: the same name and input as a running execution give that execution",
    "https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html",
)
HOOKS = (RUN, WALK, EVENT, STOP, START)


def apply(settings: Settings) -> None:
    stop_original, start_original = STOP.original(), START.original()

    def start(data: dict[str, Any]) -> Any:
        with _starting:  # two callers at once must not both find the name free
            return json_response(same) if (same := _running_alike(data)) else start_original(data)

    def stop(data: dict[str, Any]) -> Any:
        answer = stop_original(data)
        run = forget(data.get("executionArn", ""))
        if run is not None and run.execution["status"] == "ABORTED":
            run.over.set()
        return answer

    RUN.replace(run_execution)
    WALK.replace(walk)
    EVENT.replace(lambda execution, event_type, details=None: add_event(execution, event_type, details))
    STOP.replace(stop)
    START.replace(start)


_starting = threading.Lock()


def _running_alike(data: dict[str, Any]) -> dict[str, Any] | None:
    """The running execution of this machine that has the same name and input."""
    machine, name = data.get("stateMachineArn", ""), data.get("name")
    if not name or ":stateMachine:" not in machine:
        return None
    found = sfn._executions.get(f"{machine.replace(':stateMachine:', ':execution:')}:{name}")
    if not found or found["status"] != "RUNNING" or found["input"] != data.get("input", "{}"):
        return None
    return {"executionArn": found["executionArn"], "startDate": found["startDate"]}


def run_execution(exec_arn: str) -> None:
    """Run one execution to its end, on the thread that was started for it."""
    execution = sfn._executions[exec_arn]
    machine = sfn._state_machines[execution["stateMachineArn"]]
    definition = json.loads(machine["definition"])
    run = Run(execution, machine["roleArn"])
    register(run)
    current.set(run)
    iam_evaluator._anonymous.set(False)  # the tasks are signed by the machine's role, whoever started it
    seconds = definition.get("TimeoutSeconds")
    timer = threading.Timer(seconds or 0, run.end, ("TIMED_OUT", "States.Timeout", None))
    timer.daemon = True
    if seconds:
        timer.start()
    ctx = _context(execution, machine, definition)
    try:
        output = walk(definition["States"], definition["StartAt"], ctx["Execution"]["Input"], execution, ctx)
        _succeed(run, json.dumps(output))
    except Stopped:
        pass  # its end is already told
    except sfn._ExecutionError as error:
        run.end("FAILED", error.error, error.cause)
    except Exception as error:  # noqa: BLE001 - the execution fails, whatever it was
        sfn.logger.exception("execution %s", exec_arn)
        run.end("FAILED", "States.Runtime", str(error))
    finally:
        timer.cancel()
        forget(exec_arn)


def walk(
    states: dict[str, Any], start_at: str, input_data: Json, execution: dict[str, Any], ctx: dict[str, Any]
) -> Json:
    """Run states from ``start_at`` until one ends; returns its output.

    Raises
    ------
    Stopped
        The execution was aborted or timed out meanwhile.
    """
    name: str | None = start_at
    value = input_data
    while name:
        current.get().check()
        state = states.get(name)
        if state is None:
            raise sfn._ExecutionError("States.Runtime", f"State '{name}' not found in definition")
        kind = state["Type"]
        ctx["State"] = {"Name": name, "EnteredTime": now_iso(), "RetryCount": 0}
        entered = {"name": name, "input": json.dumps(value)}
        add_event(execution, f"{kind}StateEntered", {"stateEnteredEventDetails": entered})
        if kind == "Fail":
            raise sfn._ExecutionError(*sfn._fail_state_error(state, value, ctx))
        value, following = _step(kind, state, value, execution, ctx)
        within_limit(value, name)
        exited = {"name": name, "output": json.dumps(value)}
        add_event(execution, f"{kind}StateExited", {"stateExitedEventDetails": exited})
        name = following
    return value


def _step(
    kind: str, state: dict[str, Any], value: Json, execution: dict[str, Any], ctx: dict[str, Any]
) -> tuple[Json, str | None]:
    if kind == "Succeed":
        if sfn._state_query_language(state, ctx) == "JSONata":
            return sfn._apply_jsonata_output(state, value, ctx, default=value), None
        return sfn._apply_output_path(state, sfn._apply_input_path(state, value, ctx), ctx), None
    if kind == "Wait":
        return sfn._execute_wait(state, value, ctx)
    if kind in ("Pass", "Choice"):
        return (sfn._execute_pass if kind == "Pass" else sfn._execute_choice)(state, value, ctx)
    steps = {"Task": sfn._execute_task, "Parallel": sfn._execute_parallel, "Map": sfn._execute_map}
    if kind not in steps:
        raise sfn._ExecutionError("States.Runtime", f"Unknown state type: {kind}")
    return steps[kind](state, value, execution, ctx)


def _succeed(run: Run, output: str) -> None:
    if run.over.is_set():
        return
    run.execution.update(status="SUCCEEDED", output=output, stopDate=now_iso())
    add_event(run.execution, "ExecutionSucceeded", {"executionSucceededEventDetails": {"output": output}})
    sfn._emit_execution_status_event(run.execution)


def _context(
    execution: dict[str, Any], machine: dict[str, Any], definition: dict[str, Any]
) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html"""
    return {
        "QueryLanguage": definition.get("QueryLanguage", "JSONPath"),
        "Execution": {
            "Id": execution["executionArn"],
            "Input": json.loads(execution["input"]),
            "Name": execution["name"],
            "RoleArn": machine["roleArn"],
            "StartTime": execution["startDate"],
            "RedriveCount": 0,
        },
        "StateMachine": {"Id": execution["stateMachineArn"], "Name": machine["name"]},
        "variables": {},
    }
