"""Athena: queries run behind the Athena front, with the caller's permissions; see ``local/athena``."""

from __future__ import annotations

import contextlib
import json
import logging
from typing import Any

from ministack.core.router import extract_access_key_id
from ministack.services import athena

from local.athena import store
from local.athena.engine import Engine, Session
from local.athena.executions import Executor
from local.athena.front import Front, access_key
from local.patches import Hook
from local.settings import ACCOUNT, REGION, Settings

_API = "https://docs.aws.amazon.com/athena/latest/APIReference/"
REQUEST = Hook(
    "ministack.services.athena:handle_request",
    "(method, path, headers, body, query_params)",
    "a query runs with the permissions of who sent it",
    "https://docs.aws.amazon.com/athena/latest/ug/security-iam-athena.html",
)
START = Hook(
    "ministack.services.athena:_start_query_execution",
    "(data)",
    "Athena takes Trino's SQL and its parameters, checks the workgroup and queues the query",
    _API + "API_StartQueryExecution.html",
)
GET = Hook(
    "ministack.services.athena:_get_query_execution",
    "(data)",
    "a failed query says why in AthenaError, a finished one what it scanned",
    _API + "API_GetQueryExecution.html",
)
BATCH = Hook(
    "ministack.services.athena:_batch_get_query_execution",
    "(data)",
    "as GetQueryExecution, for several",
    _API + "API_BatchGetQueryExecution.html",
)
RESULTS = Hook(
    "ministack.services.athena:_get_query_results",
    "(data)",
    "results are read from S3, typed, in pages, with the caller's s3:GetObject",
    _API + "API_GetQueryResults.html",
)
STOP = Hook(
    "ministack.services.athena:_stop_query_execution",
    "(data)",
    "stopping a query ends it in the engine",
    _API + "API_StopQueryExecution.html",
)
RESOURCE = Hook(
    "ministack.core.iam_actions:extract_resource_arn",
    "(service, method, path, headers, body, query_params, region, account_id)",
    "actions on a query are authorised on the workgroup it ran in; a call that names none means `primary`",
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonathena.html",
)
UPDATE = Hook(
    "ministack.services.glue:_update_table",
    "(data)",
    "UpdateTable compares the version and sets the table in one step, so one of two commits loses",
    "https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateTable.html",
)
HOOKS = (REQUEST, START, GET, BATCH, RESULTS, STOP, RESOURCE, UPDATE)
# Actions that are authorised on a workgroup, beside those that name a query.
_ON_WORKGROUP = (
    "StartQueryExecution", "ListQueryExecutions", "ListNamedQueries", "CreateNamedQuery", "CreatePreparedStatement",
    "GetPreparedStatement", "ListPreparedStatements", "UpdatePreparedStatement", "DeletePreparedStatement",
)  # fmt: skip
_started: list[Executor] = []
logging.getLogger("pyiceberg").setLevel(logging.WARNING)
logging.getLogger("sqlglot").setLevel(logging.ERROR)


def apply(settings: Settings) -> None:
    engine = _engine(settings)
    engine.start()
    executor = Executor(engine, settings.endpoint)
    _started.append(executor)
    front = Front(executor)
    START.replace(front.start)
    GET.replace(front.get)
    BATCH.replace(front.batch_get)
    RESULTS.replace(front.results)
    STOP.replace(front.stop)
    _know_the_caller()
    _name_the_workgroup()
    _serialise_updates()


def close() -> None:
    """End the engine."""
    for executor in _started:
        executor.close()
    _started.clear()
    store.forget_copies()


def _engine(settings: Settings) -> Engine:
    if settings.engine == "trino":
        from local.athena.trino.engine import TrinoEngine

        return TrinoEngine(settings.state / "trino", Session(settings.endpoint, REGION, account_id=ACCOUNT))
    from local.athena.duck.engine import DuckEngine

    return DuckEngine(memory_limit=settings.sql_memory)


def _know_the_caller() -> None:
    original = REQUEST.original()

    async def handle_request(method: str, path: str, headers: Any, body: bytes, query_params: Any) -> Any:
        access_key.set(extract_access_key_id(headers, query_params))
        return await original(method, path, headers, body, query_params)

    REQUEST.replace(handle_request)


def _name_the_workgroup() -> None:
    original = RESOURCE.original()

    def extract_resource_arn(
        service: str,
        method: str,
        path: str,
        headers: Any,
        body: bytes,
        query_params: Any,
        region: str,
        account_id: str,
    ) -> str:
        if service == "athena" and (name := workgroup_of(headers, body)):
            return f"arn:aws:athena:{region}:{account_id}:workgroup/{name}"
        return str(original(service, method, path, headers, body, query_params, region, account_id))

    RESOURCE.replace(extract_resource_arn)


def workgroup_of(headers: Any, body: bytes) -> str | None:
    """The workgroup a request is about: that of the query or named query it names, else its own or `primary`."""
    action = str(headers.get("x-amz-target", "")).rpartition(".")[2]
    data: Any = {}
    with contextlib.suppress(ValueError):  # the service itself answers a body that is no JSON
        data = json.loads(body or b"{}")
    if not isinstance(data, dict):
        return None
    query_id = data.get("QueryExecutionId") or next(iter(data.get("QueryExecutionIds") or []), None)
    if query_id is not None:
        return (athena._executions.get(query_id) or {}).get("WorkGroup")
    named = data.get("NamedQueryId") or next(iter(data.get("NamedQueryIds") or []), None)
    if named is not None:
        return (athena._named_queries.get(named) or {}).get("WorkGroup")
    return data.get("WorkGroup") or ("primary" if action in _ON_WORKGROUP else None)


def _serialise_updates() -> None:
    original = UPDATE.original()

    def update_table(data: dict[str, Any]) -> Any:
        with store.GLUE_LOCK:
            return original(data)

    UPDATE.replace(update_table)
