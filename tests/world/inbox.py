"""What the alert topic of a stack sends, as somebody who subscribed gets it."""

from __future__ import annotations

import json

from tests.integration.lake import Lake


class Inbox:
    """A queue subscribed to the alert topic from now on."""

    def __init__(self, lake: Lake, name: str) -> None:
        self.sqs = lake.client("sqs")
        self.url = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        asked = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])
        arn, topic = asked["Attributes"]["QueueArn"], lake.outputs["AlertTopicArn"]
        allowed = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        self.sqs.set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": policy})
        lake.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)

    def messages(self) -> list[tuple[str, str]]:
        """Subject and text of everything that came since the last look."""
        found = []
        while got := self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            for message in got:
                body = json.loads(message["Body"])
                found.append((body["Subject"], body["Message"]))
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return found
