"""Athena's DDL and utility statements, carried out on Glue and Iceberg metadata.

https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html
"""

import base64
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ministack.services import athena as emulated
from pyiceberg.exceptions import NoSuchNamespaceError, TableAlreadyExistsError
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import parse_transform
from pyiceberg.types import NestedField

from local.athena import iceberg
from local.athena.duck.catalog import VIEW_PREFIX, VIEW_SUFFIX
from local.athena.duck.glue_types import from_glue, to_iceberg
from local.athena.duck.queries import Queries
from local.athena.engine import Column, Result, StatementType
from local.athena.errors import NotSupportedHere, schema_not_found, table_not_found, user_error
from local.athena.sql import parse
from local.athena.store import GlueError, Store

# https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-creating-tables.html
ICEBERG_PROPERTIES = frozenset(
    [
        "table_type",
        "format",
        "write_compression",
        "optimize_rewrite_data_file_threshold",
        "optimize_rewrite_delete_file_threshold",
        "vacuum_min_snapshots_to_keep",
        "vacuum_max_snapshot_age_seconds",
        "vacuum_max_metadata_files_to_keep",
    ]
)
_TRANSFORMS = ("year", "month", "day", "hour", "bucket", "truncate")
_MAX_COLUMN_ID = 1000  # partition fields are numbered from here


@dataclass(frozen=True)
class Defining:
    """What a DDL statement works with."""

    store: Store
    database: str
    queries: Queries

    def name(self, cursor: Any, what: str = "table name") -> tuple[str, str]:
        """The next possibly qualified name."""
        found = cursor.dotted_name(2)
        if found is None:
            raise user_error("SYNTAX_ERROR", f"mismatched input. Expecting: {what}")
        return (found[0] or self.database).lower(), found[1].lower()

    def need_database(self, database: str) -> None:
        """Raise SCHEMA_NOT_FOUND unless Glue knows it."""
        if not self.store.database_exists(database):
            raise schema_not_found(database)

    def table(self, database: str, name: str) -> dict[str, Any]:
        """The Glue table; raises TABLE_NOT_FOUND."""
        found = self.store.table(database, name)
        if found is None:
            raise table_not_found(database, name, "")
        return found


def run(sql: str, work: Defining) -> Result | None:
    """Carry out a DDL or utility statement; None when `sql` is none."""
    cursor = emulated._Cursor(sql.strip().rstrip(";"))
    for words, statement in _STATEMENTS:
        if cursor.keywords(*words):
            return statement(cursor, work)
        cursor.reset()
    return None


def _done(columns: tuple[Column, ...] = (), rows: list[tuple[str | None, ...]] | None = None) -> Result:
    kind: StatementType = "UTILITY" if columns else "DDL"
    return Result(columns, rows or [], statement_type=kind)


# ── CREATE TABLE ────────────────────────────────────────────────────────────


def _create_external_table(cursor: Any, work: Defining) -> Result:
    """A Hive table goes to Glue as the emulator already writes it."""
    parsed = emulated._parse_ddl(cursor.text)
    if parsed is None:
        raise NotSupportedHere("this form of CREATE EXTERNAL TABLE")
    database = (parsed.database or work.database).lower()
    work.need_database(database)
    if parsed.location is None:
        raise user_error("MISSING_LOCATION", "FAILED: SemanticException no location")
    for item in [*parsed.columns, *parsed.partition_keys]:
        from_glue(item["Type"])
    if work.store.table(database, parsed.table) is not None:
        if parsed.if_not_exists:
            return _done()
        raise user_error(
            "TABLE_ALREADY_EXISTS", f"FAILED: Execution Error. Table {parsed.table} already exists"
        )
    work.store.glue("CreateTable", DatabaseName=database, TableInput=emulated._create_table_input(parsed))
    return _done()


def _create_table(cursor: Any, work: Defining) -> Result:
    """An Iceberg table: https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-creating-tables.html."""
    exists_ok = cursor.keywords("if", "not", "exists")
    database, name = work.name(cursor)
    columns = emulated._column_list(cursor)
    if not columns:
        raise NotSupportedHere("CREATE TABLE … AS")
    partitions: list[tuple[str, str, str | None]] = []
    location, properties = None, {}
    while not cursor.at_end():
        if cursor.keywords("partitioned", "by"):
            partitions = _partitions(cursor)
        elif cursor.keywords("location"):
            location = cursor.string()
        elif cursor.keywords("tblproperties"):
            properties = emulated._property_list(cursor) or {}
        elif cursor.keywords("comment"):
            cursor.string()
        else:
            raise user_error("SYNTAX_ERROR", f"mismatched input '{cursor.peek()[1]}'")
    properties = _checked(properties, location)
    work.need_database(database)
    schema, spec = _schema(columns), None
    spec = _spec(schema, partitions)
    try:
        iceberg.catalog(work.store).create_table(
            (database, name),
            schema,
            location=str(location).rstrip("/"),
            partition_spec=spec,
            properties=properties,
        )
    except TableAlreadyExistsError as error:
        if not exists_ok:
            raise user_error("TABLE_ALREADY_EXISTS", f"Table '{database}.{name}' already exists") from error
    except NoSuchNamespaceError as error:
        raise schema_not_found(database) from error
    return _done()


