"""Messages to the people who run the lake."""

from typing import Any

from saleslake.aws.clients import client


class Alerts:
    """The stack's SNS topic."""

    def __init__(self, topic_arn: str, sns: Any = None) -> None:
        self.topic_arn = topic_arn
        self._sns = sns or client("sns")

    def send(self, subject: str, message: str) -> None:
        """Publish one message; SNS takes subjects of at most 100 ASCII characters on one line."""
        plain = subject.encode("ascii", "replace").decode().replace("\n", " ")[:100]
        self._sns.publish(TopicArn=self.topic_arn, Subject=plain, Message=message)
