"""SQL through Athena: start a query, wait for it, read typed rows."""

import time
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple, cast

from botocore.exceptions import ClientError

from saleslake.aws.clients import client, error_code
from saleslake.errors import (
    QueryFailed,
    QueryInterrupted,
    QueryTimedOut,
    SaleslakeError,
    Throttled,
    TooMuchData,
)

type Value = str | int | Decimal | float | bool | date | datetime | None

_THROTTLES = {"TooManyRequestsException", "ThrottlingException"}
_FIRST_WAIT, _LONGEST_WAIT = 0.02, 0.5


class QueryResult(NamedTuple):
    """Rows of one query, typed by Athena's column types, and what the query cost."""

    columns: tuple[str, ...]
    rows: list[tuple[Value, ...]]
    bytes_scanned: int
    query_id: str
    milliseconds: int

    def dicts(self) -> list[dict[str, Value]]:
        """Rows as dictionaries by column name."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


class Athena:
    """Queries of one workgroup; the workgroup decides where results are written."""

    def __init__(self, workgroup: str, athena: Any = None) -> None:
        self.workgroup = workgroup
        self._given = athena

    @cached_property
    def _athena(self) -> Any:
        return self._given or client("athena")  # whoever finds every answer in a cache asks for none

    def query(
        self, sql: str, parameters: Sequence[str] = (), *, database: str, timeout_seconds: float = 300
    ) -> QueryResult:
        """Run one statement and return its rows.

        Parameters
        ----------
        sql
            Athena SQL, ``?`` for each of ``parameters``.
        parameters
            SQL expressions (a string carries its own quotes): see ``warehouse.literal``.
        database
            What unqualified table names refer to.
        timeout_seconds
            The query is stopped when it has not ended by then.

        Raises
        ------
        QueryFailed
            Athena refused it, or it failed for a reason that stays.
        QueryInterrupted
            It failed for a reason that Athena calls retryable, or somebody stopped it.
        TooMuchData
            It would have read more than the workgroup allows a query.
        QueryTimedOut
            It was stopped at ``timeout_seconds``.
        Throttled
            Athena takes no more queries now.
        """
        return self.result(self.start(sql, parameters, database=database), timeout_seconds)

    def result(self, query_id: str, timeout_seconds: float) -> QueryResult:
        """Wait for a query and return its rows; raises as ``query``."""
        execution = self._wait(query_id, time.monotonic() + timeout_seconds)
        statistics = execution.get("Statistics", {})
        columns, rows = self._rows(query_id)
        return QueryResult(
            columns,
            rows,
            int(statistics.get("DataScannedInBytes", 0)),
            query_id,
            int(statistics.get("TotalExecutionTimeInMillis", 0)),
        )

    def saved_queries(self) -> dict[str, str]:
        """Texts of the workgroup's saved queries, by name."""
        pages = self._athena.get_paginator("list_named_queries").paginate(WorkGroup=self.workgroup)
        found: dict[str, str] = {}
        for page in pages:
            if ids := page["NamedQueryIds"]:
                queries = self._athena.batch_get_named_query(NamedQueryIds=ids)["NamedQueries"]
                found |= {query["Name"]: query["QueryString"] for query in queries}
        return dict(sorted(found.items()))

    def start(
        self, sql: str, parameters: Sequence[str] = (), *, database: str, token: str | None = None
    ) -> str:
        """Start a statement and return the id of its query.

        Whoever starts the same statement with the same token is told the same id: it runs once
        (https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html).

        Raises
        ------
        Throttled
            Athena takes no more queries now.
        """
        extra: dict[str, Any] = {"ExecutionParameters": list(parameters)} if parameters else {}
        if token is not None:
            extra["ClientRequestToken"] = token
        try:
            answer = self._athena.start_query_execution(
                QueryString=sql,
                QueryExecutionContext={"Database": database},
                WorkGroup=self.workgroup,
                **extra,
            )
        except ClientError as error:
            if error_code(error) in _THROTTLES:
                raise Throttled(str(error)) from error
            raise
        return str(answer["QueryExecutionId"])

    def execution(self, query_id: str) -> dict[str, Any]:
        """What Athena says of a query."""
        answer = self._athena.get_query_execution(QueryExecutionId=query_id)
        return cast(dict[str, Any], answer["QueryExecution"])

    def _wait(self, query_id: str, deadline: float) -> dict[str, Any]:
        wait = _FIRST_WAIT
        while True:
            execution = self.execution(query_id)
            if execution["Status"]["State"] == "SUCCEEDED":
                return execution
            if (failure := failure_of(execution)) is not None:
                raise failure
            if time.monotonic() > deadline:
                self._athena.stop_query_execution(QueryExecutionId=query_id)
                raise QueryTimedOut(f"query {query_id} was stopped: it took longer than its caller can wait")
            time.sleep(wait)
            wait = min(wait * 1.5, _LONGEST_WAIT)

    def _rows(self, query_id: str) -> tuple[tuple[str, ...], list[tuple[Value, ...]]]:
        columns: tuple[str, ...] = ()
        types: tuple[str, ...] = ()
        rows: list[tuple[Value, ...]] = []
        token: dict[str, str] = {}
        while True:
            page = self._athena.get_query_results(QueryExecutionId=query_id, MaxResults=1000, **token)
            data = page["ResultSet"]["Rows"]
            if not columns:
                info = page["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
                columns = tuple(column["Name"] for column in info)
                types = tuple(column["Type"] for column in info)
                data = data[1:] if columns else data  # the first row of the first page repeats the names
            for row in data:
                texts = (cell.get("VarCharValue") for cell in row["Data"])
                rows.append(tuple(typed(text, kind) for text, kind in zip(texts, types, strict=True)))
            if "NextToken" not in page:
                return columns, rows
            token = {"NextToken": page["NextToken"]}


def failure_of(execution: dict[str, Any]) -> SaleslakeError | None:
    """Why a query ended without a result; None when it has not ended, or has one."""
    status = execution["Status"]
    if status["State"] not in {"FAILED", "CANCELLED"}:
        return None
    reason = str(status.get("StateChangeReason", status["State"]))
    # https://docs.aws.amazon.com/athena/latest/ug/workgroups-setting-control-limits-cloudwatch.html
    if "ytes scanned limit" in reason:
        return TooMuchData(reason)
    stopped = status["State"] == "CANCELLED" or status.get("AthenaError", {}).get("Retryable")
    return QueryInterrupted(reason) if stopped else QueryFailed(reason)


def typed(text: str | None, athena_type: str) -> Value:
    """One cell of an Athena result as a Python value.

    Athena sends every value as text beside its column type
    (https://docs.aws.amazon.com/athena/latest/APIReference/API_Datum.html); decimals stay exact.
    """
    if text is None:
        return None
    match athena_type:
        case "tinyint" | "smallint" | "integer" | "bigint":
            return int(text)
        case "decimal":
            return Decimal(text)
        case "double" | "float" | "real":
            return float(text)
        case "boolean":
            return text == "true"
        case "date":
            return date.fromisoformat(text)
        case _:
            return text
