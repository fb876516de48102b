"""A role: its session, its clients, and the check of what it may do."""

from __future__ import annotations

import hashlib
import threading
from typing import Any

import boto3
from botocore.config import Config
from ministack.core import iam_evaluator
from ministack.services import sts

from local.settings import ACCOUNT, REGION, Settings

# One call per attempt: retrying is the state machine's business. A query or a child execution may take long.
_CONFIG = Config(retries={"total_max_attempts": 1}, read_timeout=900, max_pool_connections=64)
_clients: dict[tuple[str, str], Any] = {}
_lock = threading.Lock()


def credentials(role_arn: str) -> dict[str, str]:
    """Keys of a session of this role, registered with the emulator's STS."""
    name = role_arn.rsplit("/", 1)[-1]
    digest = hashlib.sha256(f"states:{role_arn}".encode()).hexdigest()
    access_key = f"ASIA{digest[:16].upper()}"
    if access_key not in sts._sessions:
        identity = f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/{digest[16:48]}"
        session = {"Arn": identity, "UserId": f"{name}:{digest[16:48]}"}
        secrets = {"SecretAccessKey": digest[:40], "SessionToken": digest}
        sts.register_session(access_key, session | secrets)
    return {
        "aws_access_key_id": access_key,
        "aws_secret_access_key": digest[:40],
        "aws_session_token": digest,
    }


def client(service: str, role_arn: str, settings: Settings) -> Any:
    """A boto3 client that calls the emulator as this role."""
    key = (service, role_arn)
    session = credentials(role_arn)
    with _lock:
        if key not in _clients:
            _clients[key] = boto3.Session(**session, region_name=REGION).client(
                service, endpoint_url=settings.endpoint, config=_CONFIG
            )
        return _clients[key]


def denial(role_arn: str, action: str, resource: str) -> str | None:
    """None when the role may do it, else the sentence in which AWS says it may not."""
    found = iam_evaluator.enforce(
        credentials(role_arn)["aws_access_key_id"], action, action.partition(":")[0], REGION, resource
    )
    if found is None:
        return None
    who = getattr(found, "principal_arn", role_arn)
    return (
        f"User: {who} is not authorized to perform: {action} on resource: {resource} because no identity-based"
        f" policy allows the {action} action"
    )
