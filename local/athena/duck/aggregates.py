"""Aggregate and window functions: https://trino.io/docs/476/functions/aggregate.html and window.html."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from local.athena.duck.casts import coerce
from local.athena.duck.functions import AGGREGATES
from local.athena.duck.operators import scaled, unscaled
from local.athena.duck.scope import Typed, refuse_unknown
from local.athena.duck.signatures import refuse_arguments
from local.athena.duck.types import (
    BIGINT,
    BOOLEAN,
    DOUBLE,
    INTEGER,
    INTEGERS,
    REAL,
    array,
    decimal,
    duck,
    is_numeric,
)
from local.athena.errors import NotSupportedHere, user_error

if TYPE_CHECKING:
    from local.athena.duck.expressions import Expressions

_RANKING = ("row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile")
_VALUES = ("lag", "lead", "first_value", "last_value", "nth_value")


def compile_aggregate(x: "Expressions", node: exp.Expression) -> Typed | None:
    """The aggregate or window call that `node` is; None when it is neither."""
    if isinstance(node, exp.Window):
        return _window(x, node)
    call, condition = node, ""
    if isinstance(node, exp.Filter):
        call = node.this
        inner = _inside(x)
        condition = (
            f" FILTER (WHERE {replace(inner, clause='FILTER clause').condition(node.expression.this).sql})"
        )
    if isinstance(call, exp.Anonymous) and call.name.lower() == "grouping" and x.group_keys is not None:
        keys = [_inside(x).compile(key).sql for key in call.expressions]
        return Typed(f"CAST(grouping({', '.join(keys)}) AS INTEGER)", INTEGER)
    if isinstance(call, exp.Anonymous) and call.name.lower() in AGGREGATES:
        return _aggregate(_inside(x), call, condition, over="")
    if isinstance(node, (exp.Filter, exp.WithinGroup)):
        raise NotSupportedHere(node.sql("trino"), x.where(node))
    return None


def _inside(x: "Expressions") -> "Expressions":
    """Arguments of an aggregate are plain expressions over the rows; no aggregate stands inside another."""
    return replace(x, scope=x.scope.of_rows(), aggregates=None, group_keys=None, clause="aggregate argument")


def _aggregate(x: "Expressions", call: exp.Anonymous, condition: str, over: str) -> Typed:
    name, where = call.name.lower(), x.where(call)
    nodes, distinct, order = list(call.expressions), "", ""
    if nodes and isinstance(nodes[-1], exp.Order):
        order = " ORDER BY " + order_terms(x, nodes[-1])
        nodes[-1] = nodes[-1].this
    if nodes and isinstance(nodes[0], exp.Distinct):
        distinct, nodes = "DISTINCT ", list(nodes[0].expressions)
    if name == "count" and (not nodes or isinstance(nodes[0], exp.Star)):
        return Typed(f"count(*){condition}{over}", BIGINT)
    args = [x.compile(node) for node in nodes]
    if name not in _AGGREGATES:
        raise NotSupportedHere(f"the aggregate {name}", where)
    return _AGGREGATES[name](args, (distinct, order, condition + over), where)


def order_terms(x: "Expressions", order: exp.Order) -> str:
    """``ORDER BY`` items; NULLs come last whichever way unless it says otherwise."""
    terms = []
    for item in order.expressions:
        refuse_unknown(item, ("this", "desc", "nulls_first"), x.text)
        nulls = "FIRST" if item.args.get("nulls_first") else "LAST"
        terms.append(f"{x.compile(item.this).sql} {'DESC' if item.args.get('desc') else 'ASC'} NULLS {nulls}")
    return ", ".join(terms)


Shape = tuple[str, str, str]  # DISTINCT, ORDER BY inside the call, FILTER and OVER behind it


def _number(args: list[Typed], name: str, where: str) -> Typed:
    if len(args) != 1 or not is_numeric(args[0].type):
        raise refuse_arguments(name, args, where)
    return args[0]


def _sum(args: list[Typed], shape: Shape, where: str) -> Typed:
    value = _number(args, "sum", where)
    kind = decimal(38, value.type.scale) if value.type.name == "decimal" else value.type
    kind = BIGINT if kind.name in INTEGERS else kind
    return Typed(f"CAST(sum({shape[0]}{value.sql}){shape[2]} AS {duck(kind)})", kind)


def _avg(args: list[Typed], shape: Shape, where: str) -> Typed:
    """A decimal's average keeps its scale, rounded half up; an integer's is a double."""
    value = _number(args, "avg", where)
    if value.type.name == "decimal":
        total = f"sum({shape[0]}{unscaled(value.sql, value.type)}){shape[2]}"
        count = f"CAST(count({shape[0]}{value.sql}){shape[2]} AS HUGEINT)"
        return Typed(
            f"CASE WHEN {count} > 0 THEN {scaled(f't_half_up({total}, {count})', value.type)} END", value.type
        )
    kind = REAL if value.type == REAL else DOUBLE
    return Typed(f"CAST(avg({shape[0]}{value.sql}){shape[2]} AS {duck(kind)})", kind)


def _same(function: str) -> Callable[[list[Typed], Shape, str], Typed]:
    def compile_call(args: list[Typed], shape: Shape, where: str) -> Typed:
        if len(args) != 1 or args[0].type.name in ("map",):
            raise refuse_arguments(function, args, where)
        if function in ("min", "max") and args[0].type.name in ("array", "row"):
            raise NotSupportedHere(f"{function} of {args[0].type}", where)
        return Typed(f"{function}({shape[0]}{args[0].sql}){shape[2]}", args[0].type)

    return compile_call


def _logical(function: str) -> Callable[[list[Typed], Shape, str], Typed]:
    def compile_call(args: list[Typed], shape: Shape, where: str) -> Typed:
        if len(args) != 1 or args[0].type != BOOLEAN:
            raise refuse_arguments(function, args, where)
        return Typed(f"{function}({args[0].sql}){shape[2]}", BOOLEAN)

    return compile_call


def _count(args: list[Typed], shape: Shape, where: str) -> Typed:
    if len(args) != 1:
        raise refuse_arguments("count", args, where)
    return Typed(f"count({shape[0]}{args[0].sql}){shape[2]}", BIGINT)


def _count_if(args: list[Typed], shape: Shape, where: str) -> Typed:
    if len(args) != 1 or args[0].type != BOOLEAN:
        raise refuse_arguments("count_if", args, where)
    return Typed(f"count(CASE WHEN {args[0].sql} THEN 1 END){shape[2]}", BIGINT)


def _array_agg(args: list[Typed], shape: Shape, where: str) -> Typed:
    if shape[0] and not shape[1]:
        raise NotSupportedHere("array_agg(DISTINCT …) without ORDER BY: its order is not defined", where)
    return Typed(f"array_agg({shape[0]}{args[0].sql}{shape[1]}){shape[2]}", array(args[0].type))


def _by(function: str) -> Callable[[list[Typed], Shape, str], Typed]:
    def compile_call(args: list[Typed], shape: Shape, where: str) -> Typed:
        if len(args) != 2:
            raise refuse_arguments(function, args, where)
        if args[1].type.name in ("row", "array", "map"):
            raise NotSupportedHere(f"{function} ordered by {args[1].type}", where)
        # DuckDB's arg_max skips rows whose value is NULL; Trino keeps them.
        name = {"max_by": "arg_max_null", "min_by": "arg_min_null"}[function]
        return Typed(f"{name}({args[0].sql}, {args[1].sql}){shape[2]}", args[0].type)

    return compile_call


def _spread(function: str) -> Callable[[list[Typed], Shape, str], Typed]:
    def compile_call(args: list[Typed], shape: Shape, where: str) -> Typed:
        value = coerce(_number(args, function, where), DOUBLE)
        return Typed(f"{function}({shape[0]}{value.sql}){shape[2]}", DOUBLE)

    return compile_call


_AGGREGATES: dict[str, Callable[[list[Typed], Shape, str], Typed]] = {
    "count": _count, "sum": _sum, "avg": _avg, "min": _same("min"), "max": _same("max"), "count_if": _count_if,
    "arbitrary": _same("any_value"), "any_value": _same("any_value"), "array_agg": _array_agg,
    "bool_and": _logical("bool_and"), "every": _logical("bool_and"), "bool_or": _logical("bool_or"),
    "max_by": _by("max_by"), "min_by": _by("min_by"),
    "stddev": _spread("stddev_samp"), "stddev_samp": _spread("stddev_samp"), "stddev_pop": _spread("stddev_pop"),
    "variance": _spread("var_samp"), "var_samp": _spread("var_samp"), "var_pop": _spread("var_pop"),
}  # fmt: skip


def _window(x: "Expressions", node: exp.Window) -> Typed:
    refuse_unknown(node, ("this", "partition_by", "order", "spec", "over"), x.text)
    if not isinstance(node.this, (exp.Anonymous, exp.Filter, exp.IgnoreNulls, exp.RespectNulls)):
        raise NotSupportedHere(node.sql("trino"), x.where(node))
    over = _over(x, node)
    call, condition, nulls = node.this, "", ""
    if isinstance(call, (exp.IgnoreNulls, exp.RespectNulls)):
        nulls = " IGNORE NULLS" if isinstance(call, exp.IgnoreNulls) else ""
        call = call.this
    if isinstance(call, exp.Filter):
        condition = (
            f" FILTER (WHERE {replace(x, clause='FILTER clause').condition(call.expression.this).sql})"
        )
        call = call.this
    name, where = call.name.lower(), x.where(node)
    if name in AGGREGATES:
        return _aggregate(x, call, condition, over)
    args = [x.compile(argument) for argument in call.expressions]
    if name in _RANKING:
        kind = DOUBLE if name in ("percent_rank", "cume_dist") else BIGINT
        return Typed(f"{name}({', '.join(arg.sql for arg in args)}){over}", kind)
    if name in _VALUES and args:
        return _value_window(name, args, nulls + ")" + over)
    raise user_error("FUNCTION_NOT_WINDOW", f"Not a window function: {name}", where)


def _value_window(name: str, args: list[Typed], tail: str) -> Typed:
    items = [args[0].sql]
    if len(args) > 1:
        items.append(f"CAST({args[1].sql} AS BIGINT)")
    if len(args) > 2:
        items.append(coerce(args[2], args[0].type).sql)
    return Typed(f"{name}({', '.join(items)}{tail}", args[0].type)


def _over(x: "Expressions", node: exp.Window) -> str:
    parts = []
    if node.args.get("partition_by"):
        parts.append("PARTITION BY " + ", ".join(x.compile(key).sql for key in node.args["partition_by"]))
    if node.args.get("order"):
        parts.append("ORDER BY " + order_terms(x, node.args["order"]))
    spec = node.args.get("spec")
    if spec is not None:
        refuse_unknown(spec, ("kind", "start", "start_side", "end", "end_side"), x.text)
        bounds = [_bound(x, spec, side) for side in ("start", "end") if spec.args.get(side)]
        frame = f"BETWEEN {bounds[0]} AND {bounds[1]}" if len(bounds) == 2 else bounds[0]
        parts.append(f"{spec.args['kind'].upper()} {frame}")
    return f" OVER ({' '.join(parts)})"


def _bound(x: "Expressions", spec: exp.WindowSpec, side: str) -> str:
    value, direction = spec.args[side], spec.args.get(f"{side}_side")
    if value == "CURRENT ROW":
        return "CURRENT ROW"
    if value == "UNBOUNDED":
        return f"UNBOUNDED {direction.upper()}"
    typed = x.compile(value)
    if typed.type.name not in INTEGERS or spec.args["kind"].upper() != "ROWS":
        raise NotSupportedHere("this window frame", x.where(spec))
    return f"{typed.sql} {direction.upper()}"
