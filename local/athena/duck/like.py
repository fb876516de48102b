"""LIKE: https://trino.io/docs/476/functions/comparison.html#pattern-comparison-like."""

import re
from typing import TYPE_CHECKING

from sqlglot import exp

from local.athena.duck import literals
from local.athena.duck.scope import Typed, refuse_unknown
from local.athena.duck.types import BOOLEAN, UNKNOWN
from local.athena.errors import NotSupportedHere, user_error

if TYPE_CHECKING:
    from local.athena.duck.expressions import Expressions


def like(x: "Expressions", node: exp.Like) -> Typed:
    """``text LIKE pattern``: without ESCAPE no character escapes."""
    refuse_unknown(node, ("this", "expression", "negate"), x.text)
    return _like_with(x, node, "")


def escaped(x: "Expressions", node: exp.Escape) -> Typed:
    """``text LIKE pattern ESCAPE character``."""
    if not isinstance(node.this, exp.Like) or not node.expression.is_string or len(node.expression.name) != 1:
        raise user_error(
            "INVALID_FUNCTION_ARGUMENT", "Escape string must be a single character", x.where(node)
        )
    escape, pattern = node.expression.name, node.this.expression
    if not isinstance(pattern, exp.Literal):
        raise NotSupportedHere("LIKE with ESCAPE and a pattern that is not a literal", x.where(node))
    if re.search(
        re.escape(escape) + r"(?![%_" + re.escape(escape) + "])", pattern.name.replace(escape * 2, "")
    ):
        message = "Escape character must be followed by '%', '_' or the escape character itself"
        raise user_error("INVALID_FUNCTION_ARGUMENT", message, x.where(node))
    return _like_with(x, node.this, f" ESCAPE {literals.quoted(escape)}")


def _like_with(x: "Expressions", node: exp.Like, escape: str) -> Typed:
    sides = [x.compile(node.this), x.compile(node.expression)]
    for side in sides:
        if side.type.name != "varchar" and side.type != UNKNOWN:
            message = f"Left side of LIKE expression must evaluate to a varchar (actual: {side.type})"
            raise user_error("TYPE_MISMATCH", message, x.where(node))
    word = "NOT LIKE" if node.args.get("negate") else "LIKE"
    return Typed(f"({sides[0].sql} {word} {sides[1].sql}{escape})", BOOLEAN)
