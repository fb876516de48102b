"""Changing rows of an Iceberg table copy-on-write: what DELETE, UPDATE and MERGE share."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import duckdb
from pyiceberg.table import Table
from sqlglot import exp

from local.athena.duck.casts import coerce
from local.athena.duck.catalog import Catalog
from local.athena.duck.commits import commit
from local.athena.duck.expressions import Expressions
from local.athena.duck.iceberg_types import from_iceberg
from local.athena.duck.queries import Queries
from local.athena.duck.scan import identifier
from local.athena.duck.scope import Relation, Scope, Typed, refuse_unknown
from local.athena.duck.sources import scan_relation
from local.athena.duck.tables import FILE, POSITION, IcebergScan, iceberg_scan
from local.athena.duck.types import Type, coerces
from local.athena.duck.write import Writer
from local.athena.engine import Column, Result
from local.athena.errors import check_cutoff, column_not_found, user_error
from local.athena.sql import name_of, where_of

Columns = Sequence[tuple[str, Type]]


@dataclass
class Writing:
    """What a writing statement works with."""

    queries: Queries
    catalog: Catalog
    cursor: duckdb.DuckDBPyConnection
    bytes_cutoff: int | None = None
    scanned: int = 0
    planned: dict[str, str] = field(default_factory=dict)

    def sql(self, sql: str) -> str:
        """Put the files to read into compiled SQL; each scan is planned and counted once."""
        for scan in self.queries.scans:
            if scan.token in sql:
                if scan.token not in self.planned:
                    self.planned[scan.token], size = scan.plan()
                    self.scanned += size
                    check_cutoff(self.scanned, self.bytes_cutoff)
                sql = sql.replace(scan.token, self.planned[scan.token])
        return sql

    def result(self, rows: int) -> Result:
        """The answer to a statement that changed `rows` rows."""
        return Result((Column("rows", "bigint", 19),), (), self.scanned, rows)


def columns_of(table: Table) -> list[tuple[str, Type]]:
    """The table's columns in order."""
    return [(item.name.lower(), from_iceberg(item.field_type)) for item in table.schema().fields]


def check_types(message: str, kinds: Sequence[Type], values: Sequence[Typed], where: str) -> None:
    if len(kinds) == len(values) and all(
        coerces(v.type, kind) for v, kind in zip(values, kinds, strict=True)
    ):
        return
    table, query = ", ".join(map(str, kinds)), ", ".join(str(value.type) for value in values)
    raise user_error("TYPE_MISMATCH", f"{message}Table: [{table}], Query: [{query}]", where)


def row_sql(columns: Columns, given: dict[str, Typed]) -> str:
    null = Typed("NULL", Type("unknown"))
    items = [f"{coerce(given.get(name, null), kind).sql} AS {identifier(name)}" for name, kind in columns]
    return ", ".join(items)


@dataclass
class Target:
    """The table a statement changes, as one side of the query that finds the rows."""

    table: Table
    scan: IcebergScan
    relation: Relation
    alias: str

    @property
    def columns(self) -> list[tuple[str, Type]]:
        """The table's columns in order."""
        return columns_of(self.table)

    def place(self) -> str:
        """Where a row is stored, as two columns."""
        return f"{self.alias}.{FILE} AS __f, {self.alias}.{POSITION} AS __p"

    def stored(self) -> dict[str, Typed]:
        """The row as it is."""
        for item in self.relation.fields:
            if not item.hidden:
                item.typed.read()
        return {item.name or "": item.typed for item in self.relation.fields if not item.hidden}


def target_of(node: exp.Table, work: Writing) -> Target:
    refuse_unknown(node, ("this", "db", "catalog", "alias"), work.queries.text)
    table = work.catalog.iceberg(node, work.queries.text)
    scan = iceberg_scan(table, work.catalog.store, with_position=True)
    relation = scan_relation(work.queries, scan)
    alias = relation.sql.rpartition(" AS ")[2]
    return Target(table, scan, relation.named(node.alias.lower() or name_of(node.this)), alias)


def assignments(
    work: Writing, target: Target, scope: Scope, nodes: Sequence[exp.Expression], message: str
) -> dict[str, Typed]:
    x, kinds = Expressions(work.queries, scope, "SET clause"), dict(target.columns)
    changed: dict[str, Typed] = {}
    for node in nodes:
        name = node.this.name.lower()
        if name not in kinds or name in changed:
            raise column_not_found(name, where_of(node, work.queries.text))
        changed[name] = x.compile(node.expression)
    where = where_of(nodes[0], work.queries.text) if nodes else ""
    check_types(message, [kinds[name] for name in changed], list(changed.values()), where)
    return changed


def rewrite(work: Writing, target: Target, changes: str) -> Result:
    """Write anew the files that hold rows of `changes` (__f, __p, __keep, columns): the others and the kept.

    A DELETE keeps none, so its `changes` have no columns.

    Raises
    ------
    QueryFailed
        MERGE_TARGET_ROW_MULTIPLE_MATCHES when a row would be changed twice.
    """
    cursor = work.cursor
    tasks = {task.file.file_path: task for task in target.scan.tasks()}
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE changes AS {work.sql(changes)}")
    touched = cursor.execute(
        "SELECT __f, count(*), count(DISTINCT __p) FROM changes WHERE __p IS NOT NULL GROUP BY __f"
    ).fetchall()
    if any(rows != distinct for _, rows, distinct in touched):
        message = "One MERGE target table row matched more than one source row"
        raise user_error("MERGE_TARGET_ROW_MULTIPLE_MATCHES", message)
    affected = cursor.execute("SELECT count(*) FROM changes").fetchone()
    emptied = {file for file, rows, _ in touched if rows == tasks[file].file.record_count}
    partly = frozenset(file for file, _, _ in touched if file not in emptied)
    names = ", ".join(identifier(name) for name, _ in target.columns)
    kept = cursor.execute("SELECT count(*) FROM changes WHERE __keep").fetchone()
    parts = [f"SELECT {names} FROM changes WHERE __keep"] if kept and kept[0] else []
    if partly:
        rest = replace(
            target.scan, predicates=[], only_files=partly, used={name for name, _ in target.columns}
        )
        relation, _ = rest.plan()
        listed = ", ".join(f"t.{identifier(name)}" for name, _ in target.columns)
        gone = f"SELECT 1 FROM changes AS c WHERE c.__f = t.{FILE} AND c.__p = t.{POSITION}"
        parts.append(f"SELECT {listed} FROM {relation} AS t WHERE NOT EXISTS ({gone})")
    added = []
    if parts:
        added, _ = Writer(target.table, work.catalog.store, cursor).write(" UNION ALL ".join(parts))
    cursor.execute("DROP TABLE changes")
    removed = [tasks[file].file for file, _, _ in touched]
    commit(target.table, added, removed, only_adds=False)
    return work.result(int(affected[0]) if affected else 0)
