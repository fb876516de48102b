"""AWS clients, one per service and process, with the retry and time-out behaviour every adapter relies on.

They are botocore's: importing boto3 takes a fifth of the API's cold start, and adds only transfers in parts.
"""

from functools import cache
from threading import Lock
from typing import Any

import botocore.session
from botocore.config import Config

_CONFIG = Config(
    retries={"mode": "standard", "max_attempts": 5},
    connect_timeout=5,
    read_timeout=60,
    tcp_keepalive=True,
)
# Addresses signed the older way, botocore's default for some regions, are refused by others.
_OF_SERVICE = {"s3": _CONFIG.merge(Config(signature_version="s3v4"))}

_making = Lock()  # clients may be shared between threads; making them of one session may not


@cache
def client(service: str, *, transfers: bool = False) -> Any:
    """The process's client of one AWS service; region, endpoint and credentials come from the environment.

    With ``transfers`` S3's moves large objects in parts as well: ``upload_file`` and ``copy``.
    """
    if transfers:
        import boto3  # noqa: PLC0415 - whoever moves no large object does without

        return boto3.client(service, config=_OF_SERVICE.get(service, _CONFIG))  # type: ignore[call-overload]
    with _making:
        return _session().create_client(service, config=_OF_SERVICE.get(service, _CONFIG))


@cache
def patient_client(service: str) -> Any:
    """A client that waits for as long as a function may run (15 minutes), and asks only once."""
    patience = Config(connect_timeout=5, read_timeout=930, retries={"total_max_attempts": 1})
    with _making:
        return _session().create_client(service, config=patience)


def error_code(error: Exception) -> str:
    """AWS error code of a botocore ``ClientError``, empty for other exceptions."""
    response = getattr(error, "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))


@cache
def _session() -> Any:
    return botocore.session.get_session()
