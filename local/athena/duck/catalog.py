"""What a table name in a statement stands for: an Iceberg snapshot, a Hive table, a view, a metadata table."""

import base64
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pyiceberg.table import Table
from sqlglot import exp

from local.athena import iceberg
from local.athena.duck import metadata_tables
from local.athena.duck.hive import hive_scan
from local.athena.duck.scan import Scan
from local.athena.duck.scope import Relation
from local.athena.duck.tables import iceberg_scan
from local.athena.errors import (
    NotSupportedHere,
    schema_not_found,
    table_not_found,
    user_error,
)
from local.athena.sql import name_of, parse, where_of
from local.athena.store import Store

if TYPE_CHECKING:
    from local.athena.duck.queries import Queries

VIEW_PREFIX, VIEW_SUFFIX = "/* Presto View: ", " */"


@dataclass(frozen=True)
class Catalog:
    """The Glue catalog as one statement sees it; `database` is where bare names are looked up."""

    store: Store
    database: str

    def name(self, node: exp.Table, text: str) -> tuple[str, str]:
        """Database and table of a reference; another data catalog is refused."""
        if node.args.get("catalog") and name_of(node.args["catalog"]) != "awsdatacatalog":
            message = f"Catalog '{name_of(node.args['catalog'])}' not found"
            raise user_error("CATALOG_NOT_FOUND", message, where_of(node, text))
        return name_of(node.args.get("db")) or self.database, name_of(node.this)

    def glue_table(self, node: exp.Table, text: str) -> dict[str, Any]:
        """The Glue table; raises SCHEMA_NOT_FOUND or TABLE_NOT_FOUND."""
        database, name = self.name(node, text)
        found = self.store.table(database, name)
        if found is None:
            where = where_of(node, text)
            known = self.store.database_exists(database)
            raise table_not_found(database, name, where) if known else schema_not_found(database, where)
        return found

    def iceberg(self, node: exp.Table, text: str) -> Table:
        """The Iceberg table a statement writes to."""
        found = self.glue_table(node, text)
        if not iceberg.is_iceberg(found):
            message = "Modifying Hive table rows is only supported for transactional tables"
            raise user_error("NOT_SUPPORTED", message, where_of(node, text))
        return iceberg.load(self.store, *self.name(node, text))

    def resolve(self, node: exp.Table, queries: "Queries") -> Scan | Relation:
        """The rows a FROM item stands for."""
        if "$" in node.name:
            return self._metadata(node, queries)
        found = self.glue_table(node, queries.text)
        if found.get("TableType") == "VIRTUAL_VIEW":
            return self._view(found, queries)
        if iceberg.is_iceberg(found):
            table = iceberg.load(self.store, *self.name(node, queries.text))
            return iceberg_scan(table, self.store, _version(table, node, queries.text))
        if node.args.get("version"):
            raise user_error("NOT_SUPPORTED", "This connector does not support versioned tables")
        return hive_scan(found, self.store)

    def _view(self, found: dict[str, Any], queries: "Queries") -> Relation:
        text = str(found.get("ViewOriginalText") or "")
        if not text.startswith(VIEW_PREFIX):
            raise NotSupportedHere(f"the view {found['Name']}, which Athena did not write")
        definition = json.loads(base64.b64decode(text[len(VIEW_PREFIX) : -len(VIEW_SUFFIX)]))
        sql = str(definition["originalSql"])
        inside = replace(self, database=str(definition.get("schema") or self.database))
        outside = queries.text, queries.table
        queries.text, queries.table = sql, inside.resolve
        try:
            relation = queries.query(parse(sql))
        finally:
            queries.text, queries.table = outside
        return relation.named(found["Name"], [column["name"] for column in definition["columns"]])

    def _metadata(self, node: exp.Table, queries: "Queries") -> Relation:
        base = node.copy()
        name, _, kind = node.name.partition("$")
        base.this.set("this", name)
        found = self.glue_table(base, queries.text)
        if not iceberg.is_iceberg(found) or kind.lower() not in metadata_tables.KINDS:
            raise table_not_found(*self.name(node, queries.text), where_of(node, queries.text))
        table = iceberg.load(self.store, *self.name(base, queries.text))
        return metadata_tables.relation(table, kind.lower(), queries.alias())


def _version(table: Table, node: exp.Table, text: str) -> int | None:
    """The snapshot of ``FOR VERSION | TIMESTAMP AS OF``; None reads the current one."""
    version = node.args.get("version")
    if version is None:
        return None
    value = version.expression
    if version.args.get("kind") != "AS OF":
        raise NotSupportedHere(version.sql("trino"), where_of(node, text))
    if version.name.upper() == "VERSION":
        return _numbered(table, value, text)
    return _dated(table, value, text)


def _numbered(table: Table, value: exp.Expression, text: str) -> int:
    if isinstance(value, exp.Literal) and value.is_string:
        reference = table.refs().get(value.name)
        if reference is None:
            raise user_error("INVALID_ARGUMENTS", f"Cannot find snapshot with reference name: {value.name}")
        return reference.snapshot_id
    if not isinstance(value, exp.Literal) or not value.name.isdigit():
        raise NotSupportedHere(f"the version {value.sql('trino')}", where_of(value, text))
    if table.snapshot_by_id(int(value.name)) is None:
        raise user_error("INVALID_ARGUMENTS", f"Iceberg snapshot ID does not exists: {value.name}")
    return int(value.name)


def _dated(table: Table, value: exp.Expression, text: str) -> int:
    """The snapshot that was current then; Trino takes a timestamp with time zone, in UTC unless it names a zone."""
    literal = value.find(exp.Literal)
    moment = _moment(literal.name if literal is not None else "")
    if moment is None:
        raise NotSupportedHere(f"the time {value.sql('trino')}", where_of(value, text))
    milliseconds = int(moment.timestamp() * 1000)
    known = [entry for entry in table.history() if entry.timestamp_ms <= milliseconds]
    if not known:
        name = ".".join(table.name())
        message = f"No version history table {name} at or before {moment.isoformat(timespec='milliseconds')}"
        raise user_error("INVALID_ARGUMENTS", message)
    return max(known, key=lambda entry: entry.timestamp_ms).snapshot_id


def _moment(text: str) -> datetime | None:
    bare = text.removesuffix(" UTC").removesuffix("Z")
    try:
        moment = datetime.fromisoformat(bare)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
