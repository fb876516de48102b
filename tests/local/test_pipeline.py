"""The emulator's services between the pipeline's parts, deployed by the real SAM transform."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from local import deploy
from tests.conftest import Stack
from tests.local.conftest import APP, Workshop, allow


def count(app: Stack, name: str) -> int:
    found = app.client("dynamodb").get_item(
        TableName=app.outputs["TableName"], Key={"pk": {"S": "count"}, "sk": {"S": name}}
    )
    return int(found["Item"]["n"]["N"]) if "Item" in found else 0


def test_an_upload_reaches_the_function_and_a_refused_one_the_dead_letters(app: Stack, eventually) -> None:
    for name in ("landing/good 1.csv", "landing/bad.csv", "elsewhere/x.csv"):
        app.client("s3").put_object(Bucket=app.outputs["BucketName"], Key=name, Body=b"a,b\n1,2\n")
    eventually(lambda: count(app, "seen landing/good 1.csv") == 1)

    def dead() -> list:
        return app.client("sqs").receive_message(QueueUrl=app.outputs["DeadLettersUrl"]).get("Messages", [])

    letter = eventually(dead)[0]
    detail = json.loads(letter["Body"])["detail"]
    assert detail["object"]["key"] == "landing/bad.csv"
    assert detail["object"]["version-id"]
    assert count(app, "seen landing/bad.csv") == 2
    assert count(app, "seen landing/good 1.csv") == 1
    assert count(app, "seen elsewhere/x.csv") == 0


def test_a_custom_resource_is_created_updated_and_its_failure_rolls_back(app: Stack) -> None:
    assert app.outputs["Shout"] == "HELLO"
    changed = _update(app, "again")
    assert changed == "AGAIN"
    note = {"pk": {"S": "note#Update"}, "sk": {"S": "1"}}
    found = app.client("dynamodb").get_item(TableName=app.outputs["TableName"], Key=note)
    assert found["Item"]["text"]["S"] == "again"
    assert _update(app, "refuse") == "AGAIN"
    assert _status(app) == "UPDATE_ROLLBACK_COMPLETE"


def _update(app: Stack, text: str) -> str:
    cloudformation = app.client("cloudformation")
    cloudformation.update_stack(
        StackName=app.name,
        UsePreviousTemplate=True,
        Parameters=[{"ParameterKey": "Text", "ParameterValue": text}],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    while _status(app).endswith("IN_PROGRESS"):
        time.sleep(0.1)
    return deploy.outputs(app.settings, app.name)["Shout"]


def _status(app: Stack) -> str:
    return app.client("cloudformation").describe_stacks(StackName=app.name)["Stacks"][0]["StackStatus"]


def test_the_api_wants_a_key_but_not_for_a_preflight(app: Stack) -> None:
    url = f"{app.outputs['ApiUrl']}/health"
    key = app.client("apigateway").get_api_key(apiKey=app.outputs["ApiKeyId"], includeValue=True)["value"]
    with urllib.request.urlopen(urllib.request.Request(url, headers={"x-api-key": key})) as answer:
        assert json.load(answer) == {"status": "ok"}
    for headers in ({}, {"x-api-key": "wrong"}):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(urllib.request.Request(url, headers=headers))
        assert refused.value.code == 403
        assert refused.value.headers["Access-Control-Allow-Origin"] == "*"
    asked = {"Origin": "https://dash.example", "Access-Control-Request-Method": "GET"}
    with urllib.request.urlopen(urllib.request.Request(url, method="OPTIONS", headers=asked)) as answer:
        assert answer.status == 200
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Access-Control-Allow-Methods"] == "GET,OPTIONS"


def test_a_deployed_machine_runs_with_its_substitutions(app: Stack, workshop: Workshop) -> None:
    done = workshop.finish(workshop.start(app.outputs["MachineArn"], {"count": "retry", "until": 2}))
    assert done["output"]["n"] == 2


def test_a_schedule_starts_a_machine_once_as_its_role(workshop: Workshop, eventually) -> None:
    machine = workshop.machine({"Say": {"Type": "Pass", "End": True}})
    at = (datetime.now(UTC) + timedelta(seconds=1)).strftime("at(%Y-%m-%dT%H:%M:%S)")
    roles = {"allowed": workshop.role(allow("states:StartExecution", machine)), "denied": workshop.role()}
    for name, role in roles.items():
        workshop.client("scheduler").create_schedule(
            Name=name,
            ScheduleExpression=at,
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": machine, "RoleArn": role, "Input": json.dumps({"by": name})},
        )
    states = workshop.client("stepfunctions")
    eventually(lambda: states.list_executions(stateMachineArn=machine)["executions"])
    time.sleep(1.5)
    runs = states.list_executions(stateMachineArn=machine)["executions"]
    inputs = [
        json.loads(states.describe_execution(executionArn=run["executionArn"])["input"]) for run in runs
    ]
    assert inputs == [{"by": "allowed"}]


def test_a_conditional_write_and_a_transaction_are_all_or_nothing(workshop: Workshop) -> None:
    dynamodb = workshop.client("dynamodb")
    dynamodb.create_table(
        TableName="releases",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )

    def put(key: str, condition: str) -> dict:
        return {"TableName": "releases", "Item": {"pk": {"S": key}}, "ConditionExpression": condition}

    dynamodb.put_item(**put("current", "attribute_not_exists(pk)"))
    with pytest.raises(ClientError, match="ConditionalCheckFailedException"):
        dynamodb.put_item(**put("current", "attribute_not_exists(pk)"))
    writes = [
        {"Put": put("new", "attribute_not_exists(pk)")},
        {"Put": put("current", "attribute_not_exists(pk)")},
    ]
    with pytest.raises(ClientError, match="TransactionCanceledException") as cancelled:
        dynamodb.transact_write_items(TransactItems=writes)
    reasons = [reason["Code"] for reason in cancelled.value.response["CancellationReasons"]]
    assert reasons == ["None", "ConditionalCheckFailed"]
    assert "Item" not in dynamodb.get_item(TableName="releases", Key={"pk": {"S": "new"}})


def test_only_one_of_many_conditional_writes_at_once_wins(workshop: Workshop) -> None:
    dynamodb = workshop.client("dynamodb")
    dynamodb.create_table(
        TableName="leases",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )
    won: list[int] = []

    def take(number: int) -> None:
        try:
            dynamodb.put_item(
                TableName="leases",
                Item={"pk": {"S": "lease"}},
                ConditionExpression="attribute_not_exists(pk)",
            )
            won.append(number)
        except dynamodb.exceptions.ConditionalCheckFailedException:
            return

    threads = [threading.Thread(target=take, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1


def test_a_glue_table_is_updated_only_on_the_version_that_was_read(workshop: Workshop) -> None:
    glue = workshop.client("glue")
    glue.create_database(DatabaseInput={"Name": "pointers"})
    glue.create_table(
        DatabaseName="pointers", TableInput={"Name": "t", "Parameters": {"metadata_location": "s3://a"}}
    )
    read = glue.get_table(DatabaseName="pointers", Name="t")["Table"]["VersionId"]

    def point(location: str, version: str) -> None:
        table = {"Name": "t", "Parameters": {"metadata_location": location}}
        glue.update_table(DatabaseName="pointers", TableInput=table, VersionId=version, SkipArchive=True)

    point("s3://b", read)
    with pytest.raises(ClientError) as late:
        point("s3://c", read)
    assert late.value.response["Error"]["Code"] == "ConcurrentModificationException"
    assert (
        glue.get_table(DatabaseName="pointers", Name="t")["Table"]["Parameters"]["metadata_location"]
        == "s3://b"
    )


def test_the_template_of_the_app_is_the_one_that_runs(app: Stack) -> None:
    written = (APP / "template.yaml").read_text()
    assert all(name in app.outputs for name in ("ApiUrl", "MachineArn"))
    assert "AWS::Serverless-2016-10-31" in written


def test_eventbridge_delivers_only_to_a_queue_that_lets_it_in(workshop: Workshop, eventually) -> None:
    sqs, events = workshop.client("sqs"), workshop.client("events")
    pattern = json.dumps({"source": ["test.admission"]})
    rule = events.put_rule(Name="admission", EventPattern=pattern)["RuleArn"]
    queues = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("open", "shut")}
    arns = {name: f"arn:aws:sqs:us-east-1:000000000000:{name}" for name in queues}
    grant = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arns["open"],
        "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
    }
    sqs.set_queue_attributes(
        QueueUrl=queues["open"], Attributes={"Policy": json.dumps({"Statement": [grant]})}
    )
    events.put_targets(Rule="admission", Targets=[{"Id": name, "Arn": arn} for name, arn in arns.items()])
    events.put_events(Entries=[{"Source": "test.admission", "DetailType": "t", "Detail": "{}"}])
    eventually(lambda: sqs.receive_message(QueueUrl=queues["open"]).get("Messages"))
    assert "Messages" not in sqs.receive_message(QueueUrl=queues["shut"])


def test_a_function_needs_its_role_to_read_its_queue_and_to_log(workshop: Workshop) -> None:
    queue = workshop.client("sqs").create_queue(
        QueueName="unreadable", Attributes={"VisibilityTimeout": "1"}
    )["QueueUrl"]
    code = "def handler(event, context): print('read')"
    silent = workshop.function(code, Role=workshop.role())
    workshop.client("lambda").create_event_source_mapping(
        FunctionName=silent, EventSourceArn="arn:aws:sqs:us-east-1:000000000000:unreadable"
    )
    workshop.client("sqs").send_message(QueueUrl=queue, MessageBody="x")
    workshop.invoke(silent)
    time.sleep(1.5)
    mapping = workshop.client("lambda").list_event_source_mappings(FunctionName=silent)[
        "EventSourceMappings"
    ][0]
    assert "not authorized to perform: sqs:ReceiveMessage" in mapping["LastProcessingResult"]
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        workshop.client("logs").describe_log_streams(logGroupName=f"/aws/lambda/{silent}")


def test_a_bucket_that_demands_tls_is_reached(workshop: Workshop) -> None:
    s3 = workshop.client("s3")
    s3.create_bucket(Bucket="only-tls")
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::only-tls/*"}
    deny["Condition"] = {"Bool": {"aws:SecureTransport": "false"}}
    s3.put_bucket_policy(Bucket="only-tls", Policy=json.dumps({"Statement": [deny]}))
    write = "boto3.client('s3').put_object(Bucket='only-tls', Key='k', Body=b'')"
    code = f"import boto3\ndef handler(event, context): {write}"
    assert workshop.invoke(workshop.function(code, Role=workshop.role(allow("s3:PutObject")))).failed is None
