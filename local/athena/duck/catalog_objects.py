"""Views and databases, and DROP: https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html."""

import base64
import json
from collections.abc import Callable
from typing import Any

from local.athena import iceberg
from local.athena.duck.catalog import VIEW_PREFIX, VIEW_SUFFIX
from local.athena.duck.defining import Defining, done
from local.athena.engine import Result
from local.athena.errors import NotSupportedHere, table_not_found, user_error
from local.athena.sql import parse
from local.athena.store import GlueError


def create_view(replace: bool) -> Callable[[Any, Defining], Result]:
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
        return done()

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


def drop_table(cursor: Any, work: Defining) -> Result:
    """An Iceberg table goes with its files: https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-drop-table.html."""
    exists_ok = cursor.keywords("if", "exists")
    database, name = work.name(cursor)
    found = work.store.table(database, name)
    if found is None:
        if exists_ok:
            return done()
        raise table_not_found(database, name, "")
    work.store.glue("DeleteTable", DatabaseName=database, Name=name)
    if iceberg.is_iceberg(found):
        location = str(found["StorageDescriptor"]["Location"]).rstrip("/") + "/"
        for uri in work.store.list(location):
            work.store.delete(uri)
    return done()


def drop_view(cursor: Any, work: Defining) -> Result:
    exists_ok = cursor.keywords("if", "exists")
    database, name = work.name(cursor, "view name")
    found = work.store.table(database, name)
    if found is None or found.get("TableType") != "VIRTUAL_VIEW":
        if exists_ok and found is None:
            return done()
        raise user_error("TABLE_NOT_FOUND", f"View '{database}.{name}' does not exist")
    work.store.glue("DeleteTable", DatabaseName=database, Name=name)
    return done()


def create_database(cursor: Any, work: Defining) -> Result:
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
    return done()
