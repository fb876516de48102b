"""MERGE INTO: https://trino.io/docs/476/sql/merge.html."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from local.athena.duck.casts import coerce
from local.athena.duck.changes import Target, Writing, assignments, check_types, rewrite, target_of
from local.athena.duck.commits import commit
from local.athena.duck.expressions import Expressions
from local.athena.duck.predicates import push_down
from local.athena.duck.scan import identifier
from local.athena.duck.scope import Relation, Scope, Typed, refuse_unknown
from local.athena.duck.sources import table_item
from local.athena.duck.tables import POSITION
from local.athena.duck.types import Type
from local.athena.duck.write import Writer
from local.athena.engine import Result
from local.athena.errors import column_not_found
from local.athena.sql import name_of, where_of


def merge(tree: exp.Expression, work: Writing) -> Result:
    refuse_unknown(tree, ("this", "using", "on", "whens", "with_"), work.queries.text)
    target = target_of(tree.this, work)
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
    return rewrite(work, target, sql)


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
            row = {**target.stored(), **assignments(work, target, scope, then.expressions, message)}
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
    check_types(message, [kinds[name] for name in names], values, where_of(then, work.queries.text))
    return dict(zip(names, values, strict=True))


def _pick(cases: Sequence[Case], rows: Sequence[dict[str, Typed]], name: str, kind: Type) -> str:
    """The value of one column by the clause that applies; the tests are the same as in the chosen number."""
    null = Typed("NULL", Type("unknown"))
    if len(cases) == 1 and cases[0].test == "true":
        return coerce(rows[0].get(name, null), kind).sql
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
