"""State machines run as Step Functions runs them."""

import json
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from local.settings import ACCOUNT, REGION
from tests.local.conftest import Workshop, allow

FUNCTION = """
import time

class TooSoon(Exception): pass
class Refused(Exception): pass

calls = 0

def handler(event, context):
    global calls
    calls += 1
    if event.get("until", 0) > calls: raise TooSoon(calls)
    if event.get("refuse"): raise Refused("no")
    time.sleep(event.get("sleep", 0))
    if event.get("hold"): held = b"1" * event["hold"] * 1024 * 1024
    return {**event, "calls": calls, "long": "x" * event.get("bytes", 0)}
"""
INVOKE = "arn:aws:states:::lambda:invoke"


def task(function: str, **more: object) -> dict:
    return {
        "Type": "Task",
        "Resource": INVOKE,
        "Arguments": {"FunctionName": function, "Payload": "{% $states.input %}"},
        "Output": "{% $states.result.Payload %}",
        "End": True,
    } | more


def one_pass(output: str) -> dict:
    return {"StartAt": "Only", "States": {"Only": {"Type": "Pass", "Output": output, "End": True}}}


@pytest.fixture
def function(workshop: Workshop) -> str:
    return workshop.function(FUNCTION)


def may_invoke(function: str) -> dict:
    return allow("lambda:InvokeFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}")


def test_a_retryable_error_is_retried_by_its_name(workshop: Workshop, function: str) -> None:
    retry = [{"ErrorEquals": ["TooSoon"], "IntervalSeconds": 1, "BackoffRate": 1, "MaxAttempts": 3}]
    done = workshop.run({"Do": task(function, Retry=retry)}, may_invoke(function), value={"until": 3})
    assert done["output"]["calls"] == 3
    kinds = [event["type"] for event in workshop.history(done["executionArn"])]
    assert (kinds.count("TaskFailed"), kinds.count("TaskSucceeded")) == (2, 1)


def test_an_error_without_a_retry_goes_straight_to_its_catch(workshop: Workshop, function: str) -> None:
    states = {
        "Do": task(
            function,
            Retry=[{"ErrorEquals": ["TooSoon"]}],
            Catch=[{"ErrorEquals": ["Refused"], "Next": "Told", "Output": "{% $states.errorOutput %}"}],
        ),
        "Told": {"Type": "Pass", "End": True},
    }
    done = workshop.run(states, may_invoke(function), value={"refuse": True})
    assert done["output"]["Error"] == "Refused"
    assert json.loads(done["output"]["Cause"])["errorMessage"] == "no"


def test_a_function_out_of_memory_is_an_error_with_a_name(workshop: Workshop) -> None:
    function = workshop.function(FUNCTION, MemorySize=128)
    done = workshop.run({"Do": task(function)}, may_invoke(function), value={"hold": 300})
    assert (done["status"], done["error"]) == ("FAILED", "Runtime.ExitError")


def test_a_machine_may_invoke_only_what_its_role_allows(workshop: Workshop, function: str) -> None:
    done = workshop.run({"Do": task(function)}, may_invoke("another"))
    assert (done["status"], done["error"]) == ("FAILED", "Lambda.AWSLambdaException")
    assert "is not authorized to perform: lambda:InvokeFunction on resource: " in done["cause"]


def test_a_task_over_its_timeout_ends_with_states_timeout(workshop: Workshop, function: str) -> None:
    began = time.monotonic()
    states = {"Do": task(function, TimeoutSeconds="{% $states.input.limit %}")}
    done = workshop.run(states, may_invoke(function), value={"sleep": 4, "limit": 1})
    assert (done["error"], time.monotonic() - began < 3) == ("States.Timeout", True)


def test_a_machine_over_its_timeout_is_timed_out_and_catches_nothing(workshop: Workshop) -> None:
    states = {"Wait": {"Type": "Wait", "Seconds": 30, "End": True}}
    done = workshop.run(states, TimeoutSeconds=1)
    assert done["status"] == "TIMED_OUT"
    assert workshop.history(done["executionArn"])[-1]["type"] == "ExecutionTimedOut"


