"""FROM: tables, subqueries, WITH names, joins and UNNEST, with the fields each makes visible."""

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from local.athena.duck.expressions import Expressions
from local.athena.duck.operators import compare
from local.athena.duck.predicates import push_down
from local.athena.duck.scan import Scan
from local.athena.duck.scope import Beyond, Field, Relation, Scope, Typed, refuse_unknown
from local.athena.duck.types import BIGINT, Type
from local.athena.errors import NotSupportedHere, user_error
from local.athena.sql import name_of, where_of

if TYPE_CHECKING:
    from local.athena.duck.queries import Queries

_CORRELATED = NotSupportedHere("a subquery in FROM that uses columns of the query around")
_OUTER_IN_ON = user_error("NOT_SUPPORTED", "Reference to column from outer scope not allowed in this context")
_ITEMS = (exp.Table, exp.Subquery, exp.Values, exp.Unnest)
_JOIN = ("this", "on", "using", "kind", "side", "method")


def from_clause(queries: "Queries", node: exp.Select, scope: Scope) -> str:
    """The FROM list as SQL; fills `scope` with its fields. Empty for a SELECT without FROM."""
    clause = node.args.get("from_")
    if clause is None:
        return ""
    leftmost, joins = _unwrapped(clause.this)
    first = table_item(queries, leftmost, scope)
    scope.fields += first.fields
    sql = first.sql
    for join in [*joins, *node.args.get("joins", [])]:
        sql += _join(queries, join, scope)
    return sql


def _unwrapped(node: exp.Expression) -> tuple[exp.Expression, list[exp.Join]]:
    """The leftmost item and its joins in order, out of ``((a JOIN b) JOIN c)``: Trino writes the joins of views so."""
    joins = list(node.args.get("joins") or [])
    while isinstance(node, exp.Subquery) and not node.args.get("alias") and isinstance(node.this, _ITEMS):
        node = node.this
        joins = [*(node.args.get("joins") or []), *joins]
    return node, joins


def table_item(queries: "Queries", node: exp.Expression, scope: Scope) -> Relation:
    alias = node.args.get("alias")
    name = name_of(alias.this) if alias is not None and alias.this else None
    columns = [name_of(column) for column in alias.columns] if alias is not None else []
    if isinstance(node, exp.Table) and isinstance(node.this, exp.Values):  # in parentheses
        node = node.this
    if isinstance(node, exp.Table):
        refuse_unknown(node, ("this", "db", "catalog", "alias", "version", "joins"), queries.text)
        relation = _table(queries, node, scope)
        return relation.named(name or name_of(node.this), columns)
    if isinstance(node, exp.Unnest):
        return _unnest(queries, node, Scope([], None, queries.text))
    if isinstance(node, exp.Values):
        relation = queries.query(replace_alias(node), None, None)
    elif isinstance(node, exp.Subquery):
        around = Beyond(outer=scope.outer, text=queries.text, reason=_CORRELATED)
        relation = queries.query(node.this, around, getattr(scope, "with_queries", {}))
    else:
        raise NotSupportedHere(f"{type(node).__name__} in FROM", where_of(node, queries.text))
    return relation.named(name, columns) if name else relation


def replace_alias(node: exp.Values) -> exp.Values:
    """VALUES without the alias that names it."""
    bare = node.copy()
    bare.set("alias", None)
    return bare


def _table(queries: "Queries", node: exp.Table, scope: Scope) -> Relation:
    named = getattr(scope, "with_queries", {}).get(name_of(node.this))
    if named is not None and not node.args.get("db"):
        relation = queries.query(named.node, None, named.ctes)
        return relation.named(name_of(node.this), named.columns) if named.columns else relation
    found = queries.table(node, queries)
    if isinstance(found, Relation):
        return found
    return scan_relation(queries, found)


def scan_relation(queries: "Queries", scan: Scan) -> Relation:
    """A stored table as a FROM item; what it reads is decided once the whole statement is compiled."""
    queries.scans.append(scan)
    alias = queries.alias()
    return Relation(f"{scan.token} AS {alias}", tuple(scan.fields(alias)))


def _join(queries: "Queries", node: exp.Join, scope: Scope) -> str:
    refuse_unknown(node, _JOIN, queries.text)
    if node.args.get("method"):
        raise NotSupportedHere(f"{node.args['method']} JOIN", where_of(node, queries.text))
    side, kind = (node.args.get("side") or "").upper(), (node.args.get("kind") or "").upper()
    if isinstance(node.this, exp.Unnest):
        return _unnest_join(queries, node, scope, side)
    right = table_item(queries, node.this, scope)
    if kind == "CROSS" or not (node.args.get("on") or node.args.get("using")):
        if side or kind not in ("CROSS", ""):
            raise user_error(
                "SYNTAX_ERROR", f"{side or kind} JOIN needs ON or USING", where_of(node, queries.text)
            )
        scope.fields += right.fields
        return f" CROSS JOIN {right.sql}"
    if node.args.get("using"):
        condition = _using(queries, node, scope, right, side)
    else:
        scope.fields += right.fields
        clause = Expressions(queries, scope.alone(_OUTER_IN_ON), "JOIN ON clause")
        _push_down(clause, node.args["on"], right, side)
        condition = clause.condition(node.args["on"]).sql
    return f" {side or 'INNER'} JOIN {right.sql} ON {condition}"


