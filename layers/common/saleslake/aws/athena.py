"""SQL through Athena: start a query, wait for it, read typed rows."""

import time
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from saleslake.aws.clients import client, error_code
from saleslake.errors import QueryFailed, QueryInterrupted, QueryTimedOut, Throttled

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
        self._athena = athena or client("athena")

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
            It failed for a reason that Athena calls retryable.
        QueryTimedOut
            It was stopped at ``timeout_seconds``.
        Throttled
            Athena takes no more queries now.
        """
        query_id = self._start(sql, parameters, database)
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

    def _start(self, sql: str, parameters: Sequence[str], database: str) -> str:
        extra = {"ExecutionParameters": list(parameters)} if parameters else {}
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

    def _wait(self, query_id: str, deadline: float) -> dict[str, Any]:
        wait = _FIRST_WAIT
        while True:
            execution: dict[str, Any] = self._athena.get_query_execution(QueryExecutionId=query_id)[
                "QueryExecution"
            ]
            status = execution["Status"]
            if status["State"] == "SUCCEEDED":
                return execution
            if status["State"] in {"FAILED", "CANCELLED"}:
                failure = QueryInterrupted if status.get("AthenaError", {}).get("Retryable") else QueryFailed
                raise failure(str(status.get("StateChangeReason", status["State"])))
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