def test_stopping_an_execution_ends_it_at_once_also_inside_a_map(workshop: Workshop) -> None:
    inner = {"Wait": {"Type": "Wait", "Seconds": 1, "Next": "After"}, "After": {"Type": "Pass", "End": True}}
    processor = {"StartAt": "Wait", "States": inner}
    states = {"Each": {"Type": "Map", "Items": [1, 2], "ItemProcessor": processor, "End": True}}
    execution = workshop.start(workshop.machine(states))
    time.sleep(0.3)
    workshop.client("stepfunctions").stop_execution(executionArn=execution, error="Enough", cause="by hand")
    time.sleep(1.2)
    done = workshop.finish(execution)
    assert (done["status"], done["error"]) == ("ABORTED", "Enough")
    kinds = [event["type"] for event in workshop.history(execution)]
    assert kinds[-1] == "ExecutionAborted"
    assert "PassStateEntered" not in kinds


def test_a_result_over_256_kib_fails_and_no_catch_all_takes_it(workshop: Workshop, function: str) -> None:
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]
    states = {"Do": task(function, Catch=catch), "Caught": {"Type": "Pass", "End": True}}
    done = workshop.run(states, may_invoke(function), value={"bytes": 300_000})
    assert (done["status"], done["error"]) == ("FAILED", "States.DataLimitExceeded")


def test_variables_are_assigned_and_stay_inside_their_branch(workshop: Workshop) -> None:
    inner = {
        "Set": {
            "Type": "Pass",
            "Assign": {"name": "{% $outer & '-' & $states.input.item %}"},
            "Next": "Say",
        },
        "Say": {"Type": "Succeed", "Output": "{% $name %}"},
    }
    states = {
        "Begin": {"Type": "Pass", "Assign": {"outer": "o", "name": "before"}, "Next": "Each"},
        "Each": {
            "Type": "Map",
            "Items": "{% [1..3] %}",
            "ItemSelector": {"item": "{% $string($states.context.Map.Item.Value) %}"},
            "ItemProcessor": {"StartAt": "Set", "States": inner},
            "Assign": {"all": "{% $join($states.result, ' ') %}"},
            "Output": {"count": "{% $count($states.result) %}"},
            "Next": "End",
        },
        "End": {
            "Type": "Succeed",
            "Output": {"all": "{% $all %}", "name": "{% $name %}", "in": "{% $states.input %}"},
        },
    }
    done = workshop.run(states)
    assert done["output"] == {"all": "o-1 o-2 o-3", "name": "before", "in": {"count": 3}}


def test_nested_maps_and_parallel_branches_keep_their_order(workshop: Workshop) -> None:
    leaf = {
        "StartAt": "Leaf",
        "States": {"Leaf": {"Type": "Pass", "Output": "{% $states.input * 10 %}", "End": True}},
    }
    level = {"Type": "Map", "Items": "{% $states.input %}", "ItemProcessor": leaf, "End": True}
    states = {
        "Levels": {
            "Type": "Map",
            "Items": "{% $states.input.levels %}",
            "MaxConcurrency": 1,
            "ItemProcessor": {"StartAt": "Level", "States": {"Level": level}},
            "Next": "Both",
        },
        "Both": {
            "Type": "Parallel",
            "Arguments": {"got": "{% $states.input %}"},
            "Branches": [
                one_pass("{% $count($states.input.got) %}"),
                one_pass("{% $states.input.got[1][0] %}"),
            ],
            "Output": "{% $states.result %}",
            "End": True,
        },
    }  # fmt: skip
    assert workshop.run(states, value={"levels": [[1, 2], [3]]})["output"] == [2, 30]


