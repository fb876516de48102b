"""GROUP BY: https://trino.io/docs/476/sql/select.html#group-by-clause."""

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from local.athena.duck import functions
from local.athena.duck.expressions import Expressions
from local.athena.duck.scope import refuse_unknown
from local.athena.errors import user_error
from local.athena.sql import where_of

if TYPE_CHECKING:
    from local.athena.duck.queries import Queries


def group_by(
    queries: "Queries", node: exp.Select, rows: Expressions, items: list[tuple[exp.Expression, str | None]]
) -> tuple[frozenset[str], str]:
    """Keys by position or expression; aliases of the SELECT list are no names here."""
    group = node.args.get("group")
    if group is None:
        return frozenset(), ""
    refuse_unknown(group, ("expressions",), queries.text)
    plain = replace(rows, clause="GROUP BY clause", aggregates=None)
    keys: set[str] = set()

    def key(expression: exp.Expression) -> str:
        if isinstance(expression, exp.Literal) and not expression.is_string:
            position = int(expression.name)
            if not 1 <= position <= len(items):
                message = f"GROUP BY position {position} is not in select list"
                raise user_error("INVALID_COLUMN_REFERENCE", message, where_of(expression, queries.text))
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
