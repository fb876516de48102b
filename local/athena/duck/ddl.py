"""Athena's DDL and utility statements, carried out on Glue and Iceberg metadata.

https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html
"""

from collections.abc import Callable
from typing import Any

from ministack.services import athena as emulated

from local.athena.duck.alter_table import alter_table
from local.athena.duck.catalog_objects import create_database, create_view, drop_table, drop_view
from local.athena.duck.create_table import create_external_table, create_table
from local.athena.duck.defining import Defining
from local.athena.duck.show import describe, show_columns, show_databases, show_tables
from local.athena.duck.vacuum import vacuum
from local.athena.engine import Result


def run(sql: str, work: Defining) -> Result | None:
    """Carry out a DDL or utility statement; None when `sql` is none."""
    cursor = emulated._Cursor(sql.strip().rstrip(";"))
    for words, statement in _STATEMENTS:
        if cursor.keywords(*words):
            return statement(cursor, work)
        cursor.reset()
    return None


_STATEMENTS: tuple[tuple[tuple[str, ...], Callable[[Any, Defining], Result]], ...] = (
    (("create", "external", "table"), create_external_table),
    (("create", "table"), create_table),
    (("create", "or", "replace", "view"), create_view(replace=True)),
    (("create", "view"), create_view(replace=False)),
    (("create", "database"), create_database),
    (("create", "schema"), create_database),
    (("alter", "table"), alter_table),
    (("vacuum",), vacuum),
    (("drop", "table"), drop_table),
    (("drop", "view"), drop_view),
    (("show", "databases"), show_databases),
    (("show", "schemas"), show_databases),
    (("show", "tables"), show_tables),
    (("show", "columns", "in"), show_columns),
    (("show", "columns", "from"), show_columns),
    (("describe",), describe),
    (("desc",), describe),
)
