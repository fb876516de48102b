"""Parallel and Map states written in JSONata, inline and distributed.

The emulator reads their Arguments, ItemSelector and ItemReader as JSONPath, ignores their Output and Assign, and
lets branches write each other's variables.
https://docs.aws.amazon.com/step-functions/latest/dg/state-map.html
https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html
https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
"""

from __future__ import annotations

import contextvars
import json
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import Any

from ministack.core.responses import new_uuid, now_iso
from ministack.services import stepfunctions as sfn

from local.patches import Hook
from local.patches.roles import denial
from local.patches.states_calls import Call, invoke
from local.patches.states_retry import attempts
from local.patches.states_run import Json, Stopped, add_event, branch, current
from local.patches.states_walk import walk
from local.settings import Settings

PARALLEL = Hook(
    "ministack.services.stepfunctions:_execute_parallel",
    "(state_def, raw_input, execution, ctx)",
    "a JSONata Parallel state has Arguments, Output and Assign, and its branches have variables of their own",
    "https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html",
)
MAP = Hook(
    "ministack.services.stepfunctions:_execute_map",
    "(state_def, raw_input, execution, ctx)",
    "a JSONata Map state has Items, ItemSelector, ItemReader, Output and Assign in JSONata",
    "https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html",
)
HOOKS = (PARALLEL, MAP)
INLINE_CONCURRENCY = 40  # https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html
# AWS starts up to 10,000 children; here each may start a process, and more than this only wait for each other.
DISTRIBUTED_CONCURRENCY = max(4, 2 * (os.cpu_count() or 1))


def apply(settings: Settings) -> None:
    parallel, inline = PARALLEL.original(), MAP.original()

    def run_parallel(
        state_def: dict[str, Any], raw_input: Json, execution: dict[str, Any], ctx: dict[str, Any]
    ) -> Any:
        if sfn._state_query_language(state_def, ctx) != "JSONata":
            return parallel(state_def, raw_input, execution, ctx)
        return attempts(state_def, raw_input, ctx, lambda: _parallel(state_def, raw_input, execution, ctx))

    def run_map(
        state_def: dict[str, Any], raw_input: Json, execution: dict[str, Any], ctx: dict[str, Any]
    ) -> Any:
        if sfn._state_query_language(state_def, ctx) != "JSONata":
            return inline(state_def, raw_input, execution, ctx)
        return attempts(
            state_def, raw_input, ctx, lambda: _map(state_def, raw_input, execution, ctx, settings)
        )

    PARALLEL.replace(run_parallel)
    MAP.replace(run_map)


def _parallel(state: dict[str, Any], raw_input: Json, execution: dict[str, Any], ctx: dict[str, Any]) -> Json:
    given = sfn._apply_jsonata_arguments(state, raw_input, ctx)
    branches = state["Branches"]
    add_event(execution, "ParallelStateStarted")

    def run(index: int) -> Json:
        machine = branches[index]
        return walk(machine["States"], machine["StartAt"], given, execution, branch(ctx))

    results = _together(run, len(branches), len(branches))
    add_event(execution, "ParallelStateSucceeded")
    return _finish(state, raw_input, ctx, results)


def _map(
    state: dict[str, Any], raw_input: Json, execution: dict[str, Any], ctx: dict[str, Any], settings: Settings
) -> Json:
    items = _items(state, raw_input, ctx, settings)
    processor = state.get("ItemProcessor") or state["Iterator"]
    selector = state.get("ItemSelector")

    def selected(index: int) -> tuple[Json, dict[str, Any]]:
        inner = branch(ctx, Map={"Item": {"Index": index, "Value": items[index]}})
        return sfn._apply_jsonata_template(selector, raw_input, inner) if selector else items[index], inner

    concurrency = _number(state, "MaxConcurrency", raw_input, ctx) or 0
    add_event(execution, "MapStateStarted", {"mapStateStartedEventDetails": {"length": len(items)}})
    if (processor.get("ProcessorConfig") or {}).get("Mode") == "DISTRIBUTED":
        workers = min(int(concurrency) or DISTRIBUTED_CONCURRENCY, DISTRIBUTED_CONCURRENCY)
        results = _distributed(state, raw_input, execution, ctx, processor, selected, len(items), workers)
    else:
        results = _inline(execution, ctx["State"]["Name"], processor, selected, len(items), int(concurrency))
    add_event(execution, "MapStateSucceeded")
    return _finish(state, raw_input, ctx, results)


