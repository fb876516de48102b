"""ALTER TABLE: of Iceberg tables, and ADD COLUMNS of others.

https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-evolving-table-schema.html
https://docs.aws.amazon.com/athena/latest/ug/alter-table-add-columns.html
"""

import itertools
from typing import Any

from ministack.services import athena as emulated
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.table import Table

from local.athena import iceberg, properties
from local.athena.duck.defining import Defining, done
from local.athena.duck.glue_types import from_glue, to_iceberg
from local.athena.engine import Result
from local.athena.errors import NotSupportedHere, commit_conflict, user_error


def alter_table(cursor: Any, work: Defining) -> Result:
    """SET TBLPROPERTIES, ADD COLUMNS and DROP COLUMN; other changes are refused."""
    database, name = work.name(cursor)
    found = work.table(database, name)
    if not iceberg.is_iceberg(found):
        return _alter_hive(cursor, work, database, found)
    table = iceberg.load(work.store, database, name)
    try:
        if cursor.keywords("set", "tblproperties"):
            _set_properties(table, emulated._property_list(cursor))
        elif cursor.keywords("add", "columns"):
            _add_columns(table, emulated._column_list(cursor))
        elif cursor.keywords("drop", "column"):
            _drop_column(table, str(cursor.identifier() or "").lower())
        else:
            raise NotSupportedHere("this form of ALTER TABLE")
    except CommitFailedException as error:
        raise commit_conflict(database, name) from error
    if not cursor.at_end():
        raise user_error("SYNTAX_ERROR", f"mismatched input '{cursor.peek()[1]}'")
    return done()


def _alter_hive(cursor: Any, work: Defining, database: str, found: dict[str, Any]) -> Result:
    """ADD COLUMNS only: nothing else is asked for here."""
    columns = emulated._column_list(cursor) if cursor.keywords("add", "columns") else None
    if not columns or not cursor.at_end():
        raise NotSupportedHere("this ALTER TABLE of a table that is not Iceberg")
    present = found["StorageDescriptor"]["Columns"]
    known = {item["Name"].lower() for item in [*present, *found.get("PartitionKeys", [])]}
    for item in columns:
        if item["Name"].lower() in known:
            raise user_error("COLUMN_ALREADY_EXISTS", f"Column '{item['Name'].lower()}' already exists")
        known.add(item["Name"].lower())
    kept = ("Name", "Description", "TableType", "Parameters", "PartitionKeys")
    definition = {field: found[field] for field in kept if field in found}
    definition["StorageDescriptor"] = {**found["StorageDescriptor"], "Columns": [*present, *columns]}
    work.store.glue("UpdateTable", DatabaseName=database, TableInput=definition)
    return done()


def _set_properties(table: Table, given: dict[str, str] | None) -> None:
    if not given:
        raise user_error("SYNTAX_ERROR", "mismatched input. Expecting: a list of properties")
    properties.check_properties(given)
    if given.get("format", "parquet").lower() != "parquet":
        raise NotSupportedHere(f"Iceberg tables of {given['format']} files")
    with table.transaction() as change:
        change.set_properties(properties.kept(given))


def _add_columns(table: Table, columns: list[dict[str, str]] | None) -> None:
    if not columns:
        raise user_error("SYNTAX_ERROR", "mismatched input. Expecting: a list of columns")
    known = {item.name.lower() for item in table.schema().fields}
    ids = itertools.count(1)  # the table gives nested fields numbers of its own
    with table.update_schema() as change:
        for item in columns:
            name = item["Name"].lower()
            if name in known:
                raise user_error("COLUMN_ALREADY_EXISTS", f"Column '{name}' already exists")
            known.add(name)
            change.add_column(name, to_iceberg(from_glue(item["Type"]), ids), doc=item.get("Comment"))


def _drop_column(table: Table, name: str) -> None:
    if name not in {item.name.lower() for item in table.schema().fields}:
        raise user_error("COLUMN_NOT_FOUND", f"Column '{name}' does not exist")
    with table.update_schema() as change:
        change.delete_column(name)
