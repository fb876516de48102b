"""Scalar functions by their Athena name: argument types, result type, and the DuckDB SQL that means the same.

Reference: https://trino.io/docs/476/functions.html; what Athena leaves out:
https://docs.aws.amazon.com/athena/latest/ug/functions-env3.html. A function that is not here is refused.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from local.athena.duck import containers, strings, times
from local.athena.duck.casts import coerce
from local.athena.duck.operators import arithmetic, compare, mismatch, scaled, unscaled
from local.athena.duck.scope import Typed
from local.athena.duck.signatures import Signature, refuse_arguments
from local.athena.duck.types import (
    BIGINT,
    BOOLEAN,
    DOUBLE,
    INTEGERS,
    VARBINARY,
    VARCHAR,
    Type,
    common_of,
    decimal,
    duck,
)
from local.athena.errors import NotSupportedHere, user_error

if TYPE_CHECKING:
    from local.athena.duck.expressions import Expressions

AGGREGATES = frozenset(
    [
        "count",
        "sum",
        "avg",
        "min",
        "max",
        "count_if",
        "arbitrary",
        "any_value",
        "bool_and",
        "bool_or",
        "every",
        "array_agg",
        "max_by",
        "min_by",
        "stddev",
        "stddev_samp",
        "stddev_pop",
        "variance",
        "var_samp",
        "var_pop",
        "map_agg",
        "approx_distinct",
        "approx_percentile",
        "listagg",
        "histogram",
        "checksum",
        "geometric_mean",
        "corr",
        "covar_pop",
        "covar_samp",
    ]
)

SIGNATURES: dict[str, list[Signature]] = {
    **strings.SIGNATURES,
    **times.SIGNATURES,
    "sqrt": [Signature((DOUBLE,), DOUBLE, "sqrt({0})")],
    "ln": [Signature((DOUBLE,), DOUBLE, "ln({0})")],
    "log10": [Signature((DOUBLE,), DOUBLE, "log10({0})")],
    "exp": [Signature((DOUBLE,), DOUBLE, "exp({0})")],
    "power": [Signature((DOUBLE, DOUBLE), DOUBLE, "pow({0}, {1})")],
    "pow": [Signature((DOUBLE, DOUBLE), DOUBLE, "pow({0}, {1})")],
    "is_nan": [Signature((DOUBLE,), BOOLEAN, "isnan({0})")],
    "md5": [Signature((VARBINARY,), VARBINARY, "unhex(md5({0}))")],
    "sha1": [Signature((VARBINARY,), VARBINARY, "unhex(sha1({0}))")],
    "sha256": [Signature((VARBINARY,), VARBINARY, "unhex(sha256({0}))")],
    "to_hex": [Signature((VARBINARY,), VARCHAR, "hex({0})")],
    "from_utf8": [Signature((VARBINARY,), VARCHAR, "decode({0})")],
    "to_base64": [Signature((VARBINARY,), VARCHAR, "to_base64({0})")],
    "bitwise_and": [Signature((BIGINT, BIGINT), BIGINT, "({0} & {1})")],
    "bitwise_or": [Signature((BIGINT, BIGINT), BIGINT, "({0} | {1})")],
    "bitwise_xor": [Signature((BIGINT, BIGINT), BIGINT, "xor({0}, {1})")],
    "to_utf8": [Signature((VARCHAR,), VARBINARY, "encode({0})")],
}


def has_aggregate(node: exp.Expression) -> bool:
    """Whether an aggregate or window call stands in `node`, outside of its subqueries."""
    names = (*AGGREGATES, "grouping")
    if isinstance(node, exp.Window) or (isinstance(node, exp.Anonymous) and node.name.lower() in names):
        return True
    if isinstance(node, exp.Query):
        return False
    return any(has_aggregate(child) for child in node.iter_expressions())


def call(x: "Expressions", name: str, nodes: Sequence[exp.Expression], where: str) -> Typed:
    """Compile a call of the scalar function `name`."""
    if name in AGGREGATES or name == "grouping":
        message = f"{x.clause} cannot contain aggregations, window functions or grouping operations: [{name}]"
        raise user_error("EXPRESSION_NOT_SCALAR", message, where)
    if name in _LAZY:
        return _LAZY[name](x, nodes, where)
    if name in containers.HIGHER_ORDER:
        return containers.HIGHER_ORDER[name](x, nodes, where)
    if name not in SIGNATURES and name not in SPECIAL:
        raise NotSupportedHere(f"the function {name}", where)
    for node in nodes:
        if isinstance(node, (exp.Distinct, exp.Order, exp.Star, exp.Lambda)):
            raise refuse_arguments(name, [], where)
    return apply(name, [x.compile(node) for node in nodes], where)


def apply(name: str, args: list[Typed], where: str) -> Typed:
    """A function over compiled arguments."""
    if name in SPECIAL:
        return SPECIAL[name](args, where)
    for signature in SIGNATURES[name]:
        if typed := signature.apply(args):
            return typed
    raise refuse_arguments(name, args, where)


def subscript(base: Typed, index: Typed, where: str) -> Typed:
    """``array[i]`` and ``map[key]``."""
    return containers.subscript(base, index, where)


def trim(x: "Expressions", node: exp.Trim) -> Typed:
    """TRIM([[LEADING | TRAILING | BOTH] [characters] FROM] text)."""
    where, position = x.where(node), (node.args.get("position") or "BOTH").upper()
    name = {"LEADING": "ltrim", "TRAILING": "rtrim", "BOTH": "trim"}[position]
    characters = [x.compile(node.expression)] if node.args.get("expression") else []
    return apply(name, [x.compile(node.this), *characters], where)


def _coalesce(x: "Expressions", nodes: Sequence[exp.Expression], where: str) -> Typed:
    if len(nodes) < 2:
        raise user_error("SYNTAX_ERROR", "The 'coalesce' function must have at least two arguments", where)
    items, kind = x.unify(list(nodes), "COALESCE operands")
    return Typed(f"coalesce({', '.join(item.sql for item in items)})", kind)


def _nullif(x: "Expressions", nodes: Sequence[exp.Expression], where: str) -> Typed:
    first, second = (x.compile(node) for node in nodes)
    return Typed(
        f"CASE WHEN {compare('=', first, second, where).sql} THEN NULL ELSE {first.sql} END", first.type
    )


def _try(x: "Expressions", nodes: Sequence[exp.Expression], where: str) -> Typed:
    typed = x.compile(nodes[0])
    return Typed(f"TRY({typed.sql})", typed.type)


def _row(x: "Expressions", nodes: Sequence[exp.Expression], where: str) -> Typed:
    items = [x.compile(node) for node in nodes]
    fields = ", ".join(f"field{index} := {item.sql}" for index, item in enumerate(items))
    kind = Type("row", tuple(item.type for item in items), (None,) * len(items))
    return Typed(f"struct_pack({fields})", kind)


def _extremes(choose: str) -> Callable[["Expressions", Sequence[exp.Expression], str], Typed]:
    def compile_call(x: "Expressions", nodes: Sequence[exp.Expression], where: str) -> Typed:
        items, kind = x.unify(list(nodes), f"{choose.upper()} arguments")
        if kind.name in ("double", "real"):
            raise NotSupportedHere(f"{choose} of floating point numbers", where)
        missing = " OR ".join(f"{item.sql} IS NULL" for item in items)  # any NULL makes it NULL
        return Typed(
            f"CASE WHEN {missing} THEN NULL ELSE {choose}({', '.join(i.sql for i in items)}) END", kind
        )

    return compile_call


_LAZY: dict[str, Callable[["Expressions", Sequence[exp.Expression], str], Typed]] = {
    "coalesce": _coalesce, "nullif": _nullif, "try": _try, "row": _row,
    "greatest": _extremes("greatest"), "least": _extremes("least"),
}  # fmt: skip


def _numeric(args: list[Typed], name: str, where: str) -> Typed:
    if len(args) != 1 or args[0].type.name not in (*INTEGERS, "decimal", "real", "double"):
        raise refuse_arguments(name, args, where)
    return args[0]


def _round(args: list[Typed], where: str) -> Typed:
    value = args[0]
    if len(args) == 1 or (args[1].value == 0 and value.type.name != "decimal"):
        return _round_whole(value, args, where)
    digits = args[1].value
    if len(args) != 2 or not isinstance(digits, int):
        raise NotSupportedHere("round() to a number of digits that is not a literal", where)
    if value.type.name == "decimal":
        # The scale stays, one digit is added for the carry: 9.99 -> 10.00
        kind = decimal(value.type.precision + 1, value.type.scale)
        if digits >= value.type.scale:
            return coerce(value, kind)
        step = 10 ** (value.type.scale - digits)
        rounded = (
            f"t_half_up({unscaled(value.sql, value.type)}, CAST({step} AS HUGEINT)) * CAST({step} AS HUGEINT)"
        )
        return Typed(scaled(f"({rounded})", kind), kind)
    if value.type.name in INTEGERS and digits > 0:
        return value
    if value.type.name == "double":
        return Typed(f"round({value.sql}, {digits})", DOUBLE)
    raise NotSupportedHere(f"round({value.type}, {digits})", where)


def _round_whole(value: Typed, args: list[Typed], where: str) -> Typed:
    _numeric(args[:1], "round", where)
    if value.type.name == "decimal":
        kind = decimal(value.type.precision - value.type.scale + min(1, value.type.scale), 0)
        return Typed(f"CAST({value.sql} AS {duck(kind)})", kind)
    return (
        value
        if value.type.name in INTEGERS
        else replace(value, sql=f"round({value.sql})", value=None, origin=None)
    )


def _ceil_floor(function: str) -> Callable[[list[Typed], str], Typed]:
    def compile_call(args: list[Typed], where: str) -> Typed:
        value = _numeric(args, function, where)
        if value.type.name == "decimal":
            kind = decimal(value.type.precision - value.type.scale + min(1, value.type.scale), 0)
            return Typed(f"CAST({function}({value.sql}) AS {duck(kind)})", kind)
        return value if value.type.name in INTEGERS else Typed(f"{function}({value.sql})", value.type)

    return compile_call


def _abs(args: list[Typed], where: str) -> Typed:
    value = _numeric(args, "abs", where)
    return Typed(f"abs({value.sql})", value.type)


def _sign(args: list[Typed], where: str) -> Typed:
    value = _numeric(args, "sign", where)
    kind = decimal(1, 0) if value.type.name == "decimal" else value.type
    return Typed(f"CAST(sign({value.sql}) AS {duck(kind)})", kind)


def _modulus(args: list[Typed], where: str) -> Typed:
    if len(args) != 2:
        raise mismatch("%", args[0], args[-1], where)
    return arithmetic("%", args[0], args[1], where)


def _concat(args: list[Typed], where: str) -> Typed:
    kind = common_of([arg.type for arg in args])
    if kind is None and any(arg.type.name == "varchar" for arg in args):
        given = ", ".join(str(arg.type) for arg in args)
        raise user_error("FUNCTION_NOT_FOUND", f"Unexpected parameters ({given}) for function concat", where)
    if kind is None or kind.name not in ("varchar", "array", "varbinary") or len(args) < 2:
        raise refuse_arguments("concat", args, where)
    kind = VARCHAR if kind.name == "varchar" else kind
    return Typed("(" + " || ".join(coerce(arg, kind).sql for arg in args) + ")", kind)


def _typeof(args: list[Typed], where: str) -> Typed:
    return Typed(f"'{args[0].type}'", VARCHAR)


def _cardinality(args: list[Typed], where: str) -> Typed:
    if len(args) != 1 or args[0].type.name not in ("array", "map"):
        raise refuse_arguments("cardinality", args, where)
    function = "len" if args[0].type.name == "array" else "cardinality"
    return Typed(f"CAST({function}({args[0].sql}) AS BIGINT)", BIGINT)


SPECIAL: dict[str, Callable[[list[Typed], str], Typed]] = {
    **strings.SPECIAL, **times.SPECIAL, **containers.SPECIAL,
    "round": _round, "ceil": _ceil_floor("ceil"), "ceiling": _ceil_floor("ceil"), "floor": _ceil_floor("floor"),
    "abs": _abs, "sign": _sign, "mod": _modulus, "concat": _concat, "typeof": _typeof, "cardinality": _cardinality,
}  # fmt: skip
