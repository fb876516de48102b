"""What DDL and utility statements work with."""

from dataclasses import dataclass
from typing import Any

from local.athena.duck.queries import Queries
from local.athena.engine import Column, Result, StatementType
from local.athena.errors import schema_not_found, table_not_found, user_error
from local.athena.store import Store


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


def done(columns: tuple[Column, ...] = (), rows: list[tuple[str | None, ...]] | None = None) -> Result:
    kind: StatementType = "UTILITY" if columns else "DDL"
    return Result(columns, rows or [], statement_type=kind)
