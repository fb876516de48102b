"""INSERT, DELETE, UPDATE and MERGE on Iceberg tables: copy-on-write of the data files a statement touches."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import duckdb
from pyiceberg.table import Table
from sqlglot import exp

from local.athena.duck.casts import coerce
from local.athena.duck.catalog import Catalog
from local.athena.duck.expressions import Expressions
from local.athena.duck.iceberg_types import from_iceberg
from local.athena.duck.predicates import push_down
from local.athena.duck.queries import Queries
from local.athena.duck.scan import identifier
from local.athena.duck.scope import Relation, Scope, Typed, refuse_unknown
from local.athena.duck.sources import scan_relation, table_item
from local.athena.duck.tables import FILE, POSITION, IcebergScan, iceberg_scan
from local.athena.duck.types import Type, coerces, duck
from local.athena.duck.write import Writer, commit
from local.athena.engine import Column, Result
from local.athena.errors import NotSupportedHere, check_cutoff, column_not_found, user_error
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


def run(tree: exp.Expression, work: Writing) -> Result:
    """Run one statement that changes a table; anything else is refused."""
    statement = _STATEMENTS.get(type(tree))
    if statement is None:
        raise NotSupportedHere(f"the statement {tree.sql('trino')[:60]!r}")
    return statement(tree, work)


def columns_of(table: Table) -> list[tuple[str, Type]]:
    """The table's columns in order."""
    return [(item.name.lower(), from_iceberg(item.field_type)) for item in table.schema().fields]


# ── INSERT ──────────────────────────────────────────────────────────────────


def _insert(tree: exp.Expression, work: Writing) -> Result:
    refuse_unknown(tree, ("this", "expression", "with_"), work.queries.text)
    target = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    listed = [name_of(c) for c in tree.this.expressions] if isinstance(tree.this, exp.Schema) else None
    table = work.catalog.iceberg(target, work.queries.text)
    source = tree.expression.copy()
    if tree.args.get("with_"):
        source.set("with_", tree.args["with_"].copy())
    relation = work.queries.query(source)
    return insert(work, table, relation, listed, where_of(tree.this, work.queries.text))


def insert(work: Writing, table: Table, relation: Relation, listed: list[str] | None, where: str) -> Result:
    """Append the rows of `relation`; `listed` names the columns they fill, the others become NULL."""
    columns = columns_of(table)
    names = listed if listed is not None else [name for name, _ in columns]
    unknown = [name for name in names if name not in dict(columns)]
    if unknown:
        raise user_error(
            "COLUMN_NOT_FOUND", f"Insert column name does not exist in target table: {unknown[0]}", where
        )
    if len(set(names)) < len(names):
        raise user_error("DUPLICATE_COLUMN_NAME", "Insert column name is specified more than once", where)
    values = [item.typed for item in relation.fields]
    kinds = [dict(columns)[name] for name in names]
    _check_types("Insert query has mismatched column types: ", kinds, values, where)
    given = dict(zip(names, values, strict=True))
    sql = f"SELECT {_row(columns, given)} FROM {relation.sql}"
    added, rows = Writer(table, work.catalog.store, work.cursor).write(work.sql(sql))
    commit(table, added, [], only_adds=True)
    return work.result(rows)


def _check_types(message: str, kinds: Sequence[Type], values: Sequence[Typed], where: str) -> None:
    if len(kinds) == len(values) and all(
        coerces(v.type, kind) for v, kind in zip(values, kinds, strict=True)
    ):
        return
    table, query = ", ".join(map(str, kinds)), ", ".join(str(value.type) for value in values)
    raise user_error("TYPE_MISMATCH", f"{message}Table: [{table}], Query: [{query}]", where)


def _row(columns: Columns, given: dict[str, Typed]) -> str:
    null = Typed("NULL", Type("unknown"))
    items = [f"{coerce(given.get(name, null), kind).sql} AS {identifier(name)}" for name, kind in columns]
    return ", ".join(items)


# ── DELETE, UPDATE, MERGE: rows to leave out and rows to write ──────────────


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


