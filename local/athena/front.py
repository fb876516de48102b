"""Athena's query API: what is checked when a query is sent, and what is told of it afterwards.

https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html
"""

import contextvars
import time
from typing import Any

from ministack import app
from ministack.core import iam_evaluator
from ministack.core.iam_evaluator import AuthError
from ministack.core.responses import error_response_json, get_account_id, get_region, json_response, new_uuid
from ministack.services import athena

from local.athena import results
from local.athena.authorise import Caller
from local.athena.executions import Executor, Job
from local.athena.sql import Malformed
from local.athena.statement import MAX_QUERY_BYTES, TAKES_PARAMETERS, Statement, analyse
from local.athena.store import ObjectMissing, Store, split

Answer = tuple[int, dict[str, str], bytes]
access_key: contextvars.ContextVar[str] = contextvars.ContextVar("athena_access_key", default="")
_UNKNOWN_ID = "INVALID_QUERY_EXECUTION_ID"
MAX_RESULTS = 1000
KEPT_RESULTS = 64  # results whose rows stay parsed for the next page


class Refused(Exception):
    """A request that becomes no query."""

    def __init__(self, message: str, athena_code: str | None = None) -> None:
        super().__init__(message)
        self.extra = {"AthenaErrorCode": athena_code} if athena_code else None


