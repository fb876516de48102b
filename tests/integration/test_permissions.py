"""Roles are enforced: each statement is needed, each need is granted, and what is missing stops the work."""

import json
import re
import urllib.parse
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest

from local import permissions
from tests.integration.lake import wait_for

pytestmark = pytest.mark.slow

HEADER = "Order ID,Date,Status,Fulfilment,SKU,Category,Qty,currency,Amount,ship-state,B2B\n"
LINE = "405-{},{},Shipped,Amazon,SKU-{},Set,1,INR,100.00,GOA,False\n"

# Statements that nothing here can use, each with its reason.
UNUSED = {
    ("StateMachineRole", "FollowMap"): "the emulator follows a distributed Map without asking itself",
    ("PlanFunctionRole", "HandOver"): "only an execution that has planned many times hands over",
    **dict.fromkeys(
        [("PullFunctionRole", sid) for sid in ("DeliverPages", "KeepWatermark", "AlertOnFailure")],
        "without a source there is nothing to pull: tests/world/test_new_dataset.py has one",
    ),
    ("*", "AWSLambdaBasicExecutionRole"): "the emulator writes function logs itself",
}


def report(tmp_path, name, day, count=20):
    path = tmp_path / f"{name}.csv"
    path.write_text(HEADER + "".join(LINE.format(f"{name}-{n}", day, n) for n in range(count)))
    return path


@pytest.fixture(scope="module")
def loaded(lake, reports):
    """One release, so that there is something to read, to replace and to go back to."""
    lake.load(reports(1_000, 61))
    return lake.release()["release_id"]


@pytest.mark.parametrize(
    ("role", "sid", "state"),
    [
        ("PlanFunctionRole", "WriteManifest", "Plan"),
        ("TransformFunctionRole", "WriteRows", "Transform"),
        ("StateMachineRole", "CommitBuildTables", "BuildWarehouse"),
        ("StateMachineRole", "ReadProcessedRows", "BuildWarehouse"),
        ("PublishFunctionRole", "MovePointers", "Publish"),
    ],
)
def test_a_run_without_one_statement_is_denied_and_changes_nothing(lake, loaded, tmp_path, role, sid, state):
    release = lake.release()["release_id"]
    before = lake.analytics()["data"]
    with lake.without_statement(role, sid):
        delivery = lake.drop(report(tmp_path, sid, "01-31-22"))
        lake.delivered(delivery)
        lake.settle()
        execution = lake.executions()[0]
    described = lake.client("stepfunctions").describe_execution(executionArn=execution["executionArn"])
    assert described["status"] == "FAILED"
    assert described["cause"].startswith(f"{state}:")
    assert re.search("AccessDenied|Permission denied|not authorized", described["cause"]), described["cause"]
    assert lake.release()["release_id"] == release
    assert lake.analytics()["data"] == before
    lake.run_by_hand()
    assert lake.delivered(delivery)["file_id"] in lake.release()["files"]


def test_the_api_without_its_table_files_says_so_and_tells_no_internals(lake, loaded, tmp_path):
    lake.load(report(tmp_path, "another", "03-31-22"))
    with lake.without_statement("ServeFunctionRole", "ReadTableFiles"):
        answer = lake.get("/analytics")
    assert answer.status == 500
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "arn:" not in str(answer.json)


