"""SHOW and DESCRIBE: https://docs.aws.amazon.com/athena/latest/ug/show-tables.html."""

from typing import Any

from local.athena.duck.defining import Defining, done
from local.athena.engine import Column, Result
from local.athena.errors import NotSupportedHere

_TEXT = 2147483647


def show_databases(cursor: Any, work: Defining) -> Result:
    names = [item["Name"] for item in work.store.glue("GetDatabases").get("DatabaseList", [])]
    return done((Column("database_name", "varchar", _TEXT),), [(name,) for name in sorted(names)])


def show_tables(cursor: Any, work: Defining) -> Result:
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
    return done((Column("tab_name", "varchar", _TEXT),), [(name,) for name in sorted(names)])


def describe(cursor: Any, work: Defining) -> Result:
    found = work.table(*work.name(cursor))
    storage = found.get("StorageDescriptor") or {}
    items = [*(storage.get("Columns") or []), *(found.get("PartitionKeys") or [])]
    columns = tuple(Column(name, "varchar", _TEXT) for name in ("col_name", "data_type", "comment"))
    rows = [(item["Name"], item["Type"], item.get("Comment") or "") for item in items]
    return done(columns, [tuple(f"{cell:<20}" for cell in row) for row in rows])


def show_columns(cursor: Any, work: Defining) -> Result:
    found = work.table(*work.name(cursor))
    items = [
        *((found.get("StorageDescriptor") or {}).get("Columns") or []),
        *(found.get("PartitionKeys") or []),
    ]
    return done((Column("field", "varchar", _TEXT),), [(f"{item['Name']:<20}",) for item in items])
