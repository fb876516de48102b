"""The time as the ledger writes it, and names made of it."""

import secrets
from datetime import UTC, datetime

FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"


def now() -> str:
    """UTC now, ISO 8601 with microseconds: sorts as text."""
    return datetime.now(UTC).strftime(FORMAT)


def new_run_id() -> str:
    """A run id: the time in UTC to the second, and six hexadecimal digits against clashes."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