def test_a_wait_until_a_timestamp_waits(workshop: Workshop) -> None:
    until = (datetime.now(UTC) + timedelta(seconds=2)).isoformat(timespec="seconds").replace("+00:00", "Z")
    done = workshop.run(
        {"Wait": {"Type": "Wait", "Timestamp": "{% $states.input.t %}", "End": True}}, value={"t": until}
    )
    assert (done["stopDate"] - datetime.fromisoformat(until)).total_seconds() >= -0.05


def test_a_choice_with_a_default_and_a_fail_with_expressions(workshop: Workshop) -> None:
    states = {
        "Choose": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $states.input.score >= 80 %}", "Next": "Good"}],
            "Default": "Bad",
        },
        "Good": {"Type": "Succeed", "Output": "good"},
        "Bad": {
            "Type": "Fail",
            "Error": "LowScore",
            "Cause": "{% 'score ' & $string($states.input.score) %}",
        },
    }
    assert workshop.run(states, value={"score": 80})["output"] == "good"
    low = workshop.run(states, value={"score": 79})
    assert (low["error"], low["cause"]) == ("LowScore", "score 79")


def test_an_undefined_expression_is_a_query_evaluation_error(workshop: Workshop) -> None:
    done = workshop.run({"Do": {"Type": "Pass", "Output": "{% $states.input.nothing %}", "End": True}})
    assert (done["status"], done["error"]) == ("FAILED", "States.QueryEvaluationError")


def test_the_default_retry_waits_are_capped_by_max_delay() -> None:
    from local.patches.states_retry import delay

    retrier = {"IntervalSeconds": 2, "BackoffRate": 3, "MaxDelaySeconds": 10}
    assert [delay(retrier, used) for used in range(4)] == [2, 6, 10, 10]
    assert delay({}, 1) == 2.0


@pytest.mark.parametrize(
    ("names", "error", "matched"),
    [
        (["States.ALL"], "TooSoon", True),
        (["States.ALL"], "States.Runtime", False),
        (["States.ALL"], "States.DataLimitExceeded", False),
        (["States.DataLimitExceeded"], "States.DataLimitExceeded", True),
        (["States.TaskFailed"], "Lambda.TooManyRequestsException", True),
        (["States.TaskFailed"], "States.Timeout", False),
        (["States.Timeout"], "States.HeartbeatTimeout", True),
        (["TooSoon"], "TooLate", False),
    ],
)
def test_which_errors_a_retrier_names(names: list[str], error: str, matched: bool) -> None:
    from local.patches.states_retry import matches

    assert matches(names, error) is matched


def test_starting_the_running_execution_again_is_no_second_one(workshop: Workshop) -> None:
    machine = workshop.machine({"Wait": {"Type": "Wait", "Seconds": 1, "End": True}})
    states = workshop.client("stepfunctions")
    window = {"stateMachineArn": machine, "name": "window-1", "input": '{"a": 1}'}
    first = states.start_execution(**window)
    assert states.start_execution(**window)["executionArn"] == first["executionArn"]
    with pytest.raises(states.exceptions.ExecutionAlreadyExists):
        states.start_execution(**window | {"input": '{"a": 2}'})
    workshop.finish(first["executionArn"])
    with pytest.raises(states.exceptions.ExecutionAlreadyExists):
        states.start_execution(**window)


def test_a_query_is_stopped_when_nobody_waits_for_it_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    from local.patches import states_calls
    from local.settings import Settings

    sent, cancelled = [], threading.Event()

    def send(call: object, action: str, arguments: dict) -> dict:
        sent.append(action)
        if action == "getQueryExecution":
            cancelled.set()
            return {"QueryExecution": {"Status": {"State": "RUNNING"}}}
        return {"QueryExecutionId": "q"}

    monkeypatch.setattr(states_calls, "_send", send)
    call = states_calls.Call("arn:aws:states:::athena:startQueryExecution.sync", {}, Settings())
    states_calls.invoke(call, cancelled)
    assert sent == ["startQueryExecution", "getQueryExecution", "stopQueryExecution"]
