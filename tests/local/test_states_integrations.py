"""Service integrations of Step Functions: their results, their errors, and the role that calls."""

import json

import pytest

from tests.local.conftest import Workshop, allow


def call(resource: str, arguments: dict, **more: object) -> dict:
    state = {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Arguments": arguments, "End": True}
    return {"Call": state | more}


@pytest.fixture(scope="module")
def table(workshop: Workshop) -> str:
    workshop.client("dynamodb").create_table(
        TableName="ledger",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )
    return "ledger"


def test_an_object_is_read_as_text(workshop: Workshop) -> None:
    workshop.client("s3").create_bucket(Bucket="texts")
    workshop.client("s3").put_object(Bucket="texts", Key="a.sql", Body="SELECT '₹'".encode())
    read = call(
        "aws-sdk:s3:getObject", {"Bucket": "texts", "Key": "a.sql"}, Output="{% $states.result.Body %}"
    )
    assert workshop.run(read, allow("s3:GetObject"))["output"] == "SELECT '₹'"
    missing = call("aws-sdk:s3:getObject", {"Bucket": "texts", "Key": "b.sql"})
    assert workshop.run(missing, allow(["s3:GetObject", "s3:ListBucket"]))["error"] == "S3.NoSuchKeyException"
    denied = workshop.run(read)
    assert denied["error"] == "S3.S3Exception"
    assert "not authorized to perform: s3:GetObject" in denied["cause"]


def test_a_message_is_published_by_the_role(workshop: Workshop) -> None:
    topic = workshop.client("sns").create_topic(Name="alerts")["TopicArn"]
    queue = workshop.client("sqs").create_queue(QueueName="alerts")["QueueUrl"]
    arn = workshop.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])[
        "Attributes"
    ]["QueueArn"]
    policy = {
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}]
    }
    workshop.client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(policy)})
    workshop.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    publish = call("sns:publish", {"TopicArn": topic, "Message": {"reason": "{% $states.input.why %}"}})
    done = workshop.run(publish, allow("sns:Publish", topic), value={"why": "late"})
    assert done["output"]["MessageId"]
    received = workshop.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"][0]
    assert json.loads(json.loads(received["Body"])["Message"]) == {"reason": "late"}
    denied = workshop.run(publish, value={"why": "late"})
    assert denied["error"].startswith("SNS.")
    assert "not authorized to perform: sns:publish" in denied["cause"].lower()


def test_items_are_written_and_read_with_conditions(workshop: Workshop, table: str) -> None:
    item = {"pk": {"S": "lease"}, "token": {"N": "1"}}
    put = call(
        "dynamodb:putItem",
        {"TableName": table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"},
    )
    may = allow(["dynamodb:PutItem", "dynamodb:GetItem"])
    assert workshop.run(put, may)["output"]["SdkHttpMetadata"]["HttpStatusCode"] == 200
    assert workshop.run(put, may)["error"] == "DynamoDB.ConditionalCheckFailedException"
    get = call(
        "dynamodb:getItem",
        {"TableName": table, "Key": {"pk": {"S": "lease"}}},
        Output="{% $states.result.Item %}",
    )
    assert workshop.run(get, may)["output"] == item
    sdk = call("aws-sdk:dynamodb:putItem", put["Call"]["Arguments"])
    assert workshop.run(sdk, may)["error"] == "DynamoDb.ConditionalCheckFailedException"
    assert workshop.run(put)["error"] == "DynamoDB.AmazonDynamoDBException"


def test_a_child_execution_is_awaited(workshop: Workshop) -> None:
    child = workshop.machine(
        {"Say": {"Type": "Pass", "Output": {"said": "{% $states.input.word %}"}, "End": True}}
    )
    start = call("states:startExecution.sync:2", {"StateMachineArn": child, "Input": {"word": "yes"}})
    may = allow(["states:StartExecution", "states:DescribeExecution", "states:StopExecution"])
    assert workshop.run(start, may)["output"]["Output"] == {"said": "yes"}
    assert workshop.run(start)["status"] == "FAILED"


def test_arguments_the_api_does_not_know_fail_the_execution(workshop: Workshop) -> None:
    done = workshop.run(call("sns:publish", {"Topic": "x"}), allow("sns:Publish"))
    assert (done["status"], done["error"]) == ("FAILED", "States.Runtime")


QUERY = {"QueryString": "SELECT 1 AS one", "ResultConfiguration": {"OutputLocation": "s3://results/athena/"}}
MAY_QUERY = allow(["athena:StartQueryExecution", "athena:GetQueryExecution", "athena:StopQueryExecution"])
MAY_WRITE = allow(
    ["s3:GetBucketLocation", "s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:AbortMultipartUpload"]
)


def test_a_query_is_awaited_and_its_failure_is_the_cause(workshop: Workshop) -> None:
    workshop.client("s3").create_bucket(Bucket="results")
    done = workshop.run(call("athena:startQueryExecution.sync", QUERY), MAY_QUERY, MAY_WRITE)
    assert done["status"] == "SUCCEEDED", done["cause"]
    execution = done["output"]["QueryExecution"]
    assert (execution["Status"]["State"], execution["Query"]) == ("SUCCEEDED", "SELECT 1 AS one")
    assert isinstance(execution["Status"]["SubmissionDateTime"], int)
    wrong = QUERY | {"QueryString": "SELECT nothing FROM nowhere"}
    failed = workshop.run(call("athena:startQueryExecution.sync", wrong), MAY_QUERY, MAY_WRITE)
    assert failed["error"] == "States.TaskFailed"
    assert json.loads(failed["cause"])["Status"]["State"] == "FAILED"


def test_a_query_needs_the_permission_of_the_machines_role(workshop: Workshop) -> None:
    denied = workshop.run(call("athena:startQueryExecution.sync", QUERY))
    assert denied["error"] == "Athena.AmazonAthenaException"
    assert "not authorized to perform: athena:StartQueryExecution" in denied["cause"]
