"""ORDER BY, OFFSET and LIMIT: https://trino.io/docs/476/sql/select.html#order-by-clause."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from local.athena.duck.aggregates import order_terms
from local.athena.duck.expressions import Expressions
from local.athena.duck.scope import Field, Resolved, Scope, Typed, refuse_unknown
from local.athena.errors import NotSupportedHere, user_error
from local.athena.sql import where_of

if TYPE_CHECKING:
    from local.athena.duck.queries import Queries


class Ordering(Scope):
    """ORDER BY: inside an expression, an output name hides the FROM column of that name."""

    def _find(self, parts: list[str], where: str) -> Typed | None:
        if len(parts) == 1:
            named = [f for f in self.fields if f.name and f.name.lower() == parts[0]]
            if named:
                return named[0].typed
        return self.outer._find(parts, where) if self.outer else None

    def of_rows(self) -> Scope:
        """Inside an aggregate an output name is an error, not another column of that name."""
        return Inputs(self.fields, self.outer, self.text)


class Inputs(Scope):
    """The columns of FROM, where the names of output columns may not stand."""

    def _find(self, parts: list[str], where: str) -> Typed | None:
        if len(parts) == 1 and any(f.name and f.name.lower() == parts[0] for f in self.fields):
            message = "Invalid reference to output projection attribute from ORDER BY aggregation"
            raise user_error("COLUMN_NOT_FOUND", message, where)
        return self.outer._find(parts, where) if self.outer else None


def tail(queries: "Queries", node: exp.Expression, fields: Sequence[Field], rows: Expressions | None) -> str:
    sql = ""
    if node.args.get("order"):
        refuse_unknown(node.args["order"], ("expressions",), queries.text)
        sql += " ORDER BY " + _order_by(queries, node, fields, rows)
    if (
        node.args.get("limit")
        and node.args.get("offset")
        and _starts(node, "limit") < _starts(node, "offset")
    ):
        message = "mismatched input 'OFFSET'. Expecting: <EOF>"
        raise user_error("SYNTAX_ERROR", message, where_of(node.args["offset"], queries.text))
    for word in ("limit", "offset"):
        if node.args.get(word):
            sql += _count(node.args[word], word)
    return sql


def _order_by(
    queries: "Queries", node: exp.Expression, fields: Sequence[Field], rows: Expressions | None
) -> str:
    """Names mean output columns first, then (without DISTINCT) those of FROM; numbers are positions."""
    order = node.args["order"]
    outputs = Scope([Field(item.name, item.typed) for item in fields if item.name], None, queries.text)
    if rows is not None:
        keys = rows.group_keys
        keys = None if keys is None else keys | {item.typed.sql for item in fields}
        scope = Ordering(outputs.fields, rows.scope, queries.text)
        base = replace(rows, scope=scope, clause="ORDER BY clause", group_keys=keys)
    else:
        base = Expressions(queries, outputs, "ORDER BY clause")
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
    if node.args.get("distinct"):
        shown = {item.typed.sql for item in fields}
        if any(base.compile(item.this).sql not in shown for item in order.expressions):
            message = "For SELECT DISTINCT, ORDER BY expressions must appear in select list"
            raise user_error("EXPRESSION_NOT_IN_DISTINCT", message, where_of(node, queries.text))
    return order_terms(base, order)


def _starts(node: exp.Expression, clause: str) -> int:
    return max((part.meta.get("start", 0) for part in node.args[clause].walk()), default=0)


def _count(node: exp.Expression, word: str) -> str:
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