def _target(node: exp.Table, work: Writing) -> Target:
    refuse_unknown(node, ("this", "db", "catalog", "alias"), work.queries.text)
    table = work.catalog.iceberg(node, work.queries.text)
    scan = iceberg_scan(table, work.catalog.store, with_position=True)
    relation = scan_relation(work.queries, scan)
    alias = relation.sql.rpartition(" AS ")[2]
    return Target(table, scan, relation.named(node.alias.lower() or name_of(node.this)), alias)


def _delete(tree: exp.Expression, work: Writing) -> Result:
    refuse_unknown(tree, ("this", "where"), work.queries.text)
    target = _target(tree.this, work)
    scope = Scope(list(target.relation.fields), None, work.queries.text)
    nothing = ", ".join(f"CAST(NULL AS {duck(kind)}) AS {identifier(name)}" for name, kind in target.columns)
    sql = f"SELECT {target.place()}, false AS __keep, {nothing} FROM {target.relation.sql}"
    return _rewrite(work, target, sql + _where(work, scope, tree))


def _where(work: Writing, scope: Scope, tree: exp.Expression) -> str:
    clause = tree.args.get("where")
    if clause is None:
        return ""
    x = Expressions(work.queries, scope, "WHERE clause")
    push_down(x, clause.this)
    return f" WHERE {x.condition(clause.this).sql}"


def _update(tree: exp.Expression, work: Writing) -> Result:
    refuse_unknown(tree, ("this", "expressions", "where"), work.queries.text)
    target = _target(tree.this, work)
    scope = Scope(list(target.relation.fields), None, work.queries.text)
    changed = _assignments(
        work, target, scope, tree.expressions, "UPDATE table column types don't match SET expressions: "
    )
    sql = f"SELECT {target.place()}, true AS __keep, {_row(target.columns, {**target.stored(), **changed})}"
    return _rewrite(work, target, f"{sql} FROM {target.relation.sql}" + _where(work, scope, tree))


