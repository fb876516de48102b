"""INSERT, DELETE and UPDATE on Iceberg tables."""

from collections.abc import Callable, Sequence

from pyiceberg.table import FileScanTask, Table
from sqlglot import exp

from local.athena.duck.changes import (
    Target,
    Writing,
    assignments,
    check_types,
    columns_of,
    rewrite,
    row_sql,
    target_of,
)
from local.athena.duck.commits import commit
from local.athena.duck.expressions import Expressions
from local.athena.duck.merge import merge
from local.athena.duck.predicates import push_down
from local.athena.duck.scope import Relation, Scope, refuse_unknown
from local.athena.duck.write import Writer
from local.athena.engine import Result
from local.athena.errors import NotSupportedHere, user_error
from local.athena.sql import name_of, where_of


def run(tree: exp.Expression, work: Writing) -> Result:
    """Run one statement that changes a table; anything else is refused."""
    statement = _STATEMENTS.get(type(tree))
    if statement is None:
        raise NotSupportedHere(f"the statement {tree.sql('trino')[:60]!r}")
    return statement(tree, work)


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
    check_types("Insert query has mismatched column types: ", kinds, values, where)
    given = dict(zip(names, values, strict=True))
    sql = f"SELECT {row_sql(columns, given)} FROM {relation.sql}"
    added, rows = Writer(table, work.catalog.store, work.cursor).write(work.sql(sql))
    commit(table, added, [], only_adds=True)
    return work.result(rows)


def _delete(tree: exp.Expression, work: Writing) -> Result:
    refuse_unknown(tree, ("this", "where"), work.queries.text)
    if tree.this.alias:
        raise user_error("SYNTAX_ERROR", "mismatched input. Expecting: '.', 'WHERE', <EOF>")
    target = target_of(tree.this, work)
    scope = Scope(list(target.relation.fields), None, work.queries.text)
    condition, by_files = _where(work, scope, tree)
    tasks = target.scan.tasks() if by_files else []
    if by_files and target.scan.is_whole(tasks):
        return _drop(work, target, tasks)
    sql = f"SELECT {target.place()}, false AS __keep FROM {target.relation.sql}"
    return rewrite(work, target, sql + condition)


def _drop(work: Writing, target: Target, tasks: Sequence[FileScanTask]) -> Result:
    """Leave out files all of whose rows are meant, without reading them."""
    commit(target.table, [], [task.file for task in tasks], only_adds=False)
    return work.result(sum(task.file.record_count for task in tasks))


def _where(work: Writing, scope: Scope, tree: exp.Expression) -> tuple[str, bool]:
    """The clause as SQL, and whether the scan can choose by all of it."""
    clause = tree.args.get("where")
    if clause is None:
        return "", True
    x = Expressions(work.queries, scope, "WHERE clause")
    complete = push_down(x, clause.this)
    return f" WHERE {x.condition(clause.this).sql}", complete


def _update(tree: exp.Expression, work: Writing) -> Result:
    refuse_unknown(tree, ("this", "expressions", "where"), work.queries.text)
    target = target_of(tree.this, work)
    scope = Scope(list(target.relation.fields), None, work.queries.text)
    changed = assignments(
        work, target, scope, tree.expressions, "UPDATE table column types don't match SET expressions: "
    )
    sql = (
        f"SELECT {target.place()}, true AS __keep, {row_sql(target.columns, {**target.stored(), **changed})}"
    )
    condition, _ = _where(work, scope, tree)
    return rewrite(work, target, f"{sql} FROM {target.relation.sql}{condition}")


_STATEMENTS: dict[type[exp.Expression], Callable[[exp.Expression, Writing], Result]] = {
    exp.Insert: _insert, exp.Delete: _delete, exp.Update: _update, exp.Merge: merge,
}  # fmt: skip
