"""The pipeline's state machine: start it, ask whether an execution still runs."""

import json
from typing import Any

from botocore.exceptions import ClientError

from saleslake.aws.clients import client, error_code


class Machine:
    """The stack's Step Functions state machine."""

    def __init__(self, arn: str, states: Any = None) -> None:
        self.arn = arn
        self._states = states or client("stepfunctions")

    def start(self, name: str, body: dict[str, Any]) -> bool:
        """Start an execution of this name; False when one of this name was started already."""
        try:
            self._states.start_execution(stateMachineArn=self.arn, name=name, input=json.dumps(body))
        except ClientError as error:
            if error_code(error) == "ExecutionAlreadyExists":
                return False
            raise
        return True

    def is_running(self, execution_arn: str) -> bool:
        """Whether an execution has not ended; an execution unknown to Step Functions has."""
        try:
            answer = self._states.describe_execution(executionArn=execution_arn)
        except ClientError as error:
            if error_code(error) == "ExecutionDoesNotExist":
                return False
            raise
        return str(answer["status"]) == "RUNNING"
