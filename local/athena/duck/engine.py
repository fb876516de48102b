"""The engine `duckdb`: one in-memory database, a cursor per query."""

import re
import tempfile
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import duckdb
from sqlglot import exp

from local.athena.duck import ddl, dml, optimize, render, transforms
from local.athena.duck.catalog import Catalog
from local.athena.duck.queries import Queries
from local.athena.engine import Category, Query, QueryCancelled, QueryFailed, Result
from local.athena.errors import NotSupportedHere, check_cutoff, object_missing, user_error
from local.athena.sql import Malformed, parse
from local.athena.store import ObjectMissing, Store
from local.settings import Settings

_MACROS = Path(__file__).with_name("macros.sql")
_SETTINGS = (
    "TimeZone = 'UTC'",
    "autoinstall_known_extensions = false",
    "preserve_insertion_order = false",
    "default_null_order = 'NULLS LAST'",
    "order_by_non_integer_literal = true",  # a column that is a literal may be ordered by
)


@dataclass
class DuckEngine:
    """Compiles Athena SQL to DuckDB SQL; what it cannot promise to mean the same it refuses."""

    name: str = "duckdb"
    memory_limit: str = Settings.sql_memory
    _database: duckdb.DuckDBPyConnection | None = None
    _running: dict[str, duckdb.DuckDBPyConnection] = field(default_factory=dict)
    _cancelled: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        """Open the database; it loads no extension and reads no file but those it is told to."""
        # A folder of its own: DuckDB names the files in it alike in every process.
        spill = Path(tempfile.gettempdir()) / f"athena-spill-{uuid4().hex}"
        settings = {"memory_limit": self.memory_limit, "temp_directory": str(spill)}
        self._database = duckdb.connect(":memory:", config=settings)
        for setting in _SETTINGS:
            self._database.execute(f"SET GLOBAL {setting}")  # a plain SET would not reach the cursors
        self._database.execute(_MACROS.read_text())
        transforms.register(self._database)

    def execute(self, query: Query) -> Result:
        """See Engine.execute."""
        if self._database is None:
            raise RuntimeError("the engine is not started")
        started = time.perf_counter()
        cursor = self._database.cursor()
        with self._lock:
            if query.query_id in self._cancelled:
                raise QueryCancelled
            self._running[query.query_id] = cursor
        try:
            result = run(query, cursor)
        except duckdb.Error as error:
            with self._lock:
                if query.query_id in self._cancelled:
                    raise QueryCancelled from error
            raise translated(error) from error
        except ObjectMissing as error:
            raise object_missing(str(error)) from error
        finally:
            with self._lock:
                self._running.pop(query.query_id, None)
                self._cancelled.discard(query.query_id)
            cursor.close()
        milliseconds = round((time.perf_counter() - started) * 1000)
        return Result(
            result.columns,
            result.rows,
            result.scanned_bytes,
            result.update_count,
            result.statement_type,
            milliseconds,
        )

    def cancel(self, query_id: str) -> None:
        """See Engine.cancel."""
        with self._lock:
            cursor = self._running.get(query_id)
            if cursor is not None:
                self._cancelled.add(query_id)
                cursor.interrupt()

    def stop(self) -> None:
        """See Engine.stop."""
        if self._database is not None:
            self._database.close()
            self._database = None


def run(query: Query, cursor: duckdb.DuckDBPyConnection) -> Result:
    """Compile and run one statement on `cursor`."""
    store = Store(query.session.account_id, query.session.region)
    catalog = Catalog(store, query.database)
    queries = Queries(query.sql, datetime.now(UTC), catalog.resolve)
    if optimize.is_optimize(query.sql):
        return optimize.optimize(query.sql, dml.Writing(queries, catalog, cursor, query.bytes_cutoff))
    if (defined := ddl.run(query.sql, ddl.Defining(store, query.database, queries))) is not None:
        return defined
    tree = _parsed(query.sql)
    if isinstance(tree, (exp.Query, exp.Values)):
        return _select(queries, tree, cursor, query.bytes_cutoff)
    return dml.run(tree, dml.Writing(queries, catalog, cursor, query.bytes_cutoff))


def _parsed(sql: str) -> exp.Expression:
    try:
        return parse(sql)
    except Malformed as error:
        raise user_error("SYNTAX_ERROR", str(error)) from error


def _select(
    queries: Queries, tree: exp.Expression, cursor: duckdb.DuckDBPyConnection, cutoff: int | None
) -> Result:
    # The outermost query keeps its ORDER BY: it is not wrapped, its columns are renamed by position.
    relation = queries.query(tree)
    inner = relation.sql[1 : relation.sql.rindex(") AS ")] if relation.sql.startswith("(SELECT") else None
    fields = list(relation.fields)
    listed = ", ".join(f"{item.typed.sql}" for item in fields)
    sql, scanned = planned(queries, inner or f"SELECT {listed} FROM {relation.sql}")
    check_cutoff(scanned, cutoff)
    kinds = [item.typed.type for item in fields]
    columns = tuple(render.column(item.name, item.typed.type, index) for index, item in enumerate(fields))
    cursor.execute(sql)
    rows = [
        tuple(render.text(value, kind) for value, kind in zip(row, kinds, strict=True))
        for row in cursor.fetchall()
    ]
    return Result(columns, rows, scanned)


def planned(queries: Queries, sql: str) -> tuple[str, int]:
    """The SQL with every table token replaced by the files it reads, and the bytes that costs."""
    total = 0
    for scan in queries.scans:
        if scan.token in sql:
            relation, size = scan.plan()
            sql = sql.replace(scan.token, relation)
            total += size
    return sql, total


# The message of the macros t_fail and t_spelled, inside DuckDB's about a text it cannot convert.
_OWN = re.compile(r"""['"]([A-Z][A-Z_]{4,}): (.*)['"](?: to [A-Z]|,| when casting)""", re.DOTALL)


def translated(error: duckdb.Error) -> QueryFailed:
    """DuckDB's error in Athena's words."""
    message = str(error)
    if own := _OWN.search(message):
        return user_error(own[1], own[2])
    if "Division by zero" in message:
        return user_error("DIVISION_BY_ZERO", "Division by zero")
    if re.search(r"Overflow in multiplication of (DECIMAL\(38\)|INT128)", message):
        return NotSupportedHere("an intermediate value of more than 38 digits")
    if "Casting value" in message:
        return user_error("INVALID_CAST_ARGUMENT", message.split("\n", maxsplit=1)[0].partition("Error: ")[2])
    if "Map keys must be unique" in message:
        return user_error("INVALID_FUNCTION_ARGUMENT", "Duplicate map keys are not allowed")
    if isinstance(error, duckdb.OutOfRangeException | duckdb.ConversionException):
        return user_error(
            "NUMERIC_VALUE_OUT_OF_RANGE", message.split("\n", maxsplit=1)[0].partition("Error: ")[2]
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return QueryFailed(
            "EXCEEDED_LOCAL_MEMORY_LIMIT: Query exhausted resources at this scale factor", Category.USER, 1
        )
    if "More than one row returned by a subquery" in message:
        return user_error("SUBQUERY_MULTIPLE_ROWS", "Scalar sub-query has returned multiple rows")
    return QueryFailed(f"GENERIC_INTERNAL_ERROR: {message}", Category.SYSTEM, 100)
