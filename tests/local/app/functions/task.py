"""What a state machine, a queue and a schedule call: does what its event says."""

import json
import os
import time

import boto3


class TooSoon(Exception):
    """Retryable."""


class Refused(Exception):
    """Not retryable."""


def table():
    return boto3.resource("dynamodb").Table(os.environ["TABLE"])


def count(name: str) -> int:
    answer = table().update_item(
        Key={"pk": "count", "sk": name},
        UpdateExpression="ADD n :one",
        ExpressionAttributeValues={":one": 1},
        ReturnValues="UPDATED_NEW",
    )
    return int(answer["Attributes"]["n"])


def handler(event: dict, context: object) -> dict:
    if event.get("count"):
        event["n"] = count(event["count"])
    if event.get("until", 0) > event.get("n", 0):
        raise TooSoon(f"attempt {event['n']}")
    if event.get("refuse"):
        raise Refused("no")
    time.sleep(event.get("sleep", 0))
    return event


def queue(event: dict, context: object) -> dict:
    """Fail the messages whose object key holds ``bad``, and only those."""
    failed = []
    for record in event["Records"]:
        key = json.loads(record["body"])["detail"]["object"]["key"]
        count(f"seen {key}")
        if "bad" in key:
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
