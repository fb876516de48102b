"""The ingest queue's dead letters: how many, what they say, and back to the queue with them."""

import json
from typing import Any

from saleslake.aws.clients import client


class DeadLetters:
    """Messages that ingest gave up on after its retries."""

    def __init__(self, dead_letter_url: str, queue_url: str, sqs: Any = None) -> None:
        self.dead_letter_url = dead_letter_url
        self.queue_url = queue_url
        self._sqs = sqs or client("sqs")

    def count(self) -> int:
        """Roughly how many wait (SQS gives no exact number)."""
        answer = self._sqs.get_queue_attributes(
            QueueUrl=self.dead_letter_url, AttributeNames=["ApproximateNumberOfMessages"]
        )
        return int(answer["Attributes"]["ApproximateNumberOfMessages"])

    def redrive(self) -> list[str]:
        """Send each dead letter to the queue again, then delete it; the landing keys they are about.

        Sent before deleted, so an interruption delivers twice rather than never: ingest knows the same bytes.
        """
        keys: list[str] = []
        while True:
            answer = self._sqs.receive_message(
                QueueUrl=self.dead_letter_url, MaxNumberOfMessages=10, VisibilityTimeout=60, WaitTimeSeconds=1
            )
            messages = answer.get("Messages", [])
            if not messages:
                return keys
            for message in messages:
                self._sqs.send_message(QueueUrl=self.queue_url, MessageBody=message["Body"])
                self._sqs.delete_message(
                    QueueUrl=self.dead_letter_url, ReceiptHandle=message["ReceiptHandle"]
                )
                keys.append(subject(message["Body"]))


def subject(body: str) -> str:
    """Key of the object that an S3 event from EventBridge is about, or the body's beginning."""
    try:
        return str(json.loads(body)["detail"]["object"]["key"])
    except (ValueError, KeyError, TypeError):
        return body[:80]
