"""The ledger's promises: one holder, one flip, nothing lost on the way to DynamoDB and back."""

import time

import boto3
import pytest
from moto import mock_aws

from saleslake.aws.ledger import READER_HOLD_SECONDS, Lease, Ledger
from saleslake.errors import LeaseLost, ReleaseChanged


@pytest.fixture
def ledger(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        dynamodb = boto3.client("dynamodb", region_name="us-east-1")
        dynamodb.create_table(
            TableName="ledger",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
        )
        yield Ledger("ledger", dynamodb)


def test_an_item_comes_back_as_it_was_written(ledger):
    item = {"name": "report.csv", "size": 7, "reasons": [{"line": 3}], "format": {"bom": True}, "none": None}
    ledger.put("file", "abc", item)
    del item["none"]
    assert ledger.get("file", "abc") == {**item, "sk": "abc"}


def test_adding_twice_keeps_the_first(ledger):
    assert ledger.add("file", "abc", {"n": 1})
    assert not ledger.add("file", "abc", {"n": 2})
    assert ledger.get("file", "abc")["n"] == 1


def test_items_of_a_kind_come_in_order_of_their_names(ledger):
    for name in ("b", "a", "c"):
        ledger.put("run", name, {})
    ledger.put("file", "z", {})
    assert [item["sk"] for item in ledger.items("run")] == ["a", "b", "c"]
    assert [item["sk"] for item in ledger.items("run", newest_first=True, limit=2)] == ["c", "b"]


def test_of_two_who_saw_the_same_lease_one_gets_it(ledger):
    first = ledger.take_lease("execution-1", None)
    assert first == Lease("execution-1", 1)
    assert ledger.take_lease("execution-2", None) is None
    assert ledger.take_lease("execution-2", first) == Lease("execution-2", 2)
    assert ledger.take_lease("execution-3", first) is None


def test_giving_back_a_lost_lease_takes_nothing_from_its_new_holder(ledger):
    first = ledger.take_lease("execution-1", None)
    second = ledger.take_lease("execution-2", first)
    ledger.release_lease(first)
    assert ledger.lease() == second


def test_publishing_flips_the_current_release(ledger):
    lease = ledger.take_lease("execution-1", None)
    assert ledger.current() is None
    ledger.publish("r-1", {"run_id": "1"}, parent=None, lease=lease)
    assert ledger.current().release_id == "r-1"
    ledger.publish("r-2", {"run_id": "2"}, parent="r-1", lease=lease)
    assert ledger.current().release_id == "r-2"
    assert ledger.get("release", "r-2")["run_id"] == "2"


def test_a_flip_says_from_when_on_readers_see_it(ledger):
    lease = ledger.take_lease("execution-1", None)
    before = time.time()
    ledger.publish("r-1", {}, parent=None, lease=lease)
    ledger.publish("r-2", {}, parent="r-1", lease=lease)
    current = ledger.current()
    assert (current.release_id, current.previous) == ("r-2", "r-1")
    assert before + 2 * READER_HOLD_SECONDS <= current.effective_at / 1000 + 0.001 <= time.time() + 1.01
    assert current.seen_at(current.effective_at / 1000 - 0.001) == "r-1"
    assert current.seen_at(current.effective_at / 1000) == "r-2"
    ledger.wait_for_readers()
    assert current.seen_at(time.time()) == "r-2"


def test_who_lost_the_lease_cannot_publish(ledger):
    old = ledger.take_lease("execution-1", None)
    ledger.take_lease("execution-2", old)
    with pytest.raises(LeaseLost):
        ledger.publish("r-1", {}, parent=None, lease=old)
    assert ledger.current() is None
    assert ledger.get("release", "r-1") is None


def test_a_release_built_on_another_parent_is_not_published(ledger):
    lease = ledger.take_lease("execution-1", None)
    ledger.publish("r-1", {}, parent=None, lease=lease)
    for parent in (None, "r-0"):
        with pytest.raises(ReleaseChanged):
            ledger.publish("r-2", {}, parent=parent, lease=lease)
    assert ledger.current().release_id == "r-1"


def test_withdrawing_marks_the_releases_and_flips_back(ledger):
    lease = ledger.take_lease("execution-1", None)
    ledger.publish("r-1", {"status": "published"}, parent=None, lease=lease)
    ledger.publish("r-2", {"status": "published"}, parent="r-1", lease=lease)
    ledger.withdraw(["r-2"], to="r-1", parent="r-2", lease=lease)
    assert ledger.current().release_id == "r-1"
    assert ledger.get("release", "r-2")["status"] == "withdrawn"
    assert ledger.get("release", "r-1")["status"] == "published"
