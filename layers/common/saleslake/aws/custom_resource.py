"""Answers of a Lambda-backed CloudFormation custom resource.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
"""

import json
import urllib.request
from typing import Any


def respond(event: dict[str, Any], *, error: str | None = None) -> None:
    """Tell CloudFormation how its request ended; ``error`` is shown to whoever deploys."""
    body = {
        "Status": "FAILED" if error else "SUCCESS",
        "Reason": error or "done",
        "PhysicalResourceId": event.get("PhysicalResourceId", event["LogicalResourceId"]),
        **{field: event[field] for field in ("StackId", "RequestId", "LogicalResourceId")},
    }
    request = urllib.request.Request(  # noqa: S310 - CloudFormation hands out the address
        event["ResponseURL"], data=json.dumps(body).encode(), method="PUT", headers={"Content-Type": ""}
    )
    urllib.request.urlopen(request, timeout=30).close()  # noqa: S310
