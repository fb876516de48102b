"""Trino's errors as Athena reports them."""

import re

from trino.exceptions import TrinoConnectionError, TrinoQueryError

from local.athena.engine import COMMIT_CONFLICT, Category, QueryFailed
from local.athena.errors import UNAUTHORISED_TAIL, injected_partition_unbound
from local.athena.trino.settings import HIVE_CATALOG

RETRYABLE = {COMMIT_CONFLICT, "NO_NODES_AVAILABLE", "SERVER_STARTING_UP"}
INJECTED = re.compile(r"Column projection for column '(\w+)' failed\. Injected projection requires")
# https://docs.aws.amazon.com/athena/latest/ug/error-reference.html
ERROR_TYPES = {
    "USER_ERROR": (Category.USER, 1006),
    "INSUFFICIENT_RESOURCES": (Category.SYSTEM, 0),
    "INTERNAL_ERROR": (Category.SYSTEM, 200),
    "EXTERNAL": (Category.SYSTEM, 233),
}


def as_athena(error: TrinoQueryError, added: int = 0) -> QueryFailed:
    """The failure Athena would report: ``NAME: message``, with the position Trino gives.

    ``added`` is the number of characters our translation put before the first line of the caller's text.
    """
    name = str(error.error_name)
    category, error_type = ERROR_TYPES.get(str(error.error_type), (Category.SYSTEM, 200))
    message = re.sub(
        r"^line 1:(\d+)", lambda found: f"line 1:{max(1, int(found[1]) - added)}", str(error.message)
    )
    message = message.replace(f"'{HIVE_CATALOG}.", "'awsdatacatalog.")
    if message.endswith("cannot be resolved"):
        message += UNAUTHORISED_TAIL
    if unbound := INJECTED.match(message):
        return injected_partition_unbound(unbound[1])
    return QueryFailed(f"{name}: {message}", category, error_type, retryable=name in RETRYABLE)


def unreachable(error: TrinoConnectionError) -> QueryFailed:
    """The server does not answer: nothing the caller can mend, and another try may find it up."""
    return QueryFailed(
        f"INTERNAL_ERROR: Trino does not answer: {error}", Category.SYSTEM, 100, retryable=True
    )


def not_started(error: Exception) -> QueryFailed:
    """The server never came up; trying again does not help."""
    return QueryFailed(f"INTERNAL_ERROR: {error}", Category.SYSTEM, 100)