def _checked(properties: dict[str, str], location: str | None) -> dict[str, str]:
    if properties.get("table_type", "").lower() != "iceberg":
        raise user_error("NOT_SUPPORTED", "External keyword required for table type HIVE")
    unknown = sorted(set(properties) - ICEBERG_PROPERTIES)
    if unknown:
        raise user_error("INVALID_TABLE_PROPERTY", f"Unsupported table property key: {unknown[0]}")
    if not location:
        raise user_error("MISSING_LOCATION", "Table location must be specified")
    if properties.get("format", "parquet").lower() != "parquet":
        raise NotSupportedHere(f"Iceberg tables of {properties['format']} files")
    kept = {name: value for name, value in properties.items() if name not in ("table_type", "format")}
    codec = properties.get("write_compression", "zstd").lower()
    return {
        **kept,
        "write.format.default": "parquet",
        "write.parquet.compression-codec": codec,
        "format-version": "2",
    }


def _schema(columns: list[dict[str, str]]) -> Schema:
    ids = itertools.count(len(columns) + 1)
    fields = [
        NestedField(
            number, item["Name"].lower(), to_iceberg(from_glue(item["Type"]), ids), required=False,
            doc=item.get("Comment"),
        )
        for number, item in enumerate(columns, start=1)
    ]  # fmt: skip
    return Schema(*fields)


def _partitions(cursor: Any) -> list[tuple[str, str, str | None]]:
    """``(month(day), bucket(16, id), category)`` as transform, column, width."""
    if not cursor.punct("("):
        raise user_error("SYNTAX_ERROR", "mismatched input. Expecting: '('")
    found: list[tuple[str, str, str | None]] = []
    while True:
        name = cursor.identifier()
        if cursor.punct("("):
            width = cursor.number()
            if width is not None:
                cursor.punct(",")
            found.append(
                (str(name).lower(), str(cursor.identifier()).lower(), None if width is None else str(width))
            )
            cursor.punct(")")
        else:
            found.append(("identity", str(name).lower(), None))
        if not cursor.punct(","):
            break
    if not cursor.punct(")"):
        raise user_error("SYNTAX_ERROR", "mismatched input. Expecting: ')'")
    return found


def _spec(schema: Schema, partitions: list[tuple[str, str, str | None]]) -> PartitionSpec:
    fields = []
    for index, (transform, column, width) in enumerate(partitions):
        known = {item.name: item.field_id for item in schema.fields}
        if column not in known:
            raise user_error("COLUMN_NOT_FOUND", f"Partition column {column} not found in table")
        if transform not in (*_TRANSFORMS, "identity"):
            raise user_error("INVALID_TABLE_PROPERTY", f"Unsupported partition transform: {transform}")
        name = column if transform == "identity" else f"{column}_{transform}"
        written = f"{transform}[{width}]" if width else transform
        fields.append(PartitionField(known[column], _MAX_COLUMN_ID + index, parse_transform(written), name))
    return PartitionSpec(*fields)


# ── Views, databases, DROP ──────────────────────────────────────────────────


def _create_view(replace: bool) -> Callable[[Any, Defining], Result]:
    def statement(cursor: Any, work: Defining) -> Result:
        exists_ok = cursor.keywords("if", "not", "exists")
        database, name = work.name(cursor, "view name")
        if not cursor.keywords("as"):
            raise NotSupportedHere("this form of CREATE VIEW")
        sql = cursor.text[cursor.peek()[2] :]
        work.need_database(database)
        relation = work.queries.query(parse(sql))
        columns = [
            {"name": item.name or f"_col{i}", "type": str(item.typed.type)}
            for i, item in enumerate(relation.fields)
        ]
        definition = {
            "originalSql": sql,
            "catalog": "awsdatacatalog",
            "schema": work.database,
            "columns": columns,
        }
        text = VIEW_PREFIX + base64.b64encode(json.dumps(definition).encode()).decode() + VIEW_SUFFIX
        storage = {
            "Columns": [{"Name": c["name"], "Type": _hive_type(c["type"])} for c in columns],
            "SerdeInfo": {},
        }
        table = {
            "Name": name, "TableType": "VIRTUAL_VIEW", "ViewOriginalText": text, "StorageDescriptor": storage,
            "ViewExpandedText": "/* Presto View */", "Parameters": {"presto_view": "true", "comment": "Presto View"},
            "PartitionKeys": [],
        }  # fmt: skip
        existing = work.store.table(database, name)
        if existing is None:
            work.store.glue("CreateTable", DatabaseName=database, TableInput=table)
        elif replace and existing.get("TableType") == "VIRTUAL_VIEW":
            work.store.glue("UpdateTable", DatabaseName=database, TableInput=table)
        elif not exists_ok:
            raise user_error("ALREADY_EXISTS", f"View already exists: '{database}.{name}'")
        return _done()

    return statement


