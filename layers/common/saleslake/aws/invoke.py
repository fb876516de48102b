"""Call a deployed function directly and wait for its answer."""

import base64
import json
from typing import Any, NamedTuple

from saleslake.aws.clients import client


class Answer(NamedTuple):
    """What a function returned; ``failed`` when it raised, ``log`` the last 4 KB it wrote."""

    payload: Any
    failed: bool
    log: str


def invoke(function: str, event: Any, lambda_client: Any = None) -> Answer:
    """Invoke ``function`` with a JSON event."""
    answer = (lambda_client or client("lambda")).invoke(
        FunctionName=function, Payload=json.dumps(event).encode(), LogType="Tail"
    )
    text = answer["Payload"].read().decode()
    log = base64.b64decode(answer.get("LogResult", "")).decode(errors="replace")
    return Answer(json.loads(text) if text else None, "FunctionError" in answer, log)
