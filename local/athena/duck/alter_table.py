"""ALTER TABLE on Iceberg tables: https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-evolving-table-schema.html."""

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
    if not iceberg.is_iceberg(work.table(database, name)):
        raise NotSupportedHere("ALTER TABLE of a table that is not Iceberg")
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
