"""boto3 clients, one per service and process, with the retry and time-out behaviour every adapter relies on."""

from functools import cache
from threading import Lock
from typing import Any

import boto3
from botocore.config import Config

_CONFIG = Config(
    retries={"mode": "standard", "max_attempts": 5},
    connect_timeout=5,
    read_timeout=60,
    tcp_keepalive=True,
)

_making = Lock()  # clients may be shared between threads; making them of one session may not


@cache
def client(service: str) -> Any:
    """The process's client of one AWS service; region, endpoint and credentials come from the environment."""
    with _making:
        return boto3.client(service, config=_CONFIG)  # type: ignore[call-overload]


@cache
def patient_client(service: str) -> Any:
    """A client that waits for as long as a function may run (15 minutes), and asks only once."""
    patience = Config(connect_timeout=5, read_timeout=930, retries={"total_max_attempts": 1})
    return boto3.client(service, config=patience)  # type: ignore[call-overload]


def error_code(error: Exception) -> str:
    """AWS error code of a botocore ``ClientError``, empty for other exceptions."""
    response = getattr(error, "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))
