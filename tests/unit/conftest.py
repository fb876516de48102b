"""A stack without functions: buckets and ledger on moto, and stand-ins for the alert topic and the state machine."""

import boto3
import pytest
from moto import mock_aws

from saleslake.aws.backend import Backend
from saleslake.aws.clients import client
from saleslake.config import Settings

SETTINGS = Settings(
    lake_bucket="lake",
    landing_bucket="landing",
    ledger_table="ledger",
    database="sales",
    build_database="sales_build",
    workgroup="sales",
    alert_topic_arn="arn:aws:sns:us-east-1:123456789012:alerts",
)


class Executions:
    """Stands for Step Functions: which executions still run, which were asked for."""

    def __init__(self):
        self.running = set()
        self.started = []

    def start(self, name, body):
        self.started.append((name, body))

    def is_running(self, arn):
        return arn in self.running


class Inbox:
    """Stands for the alert topic: what people were told."""

    def __init__(self):
        self.messages = []

    def send(self, subject, message):
        self.messages.append((subject, message))


@pytest.fixture
def backend(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        client.cache_clear()
        s3 = boto3.client("s3")
        for bucket in ("lake", "landing"):
            s3.create_bucket(Bucket=bucket)
        s3.put_bucket_versioning(Bucket="landing", VersioningConfiguration={"Status": "Enabled"})
        boto3.client("dynamodb").create_table(
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
        stack = Backend(SETTINGS)
        stack.ledger.notice_seconds = 0  # nobody reads here
        stack.machine = Executions()
        stack.alerts = Inbox()
        yield stack
        client.cache_clear()
