"""The same against S3, DynamoDB and Secrets Manager as moto has them."""

import json

import boto3
import pytest

from saleslake.aws.secrets import Secrets, SecretUnusable
from tests.unit.pull.api import ok, serving
from tests.unit.pull.conftest import Puller

MARK = {"field": "updated_at", "parameter": "since"}


def test_pages_land_in_the_bucket_and_the_watermark_in_the_ledger(backend):
    secret = boto3.client("secretsmanager").create_secret(Name="sources", SecretString='{"shop_orders": "t"}')
    backend.secrets = Secrets(secret["ARN"])
    page = '[{"order_id": "W1", "total": 1.10, "updated_at": "2026-01-01T00:00:00Z"}]'
    puller = Puller(backend)
    with serving(lambda asked: ok(page)) as api:
        source = puller.source(api, auth={"type": "bearer"}, watermark=MARK)
        assert puller.pull(source, seconds_left=1).complete
    (entry,) = boto3.client("s3").list_objects_v2(Bucket="landing")["Contents"]
    assert backend.landing.get_bytes(entry["Key"]).decode() == page
    kept = backend.ledger.get("source", "shop_orders")
    assert (kept["watermark"], kept["pages"], kept["records"]) == ("2026-01-01T00:00:00Z", 1, 1)
    assert "unfinished" not in kept


def test_a_pull_that_is_not_done_is_kept_in_the_ledger(backend):
    puller = Puller(backend)

    def answer(asked):
        return ok([{"updated_at": "2026-01-01T00:00:00Z"}] if asked.query["page"] < "3" else [])

    with serving(answer) as api:
        source = puller.source(api, pagination={"type": "page"}, watermark=MARK)
        assert not puller.pull(source, seconds_left=1).complete
        kept = backend.ledger.get("source", "shop_orders")
        assert "watermark" not in kept
        assert kept["unfinished"]["highest"] == "2026-01-01T00:00:00Z"
        assert puller.pull(source).watermark == "2026-01-01T00:00:00Z"
    assert json.dumps([asked.query["page"] for asked in api.asked]) == '["1", "2", "3"]'


def test_a_secret_that_is_not_there_is_said(backend):
    arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:sources-AbCdEf"
    with pytest.raises(SecretUnusable, match="ResourceNotFoundException"):
        Secrets(arn).entry("shop_orders")
