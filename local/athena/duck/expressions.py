"""Scalar expressions: each node of Athena's SQL that means the same here, and nothing else."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlglot import exp

from local.athena.duck import functions, like, literals, operators
from local.athena.duck.casts import cast, coerce
from local.athena.duck.scope import Resolved, Scope, Typed, refuse_unknown
from local.athena.duck.types import (
    BOOLEAN,
    UNKNOWN,
    Type,
    array,
    common_of,
    from_sql,
    is_numeric,
)
from local.athena.errors import NotSupportedHere, user_error
from local.athena.sql import where_of

if TYPE_CHECKING:
    from local.athena.duck.queries import Queries

COMPARISONS: dict[type[exp.Expression], str] = {
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=",
    exp.NullSafeEQ: "IS NOT DISTINCT FROM", exp.NullSafeNEQ: "IS DISTINCT FROM",
}  # fmt: skip
ARITHMETIC: dict[type[exp.Expression], str] = {
    exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%",
}  # fmt: skip


@dataclass(frozen=True)
class Expressions:
    """Compiles expressions over one scope.

    `clause` names where the expression stands, for Trino's sentence when an aggregate stands there.
    """

    queries: "Queries"
    scope: Scope
    clause: str = "SELECT clause"
    aggregates: Callable[["Expressions", exp.Expression], Typed | None] | None = None
    group_keys: frozenset[str] | None = None
    lambdas: tuple[tuple[str, Typed], ...] = ()

    @property
    def text(self) -> str:
        """The statement, for line and column of an error."""
        return self.queries.text

    def where(self, node: exp.Expression) -> str:
        """Where `node` is written."""
        return where_of(node, self.text)

    def compile(self, node: exp.Expression) -> Typed:
        """The DuckDB SQL and Trino type of `node`; raises QueryFailed."""
        if self.group_keys is not None and (grouped := self._group_key(node)):
            return grouped
        if self.aggregates and (typed := self.aggregates(self, node)):
            return typed
        handler = _HANDLERS.get(type(node))
        if handler is None:
            raise NotSupportedHere(f"{type(node).__name__} ({node.sql('trino')})", self.where(node))
        return handler(self, node)

    def _group_key(self, node: exp.Expression) -> Typed | None:
        """A grouping expression as such; a bare column that is none is Trino's EXPRESSION_NOT_AGGREGATE."""
        if isinstance(node, (exp.Literal, exp.Null, exp.Boolean)) or functions.has_aggregate(node):
            return None
        if isinstance(node, exp.Query) or node.find(exp.Query):
            return None
        plain = replace(self, group_keys=None, aggregates=None).compile(node)
        if self.group_keys is not None and plain.sql in self.group_keys:
            return plain
        if isinstance(node, exp.Column) and not self.scope.owns(node):
            return plain  # of the query around: the same for all rows
        if isinstance(node, (exp.Column, Resolved)) and not plain.is_constant:
            written = node.sql("trino") if isinstance(node, exp.Column) else f"{node.args['this'].name}"
            message = f"'{written}' must be an aggregate expression or appear in GROUP BY clause"
            raise user_error("EXPRESSION_NOT_AGGREGATE", message, self.where(node))
        return None

    def condition(self, node: exp.Expression) -> Typed:
        """An expression that must be boolean."""
        typed = self.compile(node)
        if typed.type not in (BOOLEAN, UNKNOWN):
            message = f"{self.clause} must evaluate to a boolean: actual type {typed.type}"
            raise user_error("TYPE_MISMATCH", message, self.where(node))
        return coerce(typed, BOOLEAN)

    def unify(self, nodes: list[exp.Expression], what: str) -> tuple[list[Typed], Type]:
        """Several expressions brought to the one type they share."""
        typed = [self.compile(node) for node in nodes]
        kind = common_of([item.type for item in typed])
        if kind is None:
            kinds = ", ".join(sorted({str(item.type) for item in typed}))
            raise user_error(
                "TYPE_MISMATCH", f"All {what} must be the same type: {kinds}", self.where(nodes[0])
            )
        return [coerce(item, kind) for item in typed], kind


def _column(x: Expressions, node: exp.Column) -> Typed:
    if isinstance(node.this, exp.Star):
        raise NotSupportedHere("* inside an expression", x.where(node))
    for name, typed in x.lambdas:
        if len(node.parts) == 1 and node.name.lower() == name:
            return typed
    return x.scope.resolve(node)


def _identifier(x: Expressions, node: exp.Identifier) -> Typed:
    return _column(x, exp.Column(this=node))


