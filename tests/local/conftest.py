"""A cloud with the small app of this folder, and ways to make functions and state machines on the spot."""

from __future__ import annotations

import io
import json
import time
import uuid
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local import deploy
from local.settings import ACCOUNT, Settings
from tests.conftest import Stack

HERE = Path(__file__).parent
APP = HERE / "app"


def pytest_itemcollected(item: pytest.Item) -> None:
    """Keep the tests that share this folder's cloud in one process."""
    item.add_marker(pytest.mark.xdist_group("local"))


@pytest.fixture(scope="session")
def app(cloud: Settings) -> Stack:
    """The small app, deployed by sam."""
    deploy.build(cloud, APP)
    outputs = deploy.deploy(cloud, "app", APP)
    return Stack("app", cloud, outputs)


@dataclass(frozen=True)
class Answer:
    """What an invocation gave."""

    payload: Any
    failed: str | None
    milliseconds: float


class Workshop:
    """Makes roles, functions and state machines on a cloud, each with a name of its own."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def client(self, service: str) -> Any:
        return deploy.client(self.settings, service)

    def role(self, *statements: dict[str, Any]) -> str:
        """A role with one inline policy of these statements; returns its ARN."""
        iam, name = self.client("iam"), _name("role")
        services = ["lambda.amazonaws.com", "states.amazonaws.com", "scheduler.amazonaws.com"]
        trust = {"Effect": "Allow", "Principal": {"Service": services}, "Action": "sts:AssumeRole"}
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(trust))
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=_policy(*statements))
        return f"arn:aws:iam::{ACCOUNT}:role/{name}"

    def function(self, code: str, handler: str = "app.handler", **settings: Any) -> str:
        """A function of this code; returns its name."""
        name = _name("function")
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as files:
            files.writestr("app.py", code)
        settings = {"Role": self.role(allow("logs:*")), "Timeout": 30, "MemorySize": 256} | settings
        self.client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.13",
            Handler=handler,
            Code={"ZipFile": archive.getvalue()},
            **settings,
        )
        return name

    def invoke(self, name: str, event: Any = None) -> Answer:
        began = time.perf_counter()
        answer = self.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event or {}))
        took = (time.perf_counter() - began) * 1000
        return Answer(json.load(answer["Payload"]), answer.get("FunctionError"), took)

    def machine(self, states: dict[str, Any], *allowed: dict[str, Any], **definition: Any) -> str:
        """A JSONata state machine that starts with the first state; returns its ARN."""
        whole = {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states} | definition
        made = self.client("stepfunctions").create_state_machine(
            name=_name("machine"), definition=json.dumps(whole), roleArn=self.role(*allowed)
        )
        return str(made["stateMachineArn"])

    def start(self, machine: str, value: Any = None) -> str:
        states = self.client("stepfunctions")
        return str(
            states.start_execution(stateMachineArn=machine, input=json.dumps(value or {}))["executionArn"]
        )

    def finish(self, execution: str, seconds: float = 20) -> dict[str, Any]:
        """Wait for the end of an execution; its output is decoded."""
        states = self.client("stepfunctions")
        deadline = time.monotonic() + seconds
        while (found := states.describe_execution(executionArn=execution))["status"] == "RUNNING":
            assert time.monotonic() < deadline, f"{execution} still runs after {seconds} s"
            time.sleep(0.05)
        if found["status"] == "SUCCEEDED":
            found["output"] = json.loads(found["output"])
        return dict(found)

    def run(
        self, states: dict[str, Any], *allowed: dict[str, Any], value: Any = None, **definition: Any
    ) -> dict[str, Any]:
        """Make a machine, run it once with ``value`` and wait for its end."""
        return self.finish(self.start(self.machine(states, *allowed, **definition), value))

    def history(self, execution: str) -> list[dict[str, Any]]:
        states = self.client("stepfunctions")
        return list(states.get_execution_history(executionArn=execution, maxResults=1000)["events"])


@pytest.fixture(scope="session")
def workshop(cloud: Settings) -> Workshop:
    return Workshop(cloud)


@pytest.fixture(scope="session")
def eventually() -> Callable[[Callable[[], Any]], Any]:
    """Wait until a function gives something true, at most 20 s."""

    def wait(found: Callable[[], Any], seconds: float = 20) -> Any:
        deadline = time.monotonic() + seconds
        while not (value := found()):
            assert time.monotonic() < deadline, f"nothing after {seconds} s"
            time.sleep(0.1)
        return value

    return wait


def allow(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    """An Allow statement."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def _policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _name(kind: str) -> str:
    return f"{kind}-{uuid.uuid4().hex[:10]}"