def test_every_statement_of_every_role_was_needed(cloud, lake, loaded, tmp_path, reports):
    # refused at the door, after the check of all dates, and by the check of a file whose bytes were spoilt
    doubtful = report(tmp_path, "doubtful", "1/2/2022")
    lake.load(report(tmp_path, "fine", "02-28-22"), doubtful)
    (tmp_path / "broken.csv").write_text("a,b\n1,2\n")
    lake.delivered(lake.drop(tmp_path / "broken.csv"))
    for number, body in enumerate((b"\xff\xfe\xff\n" * 500, None)):
        delivery = lake.delivered(lake.drop(report(tmp_path, f"spoilt-{number}", "02-27-22")))
        key = lake.item("file", delivery["file_id"])["raw_key"]
        if body is None:
            lake.client("s3").delete_object(Bucket=lake.outputs["LakeBucketName"], Key=key)
        else:
            lake.client("s3").put_object(Bucket=lake.outputs["LakeBucketName"], Key=key, Body=body)
        lake.settle()
        assert lake.item("file", delivery["file_id"])["state"] == "refused"

    # rows so bad that the run stops, and a check by the clock that has that to tell
    dreadful = tmp_path / "dreadful.csv"
    bad = "405-{},01-31-22,Shipped,Amazon,,Set,-1,USD,100.00,GOA,False\n"
    dreadful.write_text(HEADER + "".join(bad.format(n) for n in range(120)))
    delivery = lake.delivered(lake.drop(dreadful))
    lake.settle()
    assert lake.item("file", delivery["file_id"])["state"] == "held"
    run_now(lake, "SixHourlyCheck", "cron(0 0/6 * * ? *)", lambda: lake.items("incident"))

    # an object that is gone before its event is read
    gone = {
        "detail": {
            "bucket": {"name": lake.outputs["LandingBucketName"]},
            "object": {"key": "landing/gone.csv"},
        }
    }
    lake.client("sqs").send_message(QueueUrl=lake.outputs["IngestQueueUrl"], MessageBody=json.dumps(gone))
    lake.settle()

    # a holder that died, a rollback, a run by the clock
    ended = lake.executions()[0]["executionArn"]
    lease = lake.item("lease", "lease")
    lake.client("dynamodb").put_item(
        TableName=lake.outputs["LedgerTableName"],
        Item={
            "pk": {"S": "lease"},
            "sk": {"S": "lease"},
            "execution_arn": {"S": ended},
            "token": {"N": str(lease["token"] + 1)},
        },
    )
    assert lake.rollback("r-of-nowhere")["status"] == "FAILED"
    assert lake.rollback(loaded)["status"] == "SUCCEEDED"
    before = len(lake.executions())
    run_now(lake, "NightlyRun", "cron(0 2 * * ? *)", lambda: len(lake.executions()) > before)
    lake.settle()
    lake.analytics()

    # an export, and answers ahead of what was asked
    question = {"measures": ["revenue"], "dimensions": ["state"], "filters": {"is_b2b": [True, False]}}
    export = exported(lake, question)
    with urllib.request.urlopen(export["url"], timeout=60) as file:
        assert file.read().startswith(b'"state","revenue"')
    wait_for(lambda: asks(lake), "what is asked to be written down", 60)
    refresh = lake.client("lambda").invoke(FunctionName=lake.role("RefreshFunction"), Payload=b"{}")
    assert json.loads(refresh["Payload"].read())["failed"] == 0

    # answers that expire, tables that are tidied up, and an execution that is stopped while a file waits
    for name in ("one more", "and one more"):
        lake.load(report(tmp_path, name, "03-30-22"))
        lake.analytics()
    assert lake.run_by_hand(expire={"keep": 1})["status"] == "SUCCEEDED"
    assert lake.run_by_hand(maintain=True)["status"] == "SUCCEEDED"
    stopped = lake.drop(report(tmp_path, "stopped", "03-29-22"))
    wait_for(lambda: (lake.item("lease", "lease") or {}).get("execution_arn"), "the lease to be taken", 60)
    lake.client("stepfunctions").stop_execution(executionArn=lake.item("lease", "lease")["execution_arn"])
    wait_for(lambda: lake.delivered(stopped)["file_id"] in lake.release()["files"], "a run after it", 90)
    lake.settle()

    never = {
        (statement.role, statement.name)
        for statement in permissions.statements(cloud, lake.outputs["WorkGroupName"])
        if not statement.used and not excused(statement)
    }
    assert never == set()


def run_now(lake, schedule, expression, has_run):
    """Do now what a schedule does in its time."""
    scheduler, stack = lake.client("scheduler"), lake.outputs["WorkGroupName"]
    known = scheduler.get_schedule(Name=lake.role(schedule))
    assert known["ScheduleExpression"] == expression
    soon = datetime.now(UTC) + timedelta(seconds=1)
    scheduler.create_schedule(
        Name=f"{stack}-{schedule}-now",
        ScheduleExpression=f"at({soon:%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow=known["FlexibleTimeWindow"],
        Target=known["Target"],
    )
    wait_for(has_run, f"{schedule} to run", 90)


def exported(lake, question):
    """An export once its file is there."""
    address = f"{lake.outputs['ApiUrl']}/exports"
    request = urllib.request.Request(address, json.dumps(question).encode(), method="POST")
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.status == 202
        address = urllib.parse.urljoin(address, answer.headers["Location"])

    def found():
        with urllib.request.urlopen(address, timeout=60) as answer:
            export = json.load(answer)
        assert export["status"] != "failed"
        return export if export["url"] else None

    return wait_for(found, "the export to end", 60)


def asks(lake):
    """Whether the API has written down what it was asked; it does so now and then, when it is asked."""
    lake.analytics()
    listed = lake.client("s3").list_objects_v2(Bucket=lake.outputs["LakeBucketName"], Prefix="asks/")
    return "Contents" in listed


def excused(statement):
    return any(
        (role == "*" or role in statement.role)
        and (name in (statement.name, statement.policy.rsplit("/", 1)[-1]))
        for role, name in UNUSED
    )
