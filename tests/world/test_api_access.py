"""Who may call the deployed API: with a key, with a user's token, and how often."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest

from tests.conftest import Stack


class Answer(NamedTuple):
    """Status, headers in lower case, and the JSON of an answer."""

    status: int
    headers: dict[str, str]
    body: object


def ask(stack: Stack, path: str, method: str = "GET", **headers: str) -> Answer:
    """One request to the stack's API."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(stack.outputs["ApiUrl"] + path, method=method, headers=named)
    try:
        with urllib.request.urlopen(request, timeout=60) as found:
            status, told, body = found.status, found.headers, found.read()
    except urllib.error.HTTPError as error:
        status, told, body = error.code, error.headers, error.read()
    parsed = json.loads(body) if body.strip() else None
    return Answer(status, {name.lower(): value for name, value in told.items()}, parsed)


@pytest.fixture(scope="module")
def keyed(deploy_stack: Callable[..., Stack]) -> Stack:
    """A stack whose API wants a key, and takes few requests of each."""
    return deploy_stack("api-keys", ApiAuth="key", ApiRateLimit="5", ApiBurstLimit="10")


@pytest.fixture(scope="module")
def key(keyed: Stack) -> str:
    """The key's value."""
    found = keyed.client("apigateway").get_api_key(apiKey=keyed.outputs["ApiKeyId"], includeValue=True)
    return str(found["value"])


@pytest.mark.parametrize("path", ["/health", "/analytics", "/exports/e-0"])
def test_without_a_key_nothing_is_answered_and_a_page_may_read_why(keyed: Stack, path: str) -> None:
    for given in ({}, {"x_api_key": "not-the-key-at-all"}):
        refused = ask(keyed, path, **given)
        assert refused.status == 403
        assert refused.headers["access-control-allow-origin"] == "*"


def test_with_the_key_it_is_answered(keyed: Stack, key: str) -> None:
    assert ask(keyed, "/health", x_api_key=key).status == 200
    assert ask(keyed, "/exports/e-0", x_api_key=key).status == 404


@pytest.mark.parametrize("path", ["/analytics", "/exports", "/exports/e-0"])
def test_a_preflight_needs_no_key(keyed: Stack, path: str) -> None:
    allowed = ask(keyed, path, "OPTIONS", Origin="https://page", Access_Control_Request_Method="GET")
    assert allowed.status == 204
    assert allowed.headers["access-control-allow-origin"] == "*"
    assert "x-api-key" in allowed.headers["access-control-allow-headers"].lower()


def test_a_key_that_asks_too_often_is_told_to_wait(keyed: Stack, key: str) -> None:
    with ThreadPoolExecutor(8) as callers:
        answers = list(callers.map(lambda _: ask(keyed, "/health", x_api_key=key), range(60)))
    counted = Counter(answer.status for answer in answers)
    assert set(counted) == {200, 429}
    refused = next(answer for answer in answers if answer.status == 429)
    assert refused.headers["access-control-allow-origin"] == "*"


def test_with_a_user_pool_only_its_tokens_are_taken(deploy_stack: Callable[..., Stack]) -> None:
    stack = deploy_stack("api-users", ApiAuth="cognito")
    assert "ApiKeyId" not in stack.outputs
    assert ask(stack, "/health").status == 401
    assert ask(stack, "/health", Authorization="made.up.token").status == 401
    answer = ask(stack, "/health", Authorization=token(stack))
    assert (answer.status, answer.body["status"]) == (200, "ok")  # type: ignore[index]
    assert ask(stack, "/analytics", "OPTIONS", Origin="https://page").status == 204


def token(stack: Stack) -> str:
    """The token of a user whom an administrator made."""
    described = stack.client("cloudformation").describe_stack_resource(
        StackName=stack.name, LogicalResourceId="UserPool"
    )
    pool, users = described["StackResourceDetail"]["PhysicalResourceId"], stack.client("cognito-idp")
    users.admin_create_user(UserPoolId=pool, Username="analyst", MessageAction="SUPPRESS")
    users.admin_set_user_password(
        UserPoolId=pool, Username="analyst", Password="Correct-Horse-9-Battery", Permanent=True
    )
    signed_in = users.initiate_auth(
        ClientId=stack.outputs["ApiUserPoolClientId"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "analyst", "PASSWORD": "Correct-Horse-9-Battery"},
    )
    return str(signed_in["AuthenticationResult"]["IdToken"])
