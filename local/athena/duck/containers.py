"""Arrays, maps, rows and lambdas: https://trino.io/docs/476/functions/array.html and map.html."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from local.athena.duck.casts import coerce
from local.athena.duck.operators import mismatch
from local.athena.duck.scope import Typed
from local.athena.duck.signatures import refuse_arguments
from local.athena.duck.types import BIGINT, BOOLEAN, VARCHAR, Type, array, common
from local.athena.errors import NotSupportedHere

if TYPE_CHECKING:
    from local.athena.duck.expressions import Expressions


def subscript(base: Typed, index: Typed, where: str) -> Typed:
    """``array[i]`` counts from 1 and refuses what is outside; ``map[key]`` refuses a missing key."""
    if base.type.name == "array":
        return Typed(f"t_subscript({base.sql}, {coerce(index, BIGINT).sql})", base.type.part(0))
    if base.type.name == "map" and common(index.type, base.type.part(0)) == base.type.part(0):
        key = coerce(index, base.type.part(0)).sql
        return Typed(f"t_member({base.sql}, {key})", base.type.part(1))
    raise mismatch("[]", base, index, where)


def _element_at(args: list[Typed], where: str) -> Typed:
    base, index = args
    if base.type.name == "array" and index.value != 0:
        return Typed(f"{base.sql}[{coerce(index, BIGINT).sql}]", base.type.part(0))
    if base.type.name == "map":
        return Typed(f"{base.sql}[{coerce(index, base.type.part(0)).sql}]", base.type.part(1))
    raise refuse_arguments("element_at", args, where)


def _contains(args: list[Typed], where: str) -> Typed:
    if len(args) != 2 or args[0].type.name != "array":
        raise refuse_arguments("contains", args, where)
    items, item = args[0].sql, coerce(args[1], args[0].type.part(0)).sql
    # A NULL among the elements makes an unsuccessful search unknown.
    unknown = f"WHEN len(list_filter({items}, lambda e: e IS NULL)) > 0 THEN NULL"
    sql = f"CASE WHEN {item} IS NULL THEN NULL WHEN list_contains({items}, {item}) THEN true {unknown} ELSE false END"
    return Typed(f"CASE WHEN {items} IS NOT NULL THEN {sql} END", BOOLEAN)


def _array_join(args: list[Typed], where: str) -> Typed:
    if len(args) != 2 or args[0].type.name != "array" or args[0].type.part(0).name != "varchar":
        raise refuse_arguments("array_join", args, where)
    return Typed(f"array_to_string({args[0].sql}, {args[1].sql})", VARCHAR)


def _array_sort(args: list[Typed], where: str) -> Typed:
    if len(args) != 1 or args[0].type.name != "array":
        raise refuse_arguments("array_sort", args, where)
    return Typed(f"list_sort({args[0].sql}, 'ASC', 'NULLS LAST')", args[0].type)


def _sequence(args: list[Typed], where: str) -> Typed:
    if len(args) not in (2, 3) or any(arg.type.name not in ("integer", "bigint") for arg in args):
        raise NotSupportedHere("sequence() of anything but integers", where)
    start, stop, *step = [coerce(arg, BIGINT).sql for arg in args]
    by = step[0] if step else f"CASE WHEN {start} <= {stop} THEN 1 ELSE -1 END"
    return Typed(f"generate_series({start}, {stop}, {by})", array(BIGINT))


def _map(args: list[Typed], where: str) -> Typed:
    if len(args) != 2 or any(arg.type.name != "array" for arg in args):
        raise refuse_arguments("map", args, where)
    kind = Type("map", (args[0].type.part(0), args[1].type.part(0)))
    return Typed(f"map({args[0].sql}, {args[1].sql})", kind)


def _map_keys(args: list[Typed], where: str) -> Typed:
    return Typed(f"map_keys({args[0].sql})", array(args[0].type.part(0)))


def _map_values(args: list[Typed], where: str) -> Typed:
    return Typed(f"map_values({args[0].sql})", array(args[0].type.part(1)))


SPECIAL: dict[str, Callable[[list[Typed], str], Typed]] = {
    "element_at": _element_at, "contains": _contains, "array_join": _array_join, "array_sort": _array_sort,
    "sequence": _sequence, "map": _map, "map_keys": _map_keys, "map_values": _map_values,
}  # fmt: skip


def _lambda(
    x: "Expressions", nodes: Sequence[exp.Expression], name: str, where: str
) -> tuple[Typed, str, Typed]:
    if len(nodes) != 2 or not isinstance(nodes[1], exp.Lambda) or len(nodes[1].expressions) != 1:
        raise refuse_arguments(name, [], where)
    base, variable = x.compile(nodes[0]), nodes[1].expressions[0].name.lower()
    if base.type.name != "array":
        raise refuse_arguments(name, [base], where)
    alias = f"l{len(x.lambdas)}_{variable}"
    inner = replace(x, lambdas=((variable, Typed(f'"{alias}"', base.type.part(0))), *x.lambdas))
    return base, alias, inner.compile(nodes[1].this)


def _transform(x: "Expressions", nodes: Sequence[exp.Expression], where: str) -> Typed:
    base, alias, body = _lambda(x, nodes, "transform", where)
    return Typed(f'list_transform({base.sql}, lambda "{alias}": {body.sql})', array(body.type))


def _filter(x: "Expressions", nodes: Sequence[exp.Expression], where: str) -> Typed:
    base, alias, body = _lambda(x, nodes, "filter", where)
    if body.type != BOOLEAN:
        raise refuse_arguments("filter", [base, body], where)
    return Typed(f'list_filter({base.sql}, lambda "{alias}": {body.sql})', base.type)


HIGHER_ORDER: dict[str, Callable[["Expressions", Sequence[exp.Expression], str], Typed]] = {
    "transform": _transform, "filter": _filter,
}  # fmt: skip