def _assignments(
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
    _check_types(message, [kinds[name] for name in changed], list(changed.values()), where)
    return changed


def _merge(tree: exp.Expression, work: Writing) -> Result:
    refuse_unknown(tree, ("this", "using", "on", "whens", "with_"), work.queries.text)
    target = _target(tree.this, work)
    source_scope = Scope([], None, work.queries.text)
    source = table_item(work.queries, tree.args["using"], source_scope)
    both = Scope([*target.relation.fields, *source.fields], None, work.queries.text)
    x = Expressions(work.queries, both, "MERGE search condition")
    push_down(x, tree.args["on"], only=target.scan)
    condition = x.condition(tree.args["on"]).sql
    is_new = f"{target.alias}.{POSITION} IS NULL"
    cases, rows = _cases(tree, work, target, source, is_new)
    if not _has_rows(target):
        # Nothing can match: the new rows go straight to their files.
        return _merge_into_empty(work, target, source, cases, rows)
    join = "LEFT" if any(not case.matched for case in cases) else "INNER"
    columns = [f"{_pick(cases, rows, name, kind)} AS {identifier(name)}" for name, kind in target.columns]
    chosen = "CASE " + " ".join(f"WHEN {case.test} THEN {case.number}" for case in cases) + " END"
    kept = ", ".join(str(case.number) for case in cases if not case.deletes) or "-1"
    picked = f"SELECT {target.place()}, {chosen} AS __case, {', '.join(columns)}"
    joined = f"{picked} FROM {source.sql} {join} JOIN {target.relation.sql} ON {condition}"
    names = ", ".join(identifier(name) for name, _ in target.columns)
    sql = f"SELECT __f, __p, __case IN ({kept}) AS __keep, {names} FROM ({joined}) AS j WHERE __case IS NOT NULL"
    return _rewrite(work, target, sql)


@dataclass(frozen=True)
class Case:
    """One WHEN clause: its test in SQL and whether it deletes."""

    number: int
    matched: bool
    test: str
    deletes: bool


def _cases(
    tree: exp.Expression, work: Writing, target: Target, source: Relation, is_new: str
) -> tuple[list[Case], list[dict[str, Typed]]]:
    cases, rows = [], []
    text = work.queries.text
    for number, when in enumerate(tree.args["whens"].expressions):
        refuse_unknown(when, ("matched", "condition", "then"), text)
        matched = bool(when.args.get("matched"))
        fields = [*target.relation.fields, *source.fields] if matched else list(source.fields)
        scope = Scope(fields, None, text)
        test = f"NOT ({is_new})" if matched else is_new
        if when.args.get("condition"):
            extra = Expressions(work.queries, scope, "MERGE WHEN clause").condition(when.args["condition"])
            test += f" AND {extra.sql}"
        then = when.args["then"]
        message = f"MERGE table column types don't match for MERGE case {number}, SET expressions: "
        if isinstance(then, exp.Insert):
            row = _inserted(work, target, scope, then, message)
        elif isinstance(then, exp.Update):
            row = {**target.stored(), **_assignments(work, target, scope, then.expressions, message)}
        else:
            row = {}
        cases.append(Case(number, matched, test, not row))
        rows.append(row)
    return cases, rows


def _inserted(
    work: Writing, target: Target, scope: Scope, then: exp.Insert, message: str
) -> dict[str, Typed]:
    kinds = dict(target.columns)
    names = [name_of(c.this) for c in then.this.expressions] if then.this else list(kinds)
    unknown = [name for name in names if name not in kinds]
    if unknown:
        raise column_not_found(unknown[0], where_of(then, work.queries.text))
    x = Expressions(work.queries, scope, "INSERT VALUES")
    values = [x.compile(node) for node in then.expression.expressions]
    _check_types(message, [kinds[name] for name in names], values, where_of(then, work.queries.text))
    return dict(zip(names, values, strict=True))


def _pick(cases: Sequence[Case], rows: Sequence[dict[str, Typed]], name: str, kind: Type) -> str:
    """The value of one column by the clause that applies; the tests are the same as in the chosen number."""
    null = Typed("NULL", Type("unknown"))
    arms = [
        f"WHEN {case.test} THEN {coerce(row.get(name, null), kind).sql}"
        for case, row in zip(cases, rows, strict=True)
    ]
    return f"CASE {' '.join(arms)} END"


def _has_rows(target: Target) -> bool:
    return bool(target.scan.tasks())


def _merge_into_empty(
    work: Writing, target: Target, source: Relation, cases: Sequence[Case], rows: Sequence[dict[str, Typed]]
) -> Result:
    new = [(replace(case, test=case.test.replace(f"{target.alias}.{POSITION} IS NULL", "true")), row)
           for case, row in zip(cases, rows, strict=True) if not case.matched]  # fmt: skip
    if not new:
        return work.result(0)
    columns = [
        f"{_pick([case for case, _ in new], [row for _, row in new], name, kind)} AS {identifier(name)}"
        for name, kind in target.columns
    ]
    tests = " OR ".join(f"({case.test})" for case, _ in new)
    sql = f"SELECT {', '.join(columns)} FROM {source.sql} WHERE {tests}"
    added, count = Writer(target.table, work.catalog.store, work.cursor).write(work.sql(sql))
    commit(target.table, added, [], only_adds=False)
    return work.result(count)


def _rewrite(work: Writing, target: Target, changes: str) -> Result:
    """Write anew the files that hold rows of `changes` (__f, __p, __keep, columns), without those rows but with the kept.

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
    parts = [f"SELECT {names} FROM changes WHERE __keep"]
    if partly:
        rest = replace(
            target.scan, predicates=[], only_files=partly, used={name for name, _ in target.columns}
        )
        relation, _ = rest.plan()
        listed = ", ".join(f"t.{identifier(name)}" for name, _ in target.columns)
        gone = f"SELECT 1 FROM changes AS c WHERE c.__f = t.{FILE} AND c.__p = t.{POSITION}"
        parts.append(f"SELECT {listed} FROM {relation} AS t WHERE NOT EXISTS ({gone})")
    added, _ = Writer(target.table, work.catalog.store, cursor).write(" UNION ALL ".join(parts))
    cursor.execute("DROP TABLE changes")
    removed = [tasks[file].file for file, _, _ in touched]
    commit(target.table, added, removed, only_adds=False)
    return work.result(int(affected[0]) if affected else 0)


_STATEMENTS: dict[type[exp.Expression], Callable[[exp.Expression, Writing], Result]] = {
    exp.Insert: _insert, exp.Delete: _delete, exp.Update: _update, exp.Merge: _merge,
}  # fmt: skip