def _hive_type(kind: str) -> str:
    base = kind.split("(", maxsplit=1)[0]
    return {
        "varchar": "string",
        "integer": "int",
        "real": "float",
        "varbinary": "binary",
        "timestamp": "timestamp",
    }.get(base, kind)


def _drop_table(cursor: Any, work: Defining) -> Result:
    """An Iceberg table goes with its files: https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-drop-table.html."""
    exists_ok = cursor.keywords("if", "exists")
    database, name = work.name(cursor)
    found = work.store.table(database, name)
    if found is None:
        if exists_ok:
            return _done()
        raise table_not_found(database, name, "")
    work.store.glue("DeleteTable", DatabaseName=database, Name=name)
    if iceberg.is_iceberg(found):
        location = str(found["StorageDescriptor"]["Location"]).rstrip("/") + "/"
        for uri in work.store.list(location):
            work.store.delete(uri)
    return _done()


def _drop_view(cursor: Any, work: Defining) -> Result:
    exists_ok = cursor.keywords("if", "exists")
    database, name = work.name(cursor, "view name")
    found = work.store.table(database, name)
    if found is None or found.get("TableType") != "VIRTUAL_VIEW":
        if exists_ok and found is None:
            return _done()
        raise user_error("TABLE_NOT_FOUND", f"View '{database}.{name}' does not exist")
    work.store.glue("DeleteTable", DatabaseName=database, Name=name)
    return _done()


def _create_database(cursor: Any, work: Defining) -> Result:
    exists_ok = cursor.keywords("if", "not", "exists")
    name = str(cursor.identifier() or "").lower()
    settings: dict[str, Any] = {"Name": name}
    while not cursor.at_end():
        if cursor.keywords("comment"):
            settings["Description"] = cursor.string()
        elif cursor.keywords("location"):
            settings["LocationUri"] = cursor.string()
        else:
            raise user_error("SYNTAX_ERROR", f"mismatched input '{cursor.peek()[1]}'")
    try:
        work.store.glue("CreateDatabase", DatabaseInput=settings)
    except GlueError as error:
        if not (exists_ok and error.code == "AlreadyExistsException"):
            raise user_error("SCHEMA_ALREADY_EXISTS", f"Schema '{name}' already exists") from error
    return _done()


# ── SHOW and DESCRIBE ───────────────────────────────────────────────────────

_TEXT = 2147483647


def _show_databases(cursor: Any, work: Defining) -> Result:
    names = [item["Name"] for item in work.store.glue("GetDatabases").get("DatabaseList", [])]
    return _done((Column("database_name", "varchar", _TEXT),), [(name,) for name in sorted(names)])


def _show_tables(cursor: Any, work: Defining) -> Result:
    database = (
        str(cursor.identifier()).lower()
        if cursor.keywords("in") or cursor.keywords("from")
        else work.database
    )
    if not cursor.at_end():
        raise NotSupportedHere("SHOW TABLES with a pattern")
    work.need_database(database)
    names = [
        item["Name"] for item in work.store.glue("GetTables", DatabaseName=database).get("TableList", [])
    ]
    return _done((Column("tab_name", "varchar", _TEXT),), [(name,) for name in sorted(names)])


def _describe(cursor: Any, work: Defining) -> Result:
    found = work.table(*work.name(cursor))
    storage = found.get("StorageDescriptor") or {}
    items = [*(storage.get("Columns") or []), *(found.get("PartitionKeys") or [])]
    columns = tuple(Column(name, "varchar", _TEXT) for name in ("col_name", "data_type", "comment"))
    rows = [(item["Name"], item["Type"], item.get("Comment") or "") for item in items]
    return _done(columns, [tuple(f"{cell:<20}" for cell in row) for row in rows])


def _show_columns(cursor: Any, work: Defining) -> Result:
    found = work.table(*work.name(cursor))
    items = [
        *((found.get("StorageDescriptor") or {}).get("Columns") or []),
        *(found.get("PartitionKeys") or []),
    ]
    return _done((Column("field", "varchar", _TEXT),), [(f"{item['Name']:<20}",) for item in items])


_STATEMENTS: tuple[tuple[tuple[str, ...], Callable[[Any, Defining], Result]], ...] = (
    (("create", "external", "table"), _create_external_table),
    (("create", "table"), _create_table),
    (("create", "or", "replace", "view"), _create_view(replace=True)),
    (("create", "view"), _create_view(replace=False)),
    (("create", "database"), _create_database),
    (("create", "schema"), _create_database),
    (("drop", "table"), _drop_table),
    (("drop", "view"), _drop_view),
    (("show", "databases"), _show_databases),
    (("show", "schemas"), _show_databases),
    (("show", "tables"), _show_tables),
    (("show", "columns", "in"), _show_columns),
    (("show", "columns", "from"), _show_columns),
    (("describe",), _describe),
    (("desc",), _describe),
)
