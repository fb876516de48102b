"""Queries that nobody waits for: started now, looked at later."""

from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from saleslake.aws.athena import Athena, failure_of
from saleslake.aws.clients import error_code
from saleslake.errors import SaleslakeError


class Progress(NamedTuple):
    """How far a query is. ``key`` is where in its bucket the result is, or will be, as CSV."""

    state: Literal["running", "succeeded", "failed"]
    key: str
    bytes_scanned: int
    milliseconds: int
    failure: SaleslakeError | None


class UnattendedQueries:
    """Queries of a workgroup whose results are read from where Athena writes them."""

    def __init__(self, athena: Athena) -> None:
        self._athena = athena

    def start(self, sql: str, *, database: str, token: str) -> str:
        """Start a query, once per token, and return its id. Raises ``Throttled``."""
        return self._athena.start(sql, database=database, token=token)

    def progress(self, query_id: str) -> Progress | None:
        """How far a query is; None when Athena does not know it any more, which it does for 45 days."""
        try:
            execution = self._athena.execution(query_id)
        except ClientError as error:
            if error_code(error) == "InvalidRequestException":
                return None
            raise
        statistics: dict[str, Any] = execution.get("Statistics", {})
        failure = failure_of(execution)
        done = execution["Status"]["State"] == "SUCCEEDED"
        return Progress(
            "succeeded" if done else "failed" if failure else "running",
            urlsplit(execution["ResultConfiguration"]["OutputLocation"]).path.lstrip("/"),
            int(statistics.get("DataScannedInBytes", 0)),
            int(statistics.get("TotalExecutionTimeInMillis", 0)),
            failure,
        )
