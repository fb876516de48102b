"""Queries: SELECT, set operations, VALUES and WITH, compiled clause by clause as Trino analyses them."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlglot import exp

from local.athena.duck import functions, sources
from local.athena.duck.aggregates import compile_aggregate, order_terms
from local.athena.duck.casts import coerce
from local.athena.duck.expressions import Expressions
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
        return self.query(node, outer, getattr(outer, "with_queries", {}))

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
        return self._finish(sql + self._tail(node, _outputs(inner.fields), None), inner.fields)

    def _finish(
        self, sql: str, fields: tuple[Field, ...] | list[Field], keep_origin: bool = False
    ) -> Relation:
        alias = self.alias()
        renamed = tuple(
            Field(item.name, Typed(f"{alias}.c{index}", item.typed.type, origin=item.typed.origin if keep_origin else None))
            for index, item in enumerate(fields)
        )  # fmt: skip
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
            keys, clause = self._group_by(node, rows, items)
            sql += clause
            rows = replace(rows, group_keys=keys)
        if node.args.get("having"):
            sql += f" HAVING {replace(rows, clause='HAVING clause').condition(node.args['having'].this).sql}"
        fields = [Field(name, rows.compile(item)) for item, name in items]
        distinct = "DISTINCT " if node.args.get("distinct") else ""
        if distinct:
            refuse_unknown(node.args["distinct"], (), self.text)
        columns = ", ".join(f"{item.typed.sql} AS c{index}" for index, item in enumerate(fields))
        tail = self._tail(node, fields, None if distinct else rows)
        simple = not (grouped or distinct or tail or any(item.find(exp.Window) for item, _ in items))
        return self._finish(f"SELECT {distinct}{columns}{sql}{tail}", fields, keep_origin=simple)

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

    def _group_by(
        self, node: exp.Select, rows: Expressions, items: list[tuple[exp.Expression, str | None]]
    ) -> tuple[frozenset[str], str]:
        """Keys by position or expression; aliases of the SELECT list are no names here."""
        group = node.args.get("group")
        if group is None:
            return frozenset(), ""
        refuse_unknown(group, ("expressions",), self.text)
        plain = replace(rows, clause="GROUP BY clause", aggregates=None)
        keys: set[str] = set()

        def key(expression: exp.Expression) -> str:
            if isinstance(expression, exp.Literal) and not expression.is_string:
                position = int(expression.name)
                if not 1 <= position <= len(items):
                    message = f"GROUP BY position {position} is not in select list"
                    raise user_error("INVALID_COLUMN_REFERENCE", message, where_of(expression, self.text))
                expression = items[position - 1][0]
            sql = plain.compile(expression).sql
            keys.add(sql)
            return sql

        def tuple_of(expression: exp.Expression) -> str:
            inner = expression.this if isinstance(expression, exp.Paren) else expression
            parts = inner.expressions if isinstance(inner, exp.Tuple) else [inner]
            return f"({', '.join(key(part) for part in parts)})"

        clauses = []
        for expression in group.expressions:
            if isinstance(expression, (exp.Rollup, exp.Cube, exp.GroupingSets)):
                word = {exp.Rollup: "ROLLUP", exp.Cube: "CUBE"}.get(type(expression), "GROUPING SETS")
                clauses.append(f"{word} ({', '.join(tuple_of(part) for part in expression.expressions)})")
            else:
                clauses.append(key(expression))
        return frozenset(keys), f" GROUP BY {', '.join(clauses)}"

    # ── ORDER BY, OFFSET, LIMIT ─────────────────────────────────────────────

    def _tail(
        self, node: exp.Expression, fields: "list[Field] | tuple[Field, ...]", rows: Expressions | None
    ) -> str:
        sql = ""
        if node.args.get("order"):
            refuse_unknown(node.args["order"], ("expressions",), self.text)
            sql += " ORDER BY " + self._order_by(node.args["order"], fields, rows)
        for word in ("limit", "offset"):
            if node.args.get(word):
                sql += self._count(node.args[word], word)
        return sql

    def _order_by(
        self, order: exp.Order, fields: "list[Field] | tuple[Field, ...]", rows: Expressions | None
    ) -> str:
        """Names mean output columns first, then (without DISTINCT) those of FROM; numbers are positions."""
        outputs = Scope([Field(item.name, item.typed) for item in fields if item.name], None, self.text)
        if rows is not None:
            keys = rows.group_keys
            keys = None if keys is None else keys | {item.typed.sql for item in fields}
            scope = Ordering(outputs.fields, rows.scope, self.text)
            base = replace(rows, scope=scope, clause="ORDER BY clause", group_keys=keys)
        else:
            base = Expressions(self, outputs, "ORDER BY clause")
        order = order.copy()
        for item in order.expressions:
            target = item.this
            if isinstance(target, exp.Literal) and not target.is_string:
                position = int(target.name)
                if not 1 <= position <= len(fields):
                    raise user_error(
                        "INVALID_COLUMN_REFERENCE", f"ORDER BY position {position} is not in select list"
                    )
                item.set("this", Resolved(this=fields[position - 1]))
            elif isinstance(target, exp.Column) and len(target.parts) == 1:
                named = [f for f in outputs.fields if f.name and f.name.lower() == target.name.lower()]
                if len({f.typed.sql for f in named}) > 1:
                    raise user_error("AMBIGUOUS_NAME", f"Column '{target.name}' is ambiguous")
                if named:
                    item.set("this", Resolved(this=named[0]))
        return order_terms(base, order)

    def _count(self, node: exp.Expression, word: str) -> str:
        if isinstance(node, exp.Fetch):
            options = node.args.get("limit_options")
            if options and (options.args.get("percent") or options.args.get("with_ties")):
                raise NotSupportedHere("FETCH FIRST … WITH TIES")
            value = node.args.get("count") or exp.Literal.number(1)
        else:
            value = node.expression
        if isinstance(value, exp.Var) and value.name.upper() == "ALL":
            return ""
        if not isinstance(value, exp.Literal) or value.is_string or not value.name.isdigit():
            raise user_error("SYNTAX_ERROR", f"{word.upper()} must be an integer literal")
        return f" {word.upper()} {value.name}"

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
                message = f"column {index + 1} in {word} query has incompatible types: {one.typed.type}, {two.typed.type}"
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
        return self._finish(sql + self._tail(node, fields, None), fields)

    def _values(self, node: exp.Values, outer: Scope | None) -> Relation:
        refuse_unknown(node, ("expressions", "alias"), self.text)
        x = Expressions(self, Scope([], outer, self.text), "VALUES")
        rows = [row.expressions if isinstance(row, exp.Tuple) else [row] for row in node.expressions]
        if len({len(row) for row in rows}) != 1:
            raise user_error("TYPE_MISMATCH", "Values rows have mismatched sizes", where_of(node, self.text))
        columns = [x.unify(list(column), "VALUES rows") for column in zip(*rows, strict=True)]
        lines = ", ".join(f"({', '.join(typed[i].sql for typed, _ in columns)})" for i in range(len(rows)))
        alias = self.alias()
        names = ", ".join(f"c{index}" for index in range(len(columns)))
        fields = tuple(Field(None, Typed(f"{alias}.c{i}", kind)) for i, (_, kind) in enumerate(columns))
        return Relation(f"(VALUES {lines}) AS {alias}({names})", fields)


@dataclass(frozen=True)
class Named:
    """A WITH query: compiled anew wherever it is named."""

    node: exp.Expression
    columns: list[str]
    ctes: dict[str, "Named"]


@dataclass
class CteScope(Scope):
    """A scope that also knows the WITH queries a subquery may name."""

    with_queries: dict[str, Named] = field(default_factory=dict)


class Ordering(Scope):
    """ORDER BY: inside an expression, an output name hides the FROM column of that name."""

    def _find(self, parts: list[str], where: str) -> Typed | None:
        if len(parts) == 1:
            named = [f for f in self.fields if f.name and f.name.lower() == parts[0]]
            if named:
                return named[0].typed
        return self.outer._find(parts, where) if self.outer else None


def _decorated(node: exp.Expression) -> bool:
    return any(node.args.get(key) for key in ("order", "limit", "offset", "with_"))


def _outputs(fields: tuple[Field, ...]) -> list[Field]:
    return list(fields)


def functions_outside_windows(node: exp.Expression) -> bool:
    """Whether an aggregate (not only a window call) stands in `node`: the query is a global aggregation."""
    if isinstance(node, exp.Window):
        inner = node.this.expressions if hasattr(node.this, "expressions") else []
        parts = [*inner, *node.args.get("partition_by", [])]
        order = node.args.get("order")
        return any(
            functions_outside_windows(part) for part in [*parts, *(order.expressions if order else [])]
        )
    if isinstance(node, exp.Anonymous) and node.name.lower() in functions.AGGREGATES:
        return True
    if isinstance(node, exp.Query):
        return False
    return any(functions_outside_windows(child) for child in node.iter_expressions())