def _comparison(x: Expressions, node: exp.Binary) -> Typed:
    refuse_unknown(node, ("this", "expression"), x.text)
    return operators.compare(
        COMPARISONS[type(node)], x.compile(node.left), x.compile(node.right), x.where(node)
    )


def _arithmetic(x: Expressions, node: exp.Binary) -> Typed:
    refuse_unknown(node, ("this", "expression", "typed", "safe"), x.text)
    return operators.arithmetic(
        ARITHMETIC[type(node)], x.compile(node.left), x.compile(node.right), x.where(node)
    )


def _logical(x: Expressions, node: exp.Binary) -> Typed:
    operator = "AND" if isinstance(node, exp.And) else "OR"
    sides = [replace(x, clause="Logical expression term").condition(side) for side in (node.left, node.right)]
    return Typed(f"({sides[0].sql} {operator} {sides[1].sql})", BOOLEAN)


def _not(x: Expressions, node: exp.Not) -> Typed:
    return Typed(
        f"(NOT {replace(x, clause='Value of logical NOT expression').condition(node.this).sql})", BOOLEAN
    )


def _negate(x: Expressions, node: exp.Neg) -> Typed:
    typed = x.compile(node.this)
    if not is_numeric(typed.type):
        raise user_error("TYPE_MISMATCH", f"Cannot negate {typed.type}", x.where(node))
    value = (
        -typed.value if isinstance(typed.value, int | Decimal) and not isinstance(typed.value, bool) else None
    )
    return Typed(f"(-{typed.sql})", typed.type, value, is_constant=typed.is_constant)


def _is(x: Expressions, node: exp.Is) -> Typed:
    if isinstance(node.expression, exp.Null):
        return Typed(f"({x.compile(node.this).sql} IS NULL)", BOOLEAN)
    raise NotSupportedHere(node.sql("trino"), x.where(node))


def _between(x: Expressions, node: exp.Between) -> Typed:
    refuse_unknown(node, ("this", "low", "high"), x.text)
    value, where = x.compile(node.this), x.where(node)
    low = operators.compare(">=", value, x.compile(node.args["low"]), where)
    high = operators.compare("<=", value, x.compile(node.args["high"]), where)
    return Typed(f"({low.sql} AND {high.sql})", BOOLEAN)


def _in(x: Expressions, node: exp.In) -> Typed:
    refuse_unknown(node, ("this", "expressions", "query"), x.text)
    if (query := node.args.get("query")) is not None:
        return _in_query(x, node, query)
    if isinstance(node.this, exp.Tuple):
        raise NotSupportedHere("IN over rows", x.where(node))
    items, _ = x.unify([node.this, *node.expressions], "IN values")
    return Typed(f"({items[0].sql} IN ({', '.join(item.sql for item in items[1:])}))", BOOLEAN)


def _in_query(x: Expressions, node: exp.In, query: exp.Expression) -> Typed:
    value, relation = x.compile(node.this), x.queries.subquery(query, x.scope)
    if len(relation.fields) != 1:
        raise user_error(
            "TYPE_MISMATCH", "Multiple columns returned by subquery are not supported", x.where(node)
        )
    kind = common_of([value.type, relation.fields[0].typed.type])
    if kind is None:
        message = f"value and result of subquery must be of the same type for IN expression: {value.type} vs "
        raise user_error("TYPE_MISMATCH", message + str(relation.fields[0].typed.type), x.where(node))
    inner = coerce(relation.fields[0].typed, kind).sql
    return Typed(f"({coerce(value, kind).sql} IN (SELECT {inner} FROM {relation.sql}))", BOOLEAN)


def _exists(x: Expressions, node: exp.Exists) -> Typed:
    relation = x.queries.subquery(node.this, x.scope)
    return Typed(f"EXISTS (SELECT 1 FROM {relation.sql})", BOOLEAN)


def _scalar_query(x: Expressions, node: exp.Subquery) -> Typed:
    relation = x.queries.subquery(node, x.scope)
    if len(relation.fields) != 1:
        raise NotSupportedHere("a scalar subquery of several columns", x.where(node))
    typed = relation.fields[0].typed
    return Typed(f"(SELECT {typed.sql} FROM {relation.sql})", typed.type)


def _case(x: Expressions, node: exp.Case) -> Typed:
    default = node.args.get("default") or exp.Null()
    results, kind = x.unify([*(branch.args["true"] for branch in node.args["ifs"]), default], "CASE results")
    operand = node.this and x.compile(node.this)
    arms = []
    for branch, result in zip(node.args["ifs"], results, strict=False):
        if operand:
            test = operators.compare("=", operand, x.compile(branch.this), x.where(branch)).sql
        else:
            test = replace(x, clause="CASE WHEN clause").condition(branch.this).sql
        arms.append(f"WHEN {test} THEN {result.sql}")
    return Typed(f"CASE {' '.join(arms)} ELSE {results[-1].sql} END", kind)


