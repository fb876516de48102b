"""The engine `trino`: Athena statements run by a real Trino over the emulator's Glue and S3."""

import logging
import threading
import time
from pathlib import Path
from typing import Any

from trino.client import ClientSession, TrinoQuery, TrinoRequest
from trino.exceptions import TrinoConnectionError, TrinoQueryError

from local.athena.engine import Column, Query, QueryCancelled, Result, Session
from local.athena.trino.failures import as_athena, not_started, unreachable
from local.athena.trino.render import column, renderer
from local.athena.trino.server import TrinoDidNotStart, TrinoServer
from local.athena.trino.settings import CATALOG
from local.athena.trino.translate import Statement, translate

NODE_SECONDS = 30  # how long a query waits for Trino's only node
logging.getLogger("trino").setLevel(logging.WARNING)


class TrinoEngine:
    """Behind the Athena front as the embedded engine is: see `local.athena.engine.Engine`."""

    name = "trino"

    def __init__(self, folder: Path, session: Session) -> None:
        """``folder`` takes Trino's settings and log; ``session`` says where Glue and S3 answer."""
        self._server = TrinoServer(folder, session)
        self._running: dict[str, TrinoQuery] = {}
        self._cancelled: set[str] = set()
        self._lock = threading.Lock()
        self._ready = threading.Event()

    def start(self) -> None:
        """Start Trino; the first query waits until it answers (about ten seconds)."""
        self._server.start()

    def stop(self) -> None:
        """End Trino."""
        self._server.stop()

    def execute(self, query: Query) -> Result:
        """Run one statement; where it takes several of Trino's, the answer is the last one's."""
        self._wait_until_ready()
        began = time.monotonic()
        scanned = 0
        result = Result()
        try:
            for statement in translate(query.sql, lambda table: self._properties(table, query)):
                result = self._run(statement, query)
                scanned += result.scanned_bytes
        finally:
            with self._lock:
                self._running.pop(query.query_id, None)
                self._cancelled.discard(query.query_id)
        return Result(
            columns=result.columns,
            rows=result.rows,
            scanned_bytes=scanned,
            update_count=result.update_count,
            statement_type=result.statement_type,
            engine_ms=round((time.monotonic() - began) * 1000),
        )

    def cancel(self, query_id: str) -> None:
        """Ask Trino to end the statement; `execute` then raises QueryCancelled."""
        with self._lock:
            running = self._running.get(query_id)
            if running is not None:
                self._cancelled.add(query_id)
        if running is not None:
            running.cancel()

    def _wait_until_ready(self) -> None:
        if self._ready.is_set():
            return
        with self._lock:
            try:
                self._server.wait()
            except TrinoDidNotStart as error:
                raise not_started(error) from error
        self._ready.set()

    def _run(self, statement: Statement, query: Query) -> Result:
        deadline = time.monotonic() + NODE_SECONDS
        while True:
            running = TrinoQuery(self._request(query.database), statement.sql, legacy_primitive_types=True)
            with self._lock:
                self._running[query.query_id] = running
            try:
                rows = list(running.execute())
            except TrinoQueryError as error:
                if error.error_name == "USER_CANCELED":
                    raise QueryCancelled from error
                if error.error_name == "NO_NODES_AVAILABLE" and time.monotonic() < deadline:
                    time.sleep(0.2)  # nothing ran: the only node has not announced itself yet, or not again
                    continue
                raise as_athena(error, statement.added) from error
            except TrinoConnectionError as error:
                raise unreachable(error) from error
            if query.query_id in self._cancelled:
                raise QueryCancelled
            return _result(running, rows, statement)

    def _properties(self, table: str, query: Query) -> dict[str, str]:
        """The Iceberg properties in a table's `$properties` table."""
        sql = f"SELECT key, value FROM {table}"
        rows = self._run(Statement(sql, "UTILITY"), query).rows
        return {str(key): str(value) for key, value in rows}

    def _request(self, database: str) -> TrinoRequest:
        session = ClientSession(
            user="saleslake",
            catalog=CATALOG,
            schema=database,
            source="athena",
            timezone="UTC",
            heartbeat_interval=None,
        )
        return TrinoRequest("127.0.0.1", self._server.port, session, http_scheme="http")


def _result(finished: TrinoQuery, rows: list[list[Any]], statement: Statement) -> Result:
    described = finished.columns or []
    scanned = int(finished.stats.get("physicalInputBytes", 0))
    if finished.update_type is not None:  # a change: Trino's one row is the number of rows changed
        counted = finished.update_count if statement.type == "DML" else None
        columns = (Column("rows", "bigint", 19),) if counted is not None else ()
        return Result(columns, (), scanned, counted, statement.type)
    write = [renderer(entry) for entry in described]
    text = [tuple(cell(value) for cell, value in zip(write, row, strict=True)) for row in rows]
    return Result(tuple(column(entry) for entry in described), text, scanned, None, statement.type)