class Front:
    """The operations on query executions; workgroups, named queries and catalogs stay the emulator's."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._jobs: dict[str, Job] = {}
        self._tokens: dict[tuple[str, str], tuple[dict[str, Any], str]] = {}
        self._pages: dict[str, tuple[list[Any], list[results.Row]]] = {}

    # ── StartQueryExecution ─────────────────────────────────────────────────

    def start(self, data: dict[str, Any]) -> Answer:
        """Check a query and queue it."""
        try:
            return json_response({"QueryExecutionId": self._start(data)})
        except Refused as error:
            return _invalid(str(error), error.extra)
        except Malformed as error:
            return _invalid(str(error), {"AthenaErrorCode": "MALFORMED_QUERY"})

    def _start(self, data: dict[str, Any]) -> str:
        sql = str(data.get("QueryString") or "")
        if not sql.strip():
            raise Refused("Query string is empty")
        if len(sql.encode()) > MAX_QUERY_BYTES:
            raise Refused(
                "1 validation error detected: Value at 'queryString' failed to satisfy constraint: Member must "
                f"have length less than or equal to {MAX_QUERY_BYTES}"
            )
        token, parameters = data.get("ClientRequestToken"), data.get("ExecutionParameters")
        if token and (known := self._tokens.get((get_account_id(), token))):
            if known[0] != data:
                raise Refused("Idempotent parameters do not match")
            return known[1]
        group, settings = _workgroup(data)
        statement = analyse(sql)
        _check_statement(statement, parameters)
        cutoff = settings.get("BytesScannedCutoffPerQuery")  # as text from a parameter of a template
        job = self._job(
            data, statement, group, _output(data, settings), int(cutoff) if cutoff is not None else None
        )
        if token:
            self._tokens[get_account_id(), token] = (data, job.id)
        athena._executions[job.id] = job.record
        self._jobs[job.id] = job
        self._executor.submit(job)
        return job.id

    def _job(
        self, data: dict[str, Any], statement: Statement, group: str, folder: str, cutoff: int | None
    ) -> Job:
        query_id, parameters = new_uuid(), data.get("ExecutionParameters")
        given = data.get("QueryExecutionContext") or {}
        context = {
            "Database": str(given.get("Database") or "default").lower(),
            "Catalog": given.get("Catalog") or "AwsDataCatalog",
        }
        record = {
            "QueryExecutionId": query_id, "Query": data["QueryString"], "StatementType": statement.type,
            "SubstatementType": statement.kind,
            "ResultConfiguration": {"OutputLocation": f"{folder.rstrip('/')}/{query_id}{_suffix(statement)}"},
            "ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": {"Enabled": False}},
            "QueryExecutionContext": context,
            "Status": {"State": "QUEUED", "SubmissionDateTime": time.time()},
            "Statistics": {
                "EngineExecutionTimeInMillis": 0, "DataScannedInBytes": 0, "TotalExecutionTimeInMillis": 0,
                "QueryQueueTimeInMillis": 0, "ServiceProcessingTimeInMillis": 0,
                "ResultReuseInformation": {"ReusedPreviousResult": False},
            },
            "WorkGroup": group,
            "EngineVersion": {
                "SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3",
            },
        }  # fmt: skip
        if parameters:
            record["ExecutionParameters"] = list(parameters)
        store = Store(get_account_id(), get_region())
        return Job(record, statement, parameters, _caller(), store, cutoff)

    # ── Looking at a query and stopping it ──────────────────────────────────

    def get(self, data: dict[str, Any]) -> Answer:
        """GetQueryExecution."""
        record = athena._executions.get(data.get("QueryExecutionId"))
        if record is None:
            return _not_found(data)
        return json_response({"QueryExecution": _shown(record)})

    def batch_get(self, data: dict[str, Any]) -> Answer:
        """BatchGetQueryExecution: what is not there is listed, not an error."""
        wanted = data.get("QueryExecutionIds") or []
        found = [_shown(athena._executions[i]) for i in wanted if i in athena._executions]
        missing = [
            {
                "QueryExecutionId": i,
                "ErrorCode": _UNKNOWN_ID,
                "ErrorMessage": f"QueryExecution {i} was not found",
            }
            for i in wanted
            if i not in athena._executions
        ]
        return json_response({"QueryExecutions": found, "UnprocessedQueryExecutionIds": missing})

    def stop(self, data: dict[str, Any]) -> Answer:
        """StopQueryExecution; one that has ended stays as it is."""
        query_id = str(data.get("QueryExecutionId"))
        if query_id not in athena._executions:
            return _not_found(data)
        if query_id in self._jobs:
            self._executor.stop(self._jobs[query_id])
        return json_response({})

    # ── GetQueryResults ─────────────────────────────────────────────────────

    def results(self, data: dict[str, Any]) -> Answer:
        """A page of rows, read from where the query wrote them with the permissions of who asks."""
        record = athena._executions.get(data.get("QueryExecutionId"))
        if record is None:
            return _not_found(data)
        state = record["Status"]["State"]
        if state == "FAILED":
            reason = record["Status"].get("StateChangeReason", "")
            return _invalid(
                f"Query did not finish successfully. Final query state: FAILED. {reason}".rstrip()
            )
        if state != "SUCCEEDED":
            ended = state == "CANCELLED"
            text = (
                "Query did not finish successfully. Final" if ended else "Query has not yet finished. Current"
            )
            return _invalid(f"{text} query state: {state}", {"AthenaErrorCode": _UNKNOWN_ID})
        location = record["ResultConfiguration"]["OutputLocation"]
        bucket, key = split(location)
        if not _caller().may("s3:GetObject", f"arn:aws:s3:::{bucket}/{key}"):
            return _invalid(f"Access denied when reading query results from {location}")
        try:
            return self._page(data, record, location)
        except ObjectMissing:
            return _invalid(f"Could not find results: {location}")

    def _page(self, data: dict[str, Any], record: dict[str, Any], location: str) -> Answer:
        query_id, limit = record["QueryExecutionId"], int(data.get("MaxResults") or MAX_RESULTS)
        position = str(data.get("NextToken") or "0")
        if not 1 <= limit <= MAX_RESULTS:
            return _invalid("MaxResults is more than maximum allowed length 1000.")
        if not position.isdigit():
            return _invalid("Invalid NextToken")
        if query_id not in self._pages:
            while len(self._pages) >= KEPT_RESULTS:
                self._pages.pop(next(iter(self._pages)), None)
            self._pages[query_id] = results.load(Store(get_account_id(), get_region()), location)
        columns, rows = self._pages[query_id]
        start, end = int(position), int(position) + limit
        page = [
            {"Data": [{} if cell is None else {"VarCharValue": cell} for cell in row]}
            for row in rows[start:end]
        ]
        described = {"ColumnInfo": [results.column_info(column) for column in columns]}
        answer: dict[str, Any] = {"ResultSet": {"Rows": page, "ResultSetMetadata": described}}
        if start == 0:
            answer["UpdateCount"] = record.get("_update_count") or 0
        if end < len(rows):
            answer["NextToken"] = str(end)
        return json_response(answer)


def _workgroup(data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    name = str(data.get("WorkGroup") or "primary")
    group = athena._workgroups.get(name)
    if group is None:
        raise Refused(f"WorkGroup {name} is not found.")
    if group.get("State") == "DISABLED":
        raise Refused(f"WorkGroup {name} is disabled.")
    return name, dict(group.get("Configuration") or {})


def _output(data: dict[str, Any], settings: dict[str, Any]) -> str:
    """The folder of the result; a workgroup that enforces its settings overrules the client's.

    https://docs.aws.amazon.com/athena/latest/ug/workgroups-settings-override.html
    """
    own = (settings.get("ResultConfiguration") or {}).get("OutputLocation")
    asked = (data.get("ResultConfiguration") or {}).get("OutputLocation")
    enforced = settings.get("EnforceWorkGroupConfiguration", False) and own
    folder = own if enforced else asked or own
    if not folder:
        raise Refused(
            "No output location provided. An output location is required either through the Workgroup result "
            "configuration setting or as an API input."
        )
    try:
        bucket, _ = split(str(folder))
    except ValueError as error:
        raise Refused("outputLocation is not a valid S3 path.") from error
    if not Store(get_account_id(), get_region()).bucket_exists(bucket):
        raise Refused(f"Unable to verify/create output bucket {bucket}")
    return str(folder)


def _check_statement(statement: Statement, parameters: list[str] | None) -> None:
    if statement.kind == "CREATE_TABLE" and not statement.external and "iceberg" not in statement.sql.lower():
        raise Refused("External keyword required for table type HIVE", "MALFORMED_QUERY")
    # https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements.html
    if (parameters or statement.parameters) and statement.kind not in TAKES_PARAMETERS:
        raise Refused(
            "Query parameters are supported only in SELECT, INSERT INTO, CTAS and UNLOAD statements",
            "MALFORMED_QUERY",
        )
    if statement.misplaced:
        raise Refused("Query parameters are supported only in the WHERE clause", "MALFORMED_QUERY")


def _suffix(statement: Statement) -> str:
    if statement.kind in ("SELECT", "EXPLAIN"):
        return ".csv" if statement.kind == "SELECT" else ".txt"
    return "" if statement.type == "DML" or statement.kind == "CREATE_TABLE_AS_SELECT" else ".txt"


def _caller() -> Caller:
    """The principal of the running request; with authentication off, everybody is root."""
    principal = None
    if app.AUTH:
        found = iam_evaluator.resolve_principal(access_key.get(), get_account_id())
        if isinstance(found, AuthError):
            raise Refused(found.message)
        principal = found
    return Caller(principal, get_account_id(), get_region())


def _shown(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if not name.startswith("_")}


def _invalid(message: str, extra: dict[str, str] | None = None) -> Answer:
    answer: Answer = error_response_json("InvalidRequestException", message, 400, extra=extra)
    return answer


def _not_found(data: dict[str, Any]) -> Answer:
    message = f"QueryExecution {data.get('QueryExecutionId')} was not found"
    return _invalid(message, {"AthenaErrorCode": _UNKNOWN_ID})
