"""Queries: SELECT, set operations, VALUES and WITH, compiled clause by clause as Trino analyses them."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlglot import exp

from local.athena.duck import sources
from local.athena.duck.aggregates import compile_aggregate
from local.athena.duck.casts import coerce
from local.athena.duck.expressions import Expressions
from local.athena.duck.grouping import functions_outside_windows, group_by
from local.athena.duck.ordering import tail
from local.athena.duck.predicates import push_down
from local.athena.duck.scan import Scan
from local.athena.duck.scope import Field, Relation, Resolved, Scope, Typed, refuse_unknown
from local.athena.duck.types import Type, common
from local.athena.errors import NotSupportedHere, user_error
from local.athena.sql import name_of, where_of

_SELECT = (
    "expressions", "from_", "joins", "where", "group", "having", "order", "limit", "offset", "distinct", "with_",
)  # fmt: skip
_SET_OPERATION = ("this", "expression", "distinct", "order", "limit", "offset", "with_")
_WORDS: dict[type[exp.Expression], str] = {
    exp.Union: "UNION",
    exp.Intersect: "INTERSECT",
    exp.Except: "EXCEPT",
}
MAX_DEPTH = 60  # WITH queries and views are compiled where they are used, as Trino does


@dataclass
class Queries:
    """Compiles the queries of one statement and collects the table scans they need."""

    text: str
    now: datetime
    table: Callable[[exp.Table, "Queries"], "Scan | Relation"]
    scans: list[Scan] = field(default_factory=list)
    aliases: "itertools.count[int]" = field(default_factory=itertools.count)
    depth: int = 0

    def alias(self) -> str:
        """A fresh relation name; DuckDB never sees the names of the query."""
        return f"r{next(self.aliases)}"

    def subquery(self, node: exp.Expression, outer: Scope | None) -> Relation:
        """A query inside an expression; it sees the fields around it."""
        around = Around([], outer, self.text)
        relation = self.query(node, around, getattr(outer, "with_queries", {}))
        if around.asked and not _may_be_correlated(node):
            what = "HAVING, ORDER BY, LIMIT, a window or a set operation in a correlated subquery"
            raise NotSupportedHere(what, where_of(node, self.text))
        return relation

    def query(
        self, node: exp.Expression, outer: Scope | None = None, ctes: dict[str, "Named"] | None = None
    ) -> Relation:
        """A query as a FROM item ``(…) AS rN`` whose columns are c0, c1, …"""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise user_error("QUERY_TEXT_TOO_LARGE", "The query nests too deeply")
        try:
            return self._query(node, outer, dict(ctes or {}))
        finally:
            self.depth -= 1

    def _query(self, node: exp.Expression, outer: Scope | None, ctes: dict[str, "Named"]) -> Relation:
        while isinstance(node, (exp.Subquery, exp.Paren)) and not _decorated(node):
            node = node.this
        if node.args.get("with_"):
            ctes = self._with(node.args["with_"], ctes)
        if isinstance(node, exp.Subquery):
            return self._decorated_subquery(node, outer, ctes)
        if isinstance(node, exp.SetOperation):
            return self._set_operation(node, outer, ctes)
        if isinstance(node, exp.Values):
            return self._values(node, outer)
        if isinstance(node, exp.Select):
            return self._select(node, outer, ctes)
        raise NotSupportedHere(f"{type(node).__name__} as a query", where_of(node, self.text))

    def _with(self, clause: exp.With, ctes: dict[str, "Named"]) -> dict[str, "Named"]:
        if clause.args.get("recursive"):
            raise NotSupportedHere("WITH RECURSIVE")
        for cte in clause.expressions:
            columns = [column.name for column in cte.args["alias"].columns]
            ctes = {**ctes, cte.alias.lower(): Named(cte.this, columns, ctes)}
        return ctes

    def _decorated_subquery(
        self, node: exp.Subquery, outer: Scope | None, ctes: dict[str, "Named"]
    ) -> Relation:
        """``(query) ORDER BY … LIMIT …``."""
        refuse_unknown(node, ("this", "order", "limit", "offset", "with_"), self.text)
        inner = self.query(node.this, outer, ctes)
        columns = ", ".join(f"{item.typed.sql} AS c{index}" for index, item in enumerate(inner.fields))
        sql = f"SELECT {columns} FROM {inner.sql}"
        return self._finish(sql + tail(self, node, _outputs(inner.fields), None), inner.fields)

    def _finish(
        self, sql: str, fields: tuple[Field, ...] | list[Field], keep_origin: bool = False
    ) -> Relation:
        alias = self.alias()
        renamed = tuple(
            Field(
                item.name,
                Typed(f"{alias}.c{at}", item.typed.type, origin=item.typed.origin if keep_origin else None),
            )
            for at, item in enumerate(fields)
        )
        return Relation(f"({sql}) AS {alias}", renamed)

    # ── SELECT ──────────────────────────────────────────────────────────────

    def _select(self, node: exp.Select, outer: Scope | None, ctes: dict[str, "Named"]) -> Relation:
        refuse_unknown(node, _SELECT, self.text)
        scope = CteScope([], outer, self.text, ctes)
        source = sources.from_clause(self, node, scope)
        sql = f" FROM {source}" if source else ""
        plain = Expressions(self, scope, "WHERE clause")
        if node.args.get("where"):
            push_down(plain, node.args["where"].this)
            sql += f" WHERE {plain.condition(node.args['where'].this).sql}"
        items = self._select_items(node, scope)
        grouped = node.args.get("group") or any(functions_outside_windows(item) for item, _ in items)
        grouped = grouped or node.args.get("having")
        rows = replace(plain, clause="SELECT clause", aggregates=compile_aggregate)
        if grouped:
            keys, clause = group_by(self, node, rows, items)
            sql += clause
            rows = replace(rows, group_keys=keys)
        if node.args.get("having"):
            sql += f" HAVING {replace(rows, clause='HAVING clause').condition(node.args['having'].this).sql}"
        fields = [Field(name, rows.compile(item)) for item, name in items]
        distinct = "DISTINCT " if node.args.get("distinct") else ""
        if distinct:
            refuse_unknown(node.args["distinct"], (), self.text)
        columns = ", ".join(f"{item.typed.sql} AS c{index}" for index, item in enumerate(fields))
        ending = tail(self, node, fields, rows)
        simple = not (grouped or distinct or ending or any(item.find(exp.Window) for item, _ in items))
        return self._finish(f"SELECT {distinct}{columns}{sql}{ending}", fields, keep_origin=simple)

    def _select_items(self, node: exp.Select, scope: Scope) -> list[tuple[exp.Expression, str | None]]:
        """The output expressions with their names, stars spelled out."""
        items: list[tuple[exp.Expression, str | None]] = []
        for item in node.expressions:
            is_star = isinstance(item, exp.Star) or (
                isinstance(item, exp.Column) and isinstance(item.this, exp.Star)
            )
            if is_star:
                refuse_unknown(item, ("this", "table"), self.text)
                relation = name_of(item.args.get("table")) or None
                found = scope.star(relation)
                if not found:
                    raise user_error(
                        "COLUMN_NOT_FOUND", "SELECT * not allowed from relation that has no columns"
                    )
                items += [(Resolved(this=field), field.name) for field in found]
            elif isinstance(item, exp.Alias):
                items.append((item.this, item.alias))
            else:
                items.append((item, item.name if isinstance(item, (exp.Column, exp.Dot)) else None))
        return items

    # ── UNION, INTERSECT, EXCEPT, VALUES ────────────────────────────────────

    def _set_operation(
        self, node: exp.SetOperation, outer: Scope | None, ctes: dict[str, "Named"]
    ) -> Relation:
        refuse_unknown(node, _SET_OPERATION, self.text)
        word = _WORDS[type(node)]
        sides = [self.query(side, outer, ctes) for side in (node.this, node.expression)]
        left, right = (side.fields for side in sides)
        if len(left) != len(right):
            message = f"{word} query has different number of fields: {len(left)}, {len(right)}"
            raise user_error("TYPE_MISMATCH", message, where_of(node, self.text))
        kinds: list[Type] = []
        for index, (one, two) in enumerate(zip(left, right, strict=True)):
            kind = common(one.typed.type, two.typed.type)
            if kind is None:
                kinds_ = f"{one.typed.type}, {two.typed.type}"
                message = f"column {index + 1} in {word} query has incompatible types: {kinds_}"
                raise user_error("TYPE_MISMATCH", message, where_of(node, self.text))
            kinds.append(kind)
        parts = []
        for side in sides:
            columns = zip(side.fields, kinds, strict=True)
            listed = ", ".join(f"{coerce(f.typed, kind).sql} AS c{i}" for i, (f, kind) in enumerate(columns))
            parts.append(f"(SELECT {listed} FROM {side.sql})")
        quantifier = "" if node.args.get("distinct") else " ALL"
        joined = self.alias()
        fields = [Field(f.name, Typed(f"{joined}.c{i}", kinds[i])) for i, f in enumerate(left)]
        listed = ", ".join(f"{f.typed.sql} AS c{i}" for i, f in enumerate(fields))
        sql = f"SELECT {listed} FROM ({parts[0]} {word}{quantifier} {parts[1]}) AS {joined}"
        return self._finish(sql + tail(self, node, fields, None), fields)

    def _values(self, node: exp.Values, outer: Scope | None) -> Relation:
        refuse_unknown(node, ("expressions", "alias"), self.text)
        x = Expressions(self, Scope([], outer, self.text), "VALUES")
        rows = [_columns(row) for row in node.expressions]
        if len({len(row) for row in rows}) != 1:
            raise user_error("TYPE_MISMATCH", "Values rows have mismatched sizes", where_of(node, self.text))
        columns = [x.unify(list(column), "VALUES rows") for column in zip(*rows, strict=True)]
        lines = ", ".join(f"({', '.join(typed[i].sql for typed, _ in columns)})" for i in range(len(rows)))
        alias = self.alias()
        names = ", ".join(f"c{index}" for index in range(len(columns)))
        fields = tuple(Field(None, Typed(f"{alias}.c{i}", kind)) for i, (_, kind) in enumerate(columns))
        return Relation(f"(VALUES {lines}) AS {alias}({names})", fields)


def _columns(row: exp.Expression) -> list[exp.Expression]:
    """The columns of a row of VALUES: one in parentheses, one written ROW (…), or a value alone."""
    items = row.expressions if isinstance(row, exp.Tuple) else [row]
    is_row = len(items) == 1 and isinstance(items[0], exp.Anonymous) and items[0].name.upper() == "ROW"
    return items[0].expressions if is_row else items


@dataclass(frozen=True)
class Named:
    """A WITH query: compiled anew wherever it is named."""

    node: exp.Expression
    columns: list[str]
    ctes: dict[str, "Named"]


@dataclass
class Around(Scope):
    """The fields around a subquery; notes whether the subquery uses one."""

    asked: bool = False

    def _find(self, parts: list[str], where: str) -> Typed | None:
        found = super()._find(parts, where)
        self.asked |= found is not None
        return found


def _may_be_correlated(node: exp.Expression) -> bool:
    """Trino turns a correlated subquery into a join, which it cannot do with each clause."""
    node = node.unnest()
    clauses = ("limit", "offset", "order", "having")
    plain = isinstance(node, exp.Select) and not any(node.args.get(key) for key in clauses)
    return plain and node.find(exp.Window, exp.SetOperation) is None


@dataclass
class CteScope(Scope):
    """A scope that also knows the WITH queries a subquery may name."""

    with_queries: dict[str, Named] = field(default_factory=dict)


def _decorated(node: exp.Expression) -> bool:
    return any(node.args.get(key) for key in ("order", "limit", "offset", "with_"))


def _outputs(fields: tuple[Field, ...]) -> list[Field]:
    return list(fields)