def _push_down(clause: Expressions, condition: exp.Expression, right: Relation, side: str) -> None:
    """An inner join chooses rows of both sides by its condition, a left join only those of its right side."""
    if not side:
        push_down(clause, condition)
    if side == "LEFT":
        for scan in {
            id(f.typed.origin.scan): f.typed.origin.scan for f in right.fields if f.typed.origin
        }.values():
            push_down(clause, condition, scan)


def _using(queries: "Queries", node: exp.Join, scope: Scope, right: Relation, side: str) -> str:
    """USING columns appear once, first, and belong to neither table."""
    if side in ("FULL", "RIGHT"):
        raise NotSupportedHere(f"{side} JOIN … USING", where_of(node, queries.text))
    left_scope, right_scope = (
        Scope(scope.fields, None, queries.text),
        Scope(list(right.fields), None, queries.text),
    )
    conditions, shared, names = [], [], [name_of(column) for column in node.args["using"]]
    for name in names:
        column = exp.column(name)
        one, two = left_scope.resolve(column), right_scope.resolve(column)
        conditions.append(compare("=", one, two, where_of(node, queries.text)).sql)
        shared.append(Field(name, one))
    rest = [f for f in (*scope.fields, *right.fields) if f.name not in names]
    scope.fields[:] = [*shared, *rest]
    return " AND ".join(conditions)


def _unnest_join(queries: "Queries", node: exp.Join, scope: Scope, side: str) -> str:
    on = node.args.get("on")
    if side not in ("", "LEFT") or (on is not None and not (isinstance(on, exp.Boolean) and on.this)):
        raise NotSupportedHere("this join with UNNEST", where_of(node, queries.text))
    relation = _unnest(queries, node.this, scope)
    scope.fields += relation.fields
    return f" {side or 'INNER'} JOIN LATERAL {relation.sql} ON true"


def _unnest(queries: "Queries", node: exp.Unnest, scope: Scope) -> Relation:
    """UNNEST(…) [WITH ORDINALITY]: rows and map entries spread into columns, short arrays end in NULLs."""
    refuse_unknown(node, ("expressions", "alias", "offset"), queries.text)
    x = Expressions(queries, scope, "UNNEST")
    inner, alias = queries.alias(), queries.alias()
    items, lengths, fields = [], [], []
    for index, typed in enumerate(x.compile(item) for item in node.expressions):
        if typed.type.name not in ("array", "map"):
            raise NotSupportedHere(f"UNNEST of {typed.type}", where_of(node, queries.text))
        is_map = typed.type.name == "map"
        items.append(f"unnest({f'map_entries({typed.sql})' if is_map else typed.sql}) AS u{index}")
        lengths.append(f"coalesce({'cardinality' if is_map else 'len'}({typed.sql}), 0)")
        element = Type("row", typed.type.args, ("key", "value")) if is_map else typed.type.part(0)
        if element.name == "row":
            names = [name or f"field{at}" for at, name in enumerate(element.names)]
            fields += [Typed(f'{inner}.u{index}."{name}"', element.part(at)) for at, name in enumerate(names)]
        else:
            fields.append(Typed(f"{inner}.u{index}", element))
    if node.args.get("offset"):
        items.append(f"unnest(generate_series(1, greatest({', '.join(lengths)}))) AS o")
        fields.append(Typed(f"{inner}.o", BIGINT))
    columns = ", ".join(f"{typed.sql} AS c{index}" for index, typed in enumerate(fields))
    sql = f"(SELECT {columns} FROM (SELECT {', '.join(items)}) AS {inner}) AS {alias}"
    visible = tuple(Field(None, replace(t, sql=f"{alias}.c{i}")) for i, t in enumerate(fields))
    return _unnest_names(Relation(sql, visible), node)


def _unnest_names(relation: Relation, unnest: exp.Unnest) -> Relation:
    alias = unnest.args.get("alias")
    if alias is None or not alias.this:
        return relation
    names = [name_of(column) for column in alias.columns]
    if unnest.args.get("offset"):  # sqlglot keeps the last column alias of WITH ORDINALITY apart
        offset = unnest.args["offset"]
        names += [name_of(offset)] if isinstance(offset, exp.Identifier) and names else []
    return relation.named(name_of(alias.this), names)
