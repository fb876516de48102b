import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from click.testing import CliRunner, Result

from saleslake.aws.executions import visits
from saleslake.aws.stack import UnknownFunction, function_named
from saleslake.cli import main
from saleslake.cli.call import curl_line
from saleslake.cli.context import Deployed
from tests.unit.cli.conftest import add_release

START = datetime(2025, 1, 1, tzinfo=UTC)


def test_url_prints_the_base_address_alone_on_one_line(saleslake: Callable[..., Result]) -> None:
    assert saleslake("url").output == "https://abc123.execute-api.eu-central-1.amazonaws.com/v1\n"


def test_where_the_api_is_reached_another_way_that_address_is_printed(
    saleslake: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SALESLAKE_API_URL", "https://kpi.example.org/{api}/v1/")
    assert saleslake("url").output == "https://kpi.example.org/abc123/v1\n"


def test_the_curl_line_carries_the_key_when_the_api_has_one(lake: Deployed) -> None:
    key = boto3.client("apigateway").create_api_key(
        name="readers", value="0123456789abcdefghijk", enabled=True
    )
    line = curl_line("https://host/v1", "/analytics", key["id"])
    assert line == "curl -s -H 'x-api-key: 0123456789abcdefghijk' https://host/v1/analytics"
    assert curl_line("https://host/v1", "/analytics", None) == "curl -s https://host/v1/analytics"


def test_an_event_that_is_no_json_is_refused_with_its_place(
    saleslake: Callable[..., Result], tmp_path: Path
) -> None:
    event = tmp_path / "event.json"
    event.write_text("{\n")
    result = saleslake("invoke", "plan", "--event", str(event))
    assert result.exit_code == 1
    assert "event.json is no JSON: line 2, column 1: Expecting property name" in result.output


def test_a_stack_that_is_not_there_is_named_with_the_region_and_no_traceback(lake: Deployed) -> None:
    result = CliRunner().invoke(main, ["--stack", "nowhere", "status"])
    assert result.exit_code == 1
    assert result.output == "Error: no stack nowhere in eu-central-1: deploy it, or name yours with --stack\n"


def test_the_arrow_points_at_the_release_that_readers_see(
    lake: Deployed, saleslake: Callable[..., Result]
) -> None:
    assert saleslake("releases").output == "no release yet\n"
    add_release(lake, "r-1", [])
    add_release(lake, "r-2", [], parent="r-1")
    lines = [line.split() for line in saleslake("releases").output.splitlines()[1:]]
    assert [line[:2] for line in lines] == [["→", "r-2"], ["r-1", "published"]]


@pytest.mark.parametrize("release", ["r-9", "current"])
def test_rolling_back_to_a_release_that_never_was_starts_nothing(
    release: str, lake: Deployed, saleslake: Callable[..., Result]
) -> None:
    add_release(lake, "r-1", [])
    result = saleslake("rollback", release)
    assert result.exit_code == 1
    assert f"there is no release {release}" in result.output
    assert lake.executions.newest() == []


def test_dead_letters_go_back_to_the_queue_and_are_named(
    lake: Deployed, saleslake: Callable[..., Result]
) -> None:
    sqs = boto3.client("sqs")
    for key in ("landing/a.csv", "landing/b.csv"):
        body = json.dumps({"detail": {"object": {"key": key}}})
        sqs.send_message(QueueUrl=lake.stack.output("IngestDeadLetterQueueUrl"), MessageBody=body)
    result = saleslake("redrive")
    assert {"again: landing/a.csv", "again: landing/b.csv"} <= set(result.output.splitlines())
    assert lake.dead_letters.count() == 0
    back = sqs.receive_message(QueueUrl=lake.stack.output("IngestQueueUrl"), MaxNumberOfMessages=10)[
        "Messages"
    ]
    assert {json.loads(message["Body"])["detail"]["object"]["key"] for message in back} == {
        "landing/a.csv",
        "landing/b.csv",
    }


@pytest.mark.parametrize("name", ["transform", "Transform", "TransformFunction", "saleslake-Transform-1X"])
def test_a_function_is_found_by_its_folder_its_logical_id_or_its_own_name(name: str) -> None:
    assert function_named(name, {"TransformFunction": "saleslake-Transform-1X"}) == "saleslake-Transform-1X"


def test_an_unknown_function_is_answered_with_those_there_are() -> None:
    with pytest.raises(UnknownFunction, match="no function reap; there are Plan, Transform"):
        function_named("reap", {"TransformFunction": "t", "PlanFunction": "p"})


def entered(name: str, second: int) -> dict[str, Any]:
    return _event("TaskStateEntered", "stateEnteredEventDetails", name, second)


def exited(name: str, second: int) -> dict[str, Any]:
    return _event("TaskStateExited", "stateExitedEventDetails", name, second)


def _event(kind: str, details: str, name: str, second: int) -> dict[str, Any]:
    return {"type": kind, "timestamp": START + timedelta(seconds=second), details: {"name": name}}


def test_choices_and_other_states_that_take_no_time_are_left_out() -> None:
    assert visits([_event("ChoiceStateEntered", "stateEnteredEventDetails", "WhatToDo", 0)]) == ()


def test_a_state_that_is_left_for_a_failure_has_failed_one_that_recovered_has_not() -> None:
    failure = {"id": 2, "type": "TaskFailed", "timestamp": START}
    caught = [entered("Reconcile", 0), failure, {**exited("Reconcile", 1), "previousEventId": 2}]
    retried = [entered("Reconcile", 0), failure, {"id": 3, "type": "TaskSucceeded", "timestamp": START}]
    assert [state.failed for state in visits(caught)] == [True]
    assert [
        state.failed for state in visits([*retried, {**exited("Reconcile", 1), "previousEventId": 3}])
    ] == [False]


def test_a_history_reads_as_states_with_the_time_each_took() -> None:
    other = {"type": "TaskScheduled", "timestamp": START}
    states = visits([entered("Plan", 0), other, exited("Plan", 2), entered("Transform", 2)])
    assert [(state.name, state.left) for state in states] == [
        ("Plan", START + timedelta(seconds=2)),
        ("Transform", None),
    ]


def test_what_happens_inside_a_map_is_told_as_that_one_state() -> None:
    inside = [entered("One", 1), entered("One", 2), exited("One", 3), exited("One", 7)]
    outer = _event("MapStateEntered", "stateEnteredEventDetails", "All", 0)
    end = _event("MapStateExited", "stateExitedEventDetails", "All", 8)
    (state,) = visits([outer, *inside, end])
    assert (state.name, state.entered, state.left) == ("All", START, START + timedelta(seconds=8))


def test_a_state_visited_again_is_told_again() -> None:
    first, second = visits([entered("Plan", 1), exited("Plan", 2), entered("Plan", 5)])
    assert (first.left, second.entered, second.left) == (
        START + timedelta(seconds=2),
        START + timedelta(seconds=5),
        None,
    )
