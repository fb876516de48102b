"""A distributed Map runs each item as an execution of its own machine."""

import json

import pytest

from local import permissions
from local.settings import ACCOUNT, REGION
from tests.local.conftest import Workshop, allow
from tests.local.test_states import FUNCTION, may_invoke, one_pass, task

MAY_RUN_MAP = allow("states:StartExecution", f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:machine-*")


@pytest.fixture(scope="module")
def function(workshop: Workshop) -> str:
    return workshop.function(FUNCTION)


def test_a_distributed_map_reads_its_items_from_s3_and_runs_children(workshop: Workshop) -> None:
    workshop.client("s3").create_bucket(Bucket="manifests")
    manifest = json.dumps([{"file": name} for name in "abc"])
    workshop.client("s3").put_object(Bucket="manifests", Key="runs/1.json", Body=manifest)
    child = {
        "One": {
            "Type": "Pass",
            "Output": {"done": "{% $states.input.file & $states.input.run %}"},
            "End": True,
        }
    }
    states = {
        "Each": {
            "Type": "Map",
            "ItemReader": {
                "Resource": "arn:aws:states:::s3:getObject",
                "Arguments": {"Bucket": "manifests", "Key": "{% $states.input.key %}"},
                "ReaderConfig": {"InputType": "JSON"},
            },
            "ItemSelector": {
                "file": "{% $states.context.Map.Item.Value.file %}",
                "run": "{% $states.context.Execution.Input.run %}",
            },
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                "StartAt": "One",
                "States": child,
            },
            "MaxConcurrency": 2,
            "Output": "{% $states.result.done %}",
            "End": True,
        }
    }
    value = {"key": "runs/1.json", "run": "-7"}
    may_read = allow("s3:GetObject", "arn:aws:s3:::manifests/*")
    done = workshop.run(states, may_read, MAY_RUN_MAP, value=value)
    assert done["output"] == ["a-7", "b-7", "c-7"]
    runs = workshop.client("stepfunctions").list_map_runs(executionArn=done["executionArn"])["mapRuns"]
    assert len(runs) == 1
    denied = workshop.run(states, MAY_RUN_MAP, value=value)
    assert denied["error"] == "States.ItemReaderFailed"
    assert "not authorized to perform: s3:GetObject" in denied["cause"]


def test_a_distributed_map_needs_to_start_executions_of_its_own_machine(
    workshop: Workshop, eventually
) -> None:
    processor = one_pass("{% $states.input %}") | {"ProcessorConfig": {"Mode": "DISTRIBUTED"}}
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "Caught", "Output": "{% $states.errorOutput.Cause %}"}]
    each = {"Type": "Map", "Items": [1, 2], "ItemProcessor": processor, "End": True}
    states = {"Each": each | {"Catch": catch}, "Caught": {"Type": "Succeed"}}
    other = MAY_RUN_MAP | {"Resource": MAY_RUN_MAP["Resource"].replace("machine-*", "another")}
    machine = workshop.machine(states, other)
    denied = workshop.finish(workshop.start(machine))
    assert f"is not authorized to perform: states:StartExecution on resource: {machine} " in denied["output"]
    described = workshop.client("stepfunctions").list_map_runs(executionArn=denied["executionArn"])
    assert described["mapRuns"] == []

    machine = workshop.machine(states, MAY_RUN_MAP | {"Sid": "RunMap"})
    assert workshop.finish(workshop.start(machine))["output"] == [1, 2]
    role = workshop.client("stepfunctions").describe_state_machine(stateMachineArn=machine)["roleArn"]
    counted = {"role": role.rpartition("/")[2], "policy": "p", "statement": "RunMap"} | {
        "action": "states:StartExecution",
        "allowed": 1,
    }
    eventually(lambda: counted in permissions._lines(workshop.settings))


def test_a_failed_item_fails_the_map_run_unless_it_is_tolerated(workshop: Workshop, function: str) -> None:
    each = {
        "Type": "Map",
        "Items": [{"refuse": True}, {"refuse": False}],
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Do",
            "States": {"Do": task(function)},
        },
        "End": True,
    }
    assert (
        workshop.run({"Each": each}, may_invoke(function), MAY_RUN_MAP)["error"]
        == "States.ExceedToleratedFailureThreshold"
    )
    tolerant = workshop.run({"Each": each | {"ToleratedFailureCount": 1}}, may_invoke(function), MAY_RUN_MAP)
    assert [item.get("Error") for item in tolerant["output"]] == ["Refused", None]