def _if(x: Expressions, node: exp.If) -> Typed:
    results, kind = x.unify([node.args["true"], node.args.get("false") or exp.Null()], "IF results")
    test = replace(x, clause="IF condition").condition(node.this).sql
    return Typed(f"CASE WHEN {test} THEN {results[0].sql} ELSE {results[1].sql} END", kind)


def _cast(x: Expressions, node: exp.Cast) -> Typed:
    refuse_unknown(node, ("this", "to", "safe"), x.text)
    if isinstance(node.this, exp.Literal) and (literal := literals.typed_literal(node, x.where(node))):
        return literal
    return cast(x.compile(node.this), from_sql(node.to), x.where(node), isinstance(node, exp.TryCast))


def _concat(x: Expressions, node: exp.DPipe) -> Typed:
    refuse_unknown(node, ("this", "expression", "safe"), x.text)
    return functions.call(x, "concat", [node.left, node.right], x.where(node))


def _bracket(x: Expressions, node: exp.Bracket) -> Typed:
    refuse_unknown(node, ("this", "expressions", "offset", "safe"), x.text)
    return functions.subscript(x.compile(node.this), x.compile(node.expressions[0]), x.where(node))


def _array(x: Expressions, node: exp.Array) -> Typed:
    if not node.expressions:
        return Typed("CAST([] AS INTEGER[])", array(UNKNOWN))
    items, kind = x.unify(node.expressions, "ARRAY elements")
    return Typed(f"[{', '.join(item.sql for item in items)}]", array(kind))


def _dot(x: Expressions, node: exp.Dot) -> Typed:
    base, name = x.compile(node.this), node.expression.name.lower()
    if base.type.name != "row" or name not in base.type.names:
        raise user_error("TYPE_MISMATCH", f"Expression is not a ROW with the field {name}", x.where(node))
    return Typed(f'({base.sql})."{name}"', base.type.part(base.type.names.index(name)))


def _call(x: Expressions, node: exp.Anonymous) -> Typed:
    if node.name.lower() == "now" and not node.expressions:
        return _now(x, node)
    if node.name.lower() == "position" and isinstance(node.expressions[0], exp.In):
        inside = node.expressions[0]  # position(a IN b)
        return functions.call(x, "strpos", [inside.args["field"], inside.this], x.where(node))
    return functions.call(x, node.name.lower(), node.expressions, x.where(node))


def _today(x: Expressions, node: exp.Expression) -> Typed:
    return Typed(f"DATE '{x.queries.now.date()}'", Type("date"), x.queries.now.date(), is_constant=True)


def _now(x: Expressions, node: exp.Expression) -> Typed:
    text = x.queries.now.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    return Typed(f"TIMESTAMPTZ '{text}+00'", Type("timestamp with time zone", (3,)), is_constant=True)


def _constant(x: Expressions, node: exp.Expression) -> Typed:
    return literals.literal(node, x.where(node))


_HANDLERS: dict[type[exp.Expression], Callable[[Expressions, exp.Expression], Typed]] = {
    Resolved: lambda x, node: node.args["this"].typed,
    exp.Column: _column, exp.Identifier: _identifier, exp.Literal: _constant, exp.Null: _constant,
    exp.Boolean: _constant, exp.Interval: _constant, exp.HexString: _constant,
    **dict.fromkeys(COMPARISONS, _comparison), **dict.fromkeys(ARITHMETIC, _arithmetic),
    exp.And: _logical, exp.Or: _logical, exp.Not: _not, exp.Neg: _negate, exp.Is: _is, exp.Between: _between,
    exp.In: _in, exp.Exists: _exists, exp.Subquery: _scalar_query, exp.Like: like.like, exp.Escape: like.escaped,
    exp.Case: _case, exp.If: _if, exp.Cast: _cast, exp.TryCast: _cast, exp.DPipe: _concat,
    exp.Bracket: _bracket, exp.Array: _array, exp.Dot: _dot, exp.Anonymous: _call,
    exp.Paren: lambda x, node: x.compile(node.this),
    exp.Extract: lambda x, node: functions.call(x, node.name.lower(), [node.expression], x.where(node)),
    exp.Trim: functions.trim, exp.CurrentDate: _today, exp.CurrentTimestamp: _now,
}  # type: ignore[dict-item]  # fmt: skip