def _inline(
    execution: dict[str, Any],
    name: str,
    processor: dict[str, Any],
    selected: Callable[..., Any],
    count: int,
    limit: int,
) -> list[Json]:
    def run(index: int) -> Json:
        about = {"name": name, "index": index}
        add_event(execution, "MapIterationStarted", {"mapIterationStartedEventDetails": about})
        value, inner = selected(index)
        try:
            result = walk(processor["States"], processor["StartAt"], value, execution, inner)
        except sfn._ExecutionError:
            add_event(execution, "MapIterationFailed", {"mapIterationFailedEventDetails": about})
            raise
        add_event(execution, "MapIterationSucceeded", {"mapIterationSucceededEventDetails": about})
        return result

    return _together(run, count, min(limit or INLINE_CONCURRENCY, INLINE_CONCURRENCY))


def _distributed(
    state: dict[str, Any], raw_input: Json, execution: dict[str, Any], ctx: dict[str, Any],
    processor: dict[str, Any], selected: Callable[..., Any], count: int, workers: int,
) -> list[Json]:  # fmt: skip
    """Every item is a child execution of a Map Run, with its own history and without the outer variables."""
    machine = execution["stateMachineArn"]
    _may_run(machine)
    label = state.get("Label") or new_uuid()
    children = f"{machine.replace(':stateMachine:', ':execution:')}/{label}"
    map_run = f"{machine.replace(':stateMachine:', ':mapRun:')}/{label}:{new_uuid()}"
    counts = dict.fromkeys(_COUNTS, 0) | {"total": count, "pending": count}
    record: dict[str, Any] = {
        "mapRunArn": map_run, "executionArn": execution["executionArn"], "status": "RUNNING",
        "startDate": now_iso(), "maxConcurrency": workers, "toleratedFailurePercentage": 0.0,
        "toleratedFailureCount": 0, "itemCounts": counts, "executionCounts": counts, "redriveCount": 0,
        "_stateMachineArn": f"{machine}/{label}",
    }  # fmt: skip
    sfn._map_runs[map_run] = record
    add_event(execution, "MapRunStarted", {"mapRunStartedEventDetails": {"mapRunArn": map_run}})
    lock = threading.Lock()

    def run(index: int) -> Json:
        value, inner = selected(index)
        child = _child(f"{children}:{new_uuid()}", record, value)
        sfn._executions[child["executionArn"]] = child
        inner = inner | {"variables": {}}
        with lock:
            counts["pending"], counts["running"] = counts["pending"] - 1, counts["running"] + 1
        outcome = "failed"
        try:
            result = walk(processor["States"], processor["StartAt"], value, child, inner)
            child.update(status="SUCCEEDED", output=json.dumps(result))
            outcome = "succeeded"
        except sfn._ExecutionError as error:
            child.update(status="FAILED", error=error.error, cause=error.cause)
            result = error
        except Stopped:
            child.update(status="ABORTED")
            raise
        finally:
            child["stopDate"] = now_iso()
            with lock:
                counts["running"], counts[outcome] = counts["running"] - 1, counts[outcome] + 1
        return result

    results = _together(run, count, workers)
    failed = [result for result in results if isinstance(result, Exception)]
    record["stopDate"] = now_iso()
    if failed and not _tolerated(state, raw_input, ctx, len(failed), count):
        record["status"] = "FAILED"
        add_event(execution, "MapRunFailed", {"mapRunFailedEventDetails": {"error": failed[0].error}})
        message = "The specified tolerated failure threshold was exceeded"
        raise sfn._ExecutionError("States.ExceedToleratedFailureThreshold", message)
    record["status"] = "SUCCEEDED"
    add_event(execution, "MapRunSucceeded")
    return [_described(result) if isinstance(result, Exception) else result for result in results]


