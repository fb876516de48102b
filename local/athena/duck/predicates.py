"""Conditions of WHERE that a table scan may use to leave files and partitions out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlglot import exp

from local.athena.duck.scope import Origin, Typed
from local.athena.duck.types import UNKNOWN, common
from local.athena.engine import QueryFailed

if TYPE_CHECKING:
    from local.athena.duck.expressions import Expressions
    from local.athena.duck.scan import Scan

_OPERATORS: dict[type[exp.Expression], tuple[str, str]] = {
    exp.EQ: ("=", "="), exp.LT: ("<", ">"), exp.LTE: ("<=", ">="), exp.GT: (">", "<"), exp.GTE: (">=", "<="),
}  # fmt: skip
Value = int | str | bool | date | Decimal


@dataclass(frozen=True)
class Predicate:
    """``column operator value``; `in` has several values."""

    column: str
    operator: str
    values: tuple[Value, ...]


def push_down(x: "Expressions", condition: exp.Expression, only: "Scan | None" = None) -> bool:
    """Tell each scan which of its columns are compared with constants; whether that is all there is to it.

    The conditions stay in the query as well, so a scan may ignore them; all of them are false for NULL,
    so they hold whatever side of an outer join the scan is on. A MERGE's ON condition says so of its
    target alone (`only`).
    """
    # A correlated subquery also compares fields of the query around it, whose rows it does not choose.
    own = {id(item.typed.origin.scan) for item in x.scope.fields if item.typed.origin}
    complete = True
    for conjunct in _conjuncts(condition):
        count = 0
        for origin, predicate in _predicates(x, conjunct):
            if id(origin.scan) in own and (only is None or origin.scan is only):
                origin.scan.predicates.append(predicate)
                count += 1
        complete = complete and count == (2 if isinstance(conjunct, exp.Between) else 1)
    return complete


def _conjuncts(node: exp.Expression) -> Iterator[exp.Expression]:
    if isinstance(node, exp.Paren):
        yield from _conjuncts(node.this)
    elif isinstance(node, exp.And):
        yield from _conjuncts(node.left)
        yield from _conjuncts(node.right)
    else:
        yield node


def _predicates(x: "Expressions", node: exp.Expression) -> Iterator[tuple[Origin, Predicate]]:
    if isinstance(node, exp.Between):
        yield from _single(x, node.this, ">=", node.args["low"])
        yield from _single(x, node.this, "<=", node.args["high"])
    elif isinstance(node, exp.In) and node.expressions:
        yield from _several(x, node)
    elif type(node) in _OPERATORS:
        operator, flipped = _OPERATORS[type(node)]
        yield from _single(x, node.left, operator, node.right)
        yield from _single(x, node.right, flipped, node.left)


def _single(
    x: "Expressions", column: exp.Expression, operator: str, value: exp.Expression
) -> Iterator[tuple[Origin, Predicate]]:
    if not isinstance(column, exp.Column):
        return
    left, right = _quietly(x, column), _quietly(x, value)
    if left and right and left.origin and _usable(left, right):
        assert right.value is not None
        yield left.origin, Predicate(left.origin.column, operator, (right.value,))


def _several(x: "Expressions", node: exp.In) -> Iterator[tuple[Origin, Predicate]]:
    left = _quietly(x, node.this) if isinstance(node.this, exp.Column) else None
    items = [_quietly(x, item) for item in node.expressions]
    if left and left.origin and all(item and _usable(left, item) for item in items):
        values = tuple(item.value for item in items if item and item.value is not None)
        yield left.origin, Predicate(left.origin.column, "in", values)


def _quietly(x: "Expressions", node: exp.Expression) -> Typed | None:
    """An operand, or None where it is wrong: the WHERE clause itself will say so."""
    try:
        return x.compile(node)
    except QueryFailed:
        return None


def _usable(left: Typed, right: Typed) -> bool:
    """Literals of the column's own type; anything wider would compare otherwise in the file's statistics."""
    return right.value is not None and right.type != UNKNOWN and common(left.type, right.type) == left.type
