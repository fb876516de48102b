"""A custom resource that writes its lifecycle into a table."""

import json
import os
import urllib.request

import boto3


def handler(event: dict, context: object) -> None:
    text = event["ResourceProperties"]["Text"]
    table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
    table.put_item(Item={"pk": f"note#{event['RequestType']}", "sk": "1", "text": text})
    answer = {
        "Status": "FAILED" if text == "refuse" else "SUCCESS",
        "Reason": "the note was refused",
        "PhysicalResourceId": "note",
        "Data": {"Shout": text.upper()},
        **{name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")},
    }
    request = urllib.request.Request(event["ResponseURL"], json.dumps(answer).encode(), method="PUT")
    urllib.request.urlopen(request)
