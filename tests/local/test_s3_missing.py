"""Whether a key is there is told to those who may list its bucket, to nobody else."""

import pytest

from local import permissions
from tests.local.conftest import Workshop, allow
from tests.local.test_states_integrations import call

BUCKET = "keys-that-are-not-there"
READ = allow("s3:GetObject", f"arn:aws:s3:::{BUCKET}/*")
LIST = allow("s3:ListBucket", f"arn:aws:s3:::{BUCKET}", Sid="SeeWhatIsGone")


@pytest.fixture(scope="module")
def bucket(workshop: Workshop) -> str:
    s3 = workshop.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    for key in ("there", "deleted"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"text")
    s3.delete_object(Bucket=BUCKET, Key="deleted")
    return BUCKET


def ask(workshop: Workshop, action: str, key: str, *may: dict) -> dict:
    return workshop.run(call(f"aws-sdk:s3:{action}", {"Bucket": BUCKET, "Key": key}), *may)


@pytest.mark.parametrize("key", ["missing", "deleted"])
def test_without_list_bucket_a_missing_key_is_forbidden(workshop: Workshop, bucket: str, key: str) -> None:
    denied = ask(workshop, "getObject", key, READ)
    assert denied["error"] == "S3.S3Exception"
    assert f'not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::{bucket}"' in denied["cause"]
    assert "Status Code: 403" in denied["cause"]
    assert "Status Code: 403" in ask(workshop, "headObject", key, READ)["cause"]


@pytest.mark.parametrize("key", ["missing", "deleted"])
def test_with_list_bucket_a_missing_key_is_not_found(workshop: Workshop, bucket: str, key: str) -> None:
    assert ask(workshop, "getObject", key, READ, LIST)["error"] == "S3.NoSuchKeyException"
    assert "Status Code: 404" in ask(workshop, "headObject", key, READ, LIST)["cause"]


def test_a_key_that_is_there_needs_no_list_bucket(workshop: Workshop, bucket: str) -> None:
    assert ask(workshop, "getObject", "there", READ)["output"]["Body"] == "text"


def test_list_bucket_for_a_prefix_only_does_not_cover_reading(workshop: Workshop, bucket: str) -> None:
    """A read names no prefix, so a condition on it is not met."""
    prefix = LIST | {"Condition": {"StringLike": {"s3:prefix": "miss*"}}}
    assert ask(workshop, "getObject", "missing", READ, prefix)["error"] == "S3.S3Exception"


def test_the_root_user_is_told_what_is_missing(workshop: Workshop, bucket: str) -> None:
    with pytest.raises(workshop.client("s3").exceptions.NoSuchKey):
        workshop.client("s3").get_object(Bucket=bucket, Key="missing")


def test_the_statement_that_lets_a_role_see_what_is_gone_is_counted(
    workshop: Workshop, bucket: str, eventually
) -> None:
    machine = workshop.machine(call("aws-sdk:s3:headObject", {"Bucket": BUCKET, "Key": "gone"}), READ, LIST)
    role = workshop.client("stepfunctions").describe_state_machine(stateMachineArn=machine)["roleArn"]
    workshop.finish(workshop.start(machine))
    counted = {"role": role.rpartition("/")[2], "policy": "p", "statement": "SeeWhatIsGone"} | {
        "action": "s3:ListBucket",
        "allowed": 1,
    }
    eventually(lambda: counted in permissions._lines(workshop.settings))
