"""`sam build` and `sam deploy`, unchanged, against the local cloud."""

from __future__ import annotations

import fcntl
import functools
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from local.cloud import CloudError
from local.settings import CHECKOUT, REGION, ROOT_KEY, Settings

HEALTH_SECONDS = 60
Tell = Callable[[str], None]


def build(settings: Settings, folder: Path = CHECKOUT, tell: Tell = lambda _: None) -> Path:
    """Run ``sam build`` and return the built template. Unchanged functions and layers come from its cache.

    Raises
    ------
    CloudError
        The build failed; the message holds what sam said.
    """
    target = folder / ".aws-sam" / "build"
    with one_at_a_time(folder / ".aws-sam"):
        sam(["build", "--cached", "--parallel", "--config-env", "local"], folder, settings, tell)
    return target / "template.yaml"


def deploy(
    settings: Settings, stack: str, folder: Path = CHECKOUT, tell: Tell = lambda _: None
) -> dict[str, str]:
    """Run ``sam deploy`` of what was built and return the stack's outputs.

    Raises
    ------
    CloudError
        The deployment failed; the message holds what sam said and the stack's own reasons.
    """
    if _status(settings, stack) == "ROLLBACK_COMPLETE":  # a first deployment that failed can only be removed
        client(settings, "cloudformation").delete_stack(StackName=stack)
    options = ["--config-env", "local", "--stack-name", stack, "--no-confirm-changeset"]
    with one_at_a_time(folder / ".aws-sam"):
        try:
            sam(["deploy", *options, "--no-fail-on-empty-changeset"], folder, settings, tell)
        except CloudError as error:
            reasons = failures(settings, stack)
            raise CloudError(
                f"stack {stack} was not deployed:\n{reasons}" if reasons else str(error)
            ) from error
    return outputs(settings, stack)


def outputs(settings: Settings, stack: str) -> dict[str, str]:
    """The stack's outputs by name; the API's address is the one this cloud serves it at."""
    found = client(settings, "cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    named = {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}
    return named | {name: local_address(settings, url) for name, url in named.items() if name == "ApiUrl"}


def local_address(settings: Settings, url: str) -> str:
    """Where this cloud serves an API that AWS would serve at ``url``."""
    parts = urlsplit(url)
    host, path = parts.hostname or "", parts.path.rstrip("/")
    if ".execute-api." not in host:
        return url.rstrip("/")
    api, _, _ = host.partition(".")
    stage, _, rest = path.lstrip("/").partition("/")
    return f"{settings.endpoint}/restapis/{api}/{stage}/_user_request_{'/' + rest if rest else ''}"


def wait_until_healthy(settings: Settings, found: dict[str, str]) -> None:
    """Wait until ``GET /health`` of the stack's API answers 200.

    Raises
    ------
    CloudError
        It did not within a minute.
    """
    if "ApiUrl" not in found:
        return
    headers = {}
    if found.get("ApiKeyId"):
        key = client(settings, "apigateway").get_api_key(apiKey=found["ApiKeyId"], includeValue=True)
        headers["x-api-key"] = key["value"]
    asked = urllib.request.Request(f"{found['ApiUrl']}/health", headers=headers)
    deadline = time.monotonic() + HEALTH_SECONDS
    while True:
        try:
            with urllib.request.urlopen(asked, timeout=30):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError) as error:
            if getattr(error, "code", None) == HTTPStatus.UNAUTHORIZED:
                return  # it is there, and wants a token of its users
            if time.monotonic() > deadline:
                raise CloudError(f"{asked.full_url} does not answer: {error}") from error
        time.sleep(0.3)


@functools.cache
def client(settings: Settings, service: str) -> Any:
    """A boto3 client of this cloud's root user."""
    import boto3

    session = boto3.Session(ROOT_KEY, ROOT_KEY, region_name=REGION)
    return session.client(service, endpoint_url=settings.endpoint)


def _status(settings: Settings, stack: str) -> str | None:
    stacks = client(settings, "cloudformation").describe_stacks()["Stacks"]
    return next((str(found["StackStatus"]) for found in stacks if found["StackName"] == stack), None)


def failures(settings: Settings, stack: str) -> str:
    """What the resources that failed say, oldest first."""
    if _status(settings, stack) is None:
        return ""
    events = client(settings, "cloudformation").describe_stack_events(StackName=stack)["StackEvents"]
    failed = [event for event in reversed(events) if event["ResourceStatus"].endswith("_FAILED")]
    return "\n".join(
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}" for event in failed
    )


def sam(arguments: list[str], folder: Path, settings: Settings, tell: Tell) -> None:
    process = subprocess.Popen(
        ["sam", *arguments],
        cwd=folder,
        env=settings.client_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said = []
    assert process.stdout
    for line in _lines(process.stdout):
        said.append(line)
        tell(line)
    if process.wait() != 0:
        raise CloudError(f"`sam {' '.join(arguments)}` failed:\n" + "\n".join(said[-60:]))


def _lines(stream: IO[str]) -> Iterator[str]:
    for line in stream:
        if line.strip():
            yield line.rstrip()


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Two clouds of one checkout share its build folder."""
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