def _may_run(machine: str) -> None:
    """A Map Run starts executions of its own machine as the machine's role.

    https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
    """
    refused = denial(current.get().role_arn, "states:StartExecution", machine)
    if refused:
        request = f"Service: Sfn, Status Code: 400, Request ID: {new_uuid()}"
        cause = f"Error contacting AWS Service. | Message from Service: {refused} ({request})"
        raise sfn._ExecutionError("Sfn.SfnException", cause)


def _tolerated(state: dict[str, Any], raw_input: Json, ctx: dict[str, Any], failed: int, count: int) -> bool:
    """Without a threshold one failed item fails the Map Run."""
    number = _number(state, "ToleratedFailureCount", raw_input, ctx)
    share = _number(state, "ToleratedFailurePercentage", raw_input, ctx)
    if number is None and share is None:
        return False
    return (number is None or failed <= number) and (share is None or failed * 100 <= share * count)


def _items(state: dict[str, Any], raw_input: Json, ctx: dict[str, Any], settings: Settings) -> Sequence[Json]:
    reader = state.get("ItemReader")
    if reader is None:
        return (
            sfn._jsonata_state_field(state, "Items", "array", raw_input, ctx)
            if "Items" in state
            else raw_input
        )
    config = sfn._apply_jsonata_template(reader.get("ReaderConfig") or {}, raw_input, ctx)
    if not reader["Resource"].endswith(":s3:getObject"):
        raise sfn._ExecutionError(
            "States.Runtime", f"{reader['Resource']} is not read by the local Map state"
        )
    if "ItemBatcher" in state or "ResultWriter" in state:
        raise sfn._ExecutionError("States.Runtime", "ItemBatcher and ResultWriter do not run locally")
    arguments = sfn._apply_jsonata_template(reader["Arguments"], raw_input, ctx)
    call = Call("arn:aws:states:::aws-sdk:s3:getObject", arguments, settings)
    try:
        text = invoke(call, threading.Event())["Body"]
    except sfn._ExecutionError as error:
        raise sfn._ExecutionError("States.ItemReaderFailed", error.cause) from error
    items = sfn._parse_reader_items(text, config)
    if not isinstance(items, list):
        raise sfn._ExecutionError("States.ItemReaderFailed", "The item reader's file does not hold an array")
    return items[: int(config["MaxItems"])] if config.get("MaxItems") else items


def _together(run: Callable[[int], Json], count: int, workers: int) -> list[Json]:
    """Run all indexes, ``workers`` at a time; the first failure ends those that have not begun."""
    if not count:
        return []
    with ThreadPoolExecutor(max_workers=max(workers, 1)) as pool:
        futures = [pool.submit(contextvars.copy_context().run, run, index) for index in range(count)]
        done, waiting = wait(futures, return_when=FIRST_EXCEPTION)
        if any(future.exception() for future in done):
            for future in waiting:
                future.cancel()
    for future in futures:
        if not future.cancelled() and (error := future.exception()):
            raise error
    current.get().check()
    return [future.result() for future in futures]


def _finish(state: dict[str, Any], raw_input: Json, ctx: dict[str, Any], results: list[Json]) -> Json:
    output = sfn._apply_jsonata_output(state, raw_input, ctx, result=results, default=results)
    sfn._apply_state_assign(state, raw_input, ctx, result=results)
    return output


def _number(state: dict[str, Any], field: str, raw_input: Json, ctx: dict[str, Any]) -> float | None:
    return sfn._jsonata_state_field(state, field, "number", raw_input, ctx) if field in state else None


def _child(arn: str, record: dict[str, Any], value: Json) -> dict[str, Any]:
    return {
        "executionArn": arn, "stateMachineArn": record["_stateMachineArn"], "name": arn.rsplit(":", 1)[-1],
        "status": "RUNNING", "startDate": now_iso(), "stopDate": None, "input": json.dumps(value),
        "inputDetails": {"included": True}, "output": None, "outputDetails": {"included": True},
        "mapRunArn": record["mapRunArn"], "events": [], "testCase": "", "mockAttempts": {},
    }  # fmt: skip


def _described(error: Any) -> Json:
    return {"Error": error.error, "Cause": error.cause}


_COUNTS = (
    "pending", "running", "succeeded", "failed", "timedOut", "aborted", "total", "resultsWritten",
    "failuresNotRedrivable", "pendingRedrive",
)  # fmt: skip
