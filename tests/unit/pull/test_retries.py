"""An API that is busy is asked again, one that refuses is not."""

import json
import time

import pytest

from saleslake.aws.secrets import Secrets
from tests.unit.pull.api import busy, ok, serving


class Manager:
    """Stands for Secrets Manager with one secret."""

    def __init__(self, text):
        self.text = text

    def get_secret_value(self, SecretId):  # noqa: N803 - as boto3 spells it
        assert SecretId == "arn:sources"
        return {"SecretString": self.text}


def in_turn(*answers):
    left = list(answers)
    return lambda asked: left.pop(0) if len(left) > 1 else left[0]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_api_is_asked_again(puller, status):
    with serving(in_turn(busy(status), busy(status), ok([{"order_id": "W1"}]))) as api:
        pulled = puller.pull(puller.source(api))
    assert (pulled.complete, len(api.asked)) == (True, 3)
    assert puller.records() == [{"order_id": "W1"}]


def test_an_api_that_says_how_long_to_wait_is_left_alone_for_so_long(puller):
    with serving(in_turn(busy(429, Retry_After="1"), ok([{"order_id": "W1"}]))) as api:
        began = time.monotonic()
        assert puller.pull(puller.source(api)).complete
    assert time.monotonic() - began >= 1


def test_nobody_is_paid_to_wait_for_an_hour(puller):
    with serving(in_turn(busy(429, Retry_After="3600"))) as api:
        pulled = puller.pull(puller.source(api))
    assert pulled.reason == "status 429: it asks to wait 3600 s"
    assert len(api.asked) == 1


def test_an_api_that_stays_down_is_given_up_after_five_attempts(puller):
    with serving(in_turn(busy(503))) as api:
        pulled = puller.pull(puller.source(api))
    assert (len(api.asked), pulled.complete) == (5, False)
    assert pulled.reason.startswith("asked 5 times: too many 503")


def test_an_answer_that_is_cut_off_is_fetched_again(puller):
    whole = json.dumps([{"order_id": "W1"}]).encode()
    cut = (200, {"Content-Length": str(len(whole)), "Connection": "close"}, whole[:9])
    with serving(in_turn(cut, (200, {}, whole))) as api:
        pulled = puller.pull(puller.source(api))
    assert (pulled.complete, len(api.asked)) == (True, 2)
    assert list(puller.landed().values()) == [whole.decode()]


def test_an_api_that_does_not_answer_in_time_is_asked_again(puller):
    def slow_at_first(asked):
        if len(api.asked) == 1:
            time.sleep(0.4)
        return ok([{"order_id": "W1"}])

    with serving(slow_at_first) as api:
        assert puller.pull(puller.source(api, limits={"timeout_seconds": 0.2})).complete
    assert len(api.asked) == 2


@pytest.mark.parametrize(
    ("auth", "entry", "header"),
    [
        ({"type": "bearer"}, "t0ken", ("Authorization", "Bearer t0ken")),
        ({"type": "header", "header": "X-Shop-Key"}, "k3y", ("X-Shop-Key", "k3y")),
        (
            {"type": "basic"},
            {"username": "ann", "password": "pä:ß"},
            ("Authorization", "Basic YW5uOnDDpDrDnw=="),
        ),
    ],
)
def test_requests_are_signed_with_what_the_secret_says_of_the_source(puller, auth, entry, header):
    puller.backend.secrets = Secrets("arn:sources", Manager(json.dumps({"shop_orders": entry, "other": "x"})))
    with serving(lambda asked: ok([])) as api:
        assert puller.pull(puller.source(api, auth=auth)).complete
    name, value = header
    assert api.asked[0].headers[name] == value


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (None, "deploy with PullSecretArn"),
        ("t0ken", "is no JSON text"),
        ('{"other": "t0ken"}', "has no entry 'shop_orders'"),
        ('{"shop_orders": {"token": "t0ken"}}', "the secret has no text for shop_orders"),
        ('{"shop_orders": ""}', "the secret has no text for shop_orders"),
    ],
)
def test_a_secret_without_the_credentials_is_said_and_never_repeated(puller, text, complaint):
    if text is not None:
        puller.backend.secrets = Secrets("arn:sources", Manager(text))
    with serving(lambda asked: ok([])) as api:
        pulled = puller.pull(puller.source(api, auth={"type": "bearer"}))
    assert complaint in pulled.reason
    assert "t0ken" not in pulled.reason
    assert api.asked == []


def test_a_source_that_fails_leaves_the_others_alone(puller):
    from saleslake.pull.run import PullRequest, pull

    with serving(lambda asked: ok([{"order_id": "W1"}])) as api:
        good, bad = puller.source(api), puller.source(api, items="data").model_copy(update={"name": "bad"})
        pulled = pull(
            PullRequest(), puller.backend, seconds_left=lambda: 600, sources={"bad": bad, "good": good}
        )
    assert [entry.reason is None for entry in pulled] == [False, True]
    assert puller.records() == [{"order_id": "W1"}]
