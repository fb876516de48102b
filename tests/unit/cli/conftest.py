"""A saleslake stack as the console sees it: outputs, ledger, buckets, queues, on moto in this process."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal

import boto3
import pytest
from click.testing import CliRunner, Result
from moto import mock_aws

from saleslake.aws.clients import client
from saleslake.aws.ledger import Ledger
from saleslake.cli import main
from saleslake.cli.context import Deployed
from saleslake.history import FileAccount, Release, Share
from saleslake.zones import release_key

STACK = "saleslake-test"
KEYS = [{"AttributeName": name, "KeyType": kind} for name, kind in (("pk", "HASH"), ("sk", "RANGE"))]
ATTRIBUTES = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")]
MACHINE = {"StartAt": "Plan", "States": {"Plan": {"Type": "Pass", "End": True}}}
ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}},
}
TEMPLATE = {
    "Resources": {
        "Landing": {"Type": "AWS::S3::Bucket"},
        "Lake": {"Type": "AWS::S3::Bucket"},
        "Ledger": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "KeySchema": KEYS,
                "AttributeDefinitions": ATTRIBUTES,
                "BillingMode": "PAY_PER_REQUEST",
            },
        },
        "Queue": {"Type": "AWS::SQS::Queue"},
        "Dead": {"Type": "AWS::SQS::Queue"},
        "Topic": {"Type": "AWS::SNS::Topic"},
        "Role": ROLE,
        "Machine": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {
                "DefinitionString": json.dumps(MACHINE),
                "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
            },
        },
    },
    "Outputs": {
        name: {"Value": value}
        for name, value in {
            "ApiUrl": "https://abc123.execute-api.eu-central-1.amazonaws.com/v1/",
            "ApiId": "abc123",
            "LandingBucketName": {"Ref": "Landing"},
            "LakeBucketName": {"Ref": "Lake"},
            "LedgerTableName": {"Ref": "Ledger"},
            "IngestQueueUrl": {"Ref": "Queue"},
            "IngestDeadLetterQueueUrl": {"Ref": "Dead"},
            "AlertTopicArn": {"Ref": "Topic"},
            "StateMachineArn": {"Ref": "Machine"},
            "WorkGroupName": "saleslake-test",
            "DatabaseName": "saleslake_test",
            "BuildDatabaseName": "saleslake_test_build",
        }.items()
    },
}


@pytest.fixture
def lake(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    """A deployed stack with nothing in it."""
    for name in (
        "AWS_ENDPOINT_URL",
        "AWS_PROFILE",
        "AWS_SESSION_TOKEN",
        "SALESLAKE_STACK",
        "SALESLAKE_API_URL",
    ):
        monkeypatch.delenv(name, raising=False)
    for name, value in (("AWS_ACCESS_KEY_ID", "testing"), ("AWS_SECRET_ACCESS_KEY", "testing")):
        monkeypatch.setenv(name, value)
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.setenv(name, "eu-central-1")
    client.cache_clear()
    with mock_aws():
        boto3.client("cloudformation").create_stack(StackName=STACK, TemplateBody=json.dumps(TEMPLATE))
        deployed = Deployed(STACK)
        # moto's CloudFormation leaves versioning out
        boto3.client("s3").put_bucket_versioning(
            Bucket=deployed.stack.output("LandingBucketName"), VersioningConfiguration={"Status": "Enabled"}
        )
        yield deployed
    client.cache_clear()


@pytest.fixture
def saleslake(lake: Deployed) -> Callable[..., Result]:
    """Call the console command on that stack."""

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["--stack", STACK, *arguments])

    return call


def share(rows: int, amount: str) -> Share:
    return Share(rows=rows, amount=Decimal(amount))


def account(file_id: str, name: str, run_id: str, **shares: Share) -> FileAccount:
    parts = dict.fromkeys(("read", "published", "quarantined", "duplicates", "superseded"), Share())
    return FileAccount(
        file_id=file_id, name=name, dataset="amazon_orders", run_id=run_id, **{**parts, **shares}
    )


def add_release(
    lake: Deployed, release_id: str, accounts: list[FileAccount], parent: str | None = None
) -> None:
    """Publish a release the way Publish leaves it: document, ledger item, flip."""
    release = Release(
        release_id=release_id,
        parent=parent,
        run_id=release_id.removeprefix("r-"),
        created_at=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
        data_as_of="2022-06-29",
        tables={},
        files={account.file_id: account for account in accounts},
    )
    lake.lake.put_bytes(release_key(release_id), release.model_dump_json().encode())
    item = {"status": "published", "created_at": release.created_at, "data_as_of": release.data_as_of}
    lake.ledger.put("release", release_id, {**item, "parent": parent, "run_id": release.run_id})
    lake.ledger.put("release", "current", {"release_id": release_id, "effective_at": 0})


def add_file(ledger: Ledger, file_id: str, name: str, state: str = "raw", **more: object) -> None:
    item = {
        "name": name,
        "state": state,
        "dataset": "amazon_orders",
        "landing_order": name,
        "landed_at": "earlier",
    }
    ledger.put("file", file_id, {**item, **more})
