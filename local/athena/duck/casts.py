"""CAST and implicit coercion as Trino does them: https://trino.io/docs/476/functions/conversion.html."""

from local.athena.duck.scope import Typed
from local.athena.duck.types import INTEGERS, UNKNOWN, Type, common, duck
from local.athena.errors import NotSupportedHere, user_error

_TIMES = ("timestamp", "timestamp with time zone")


def coerce(value: Typed, target: Type) -> Typed:
    """`value` as `target`, which it is known to widen to."""
    if value.type == target or value.type.name == target.name == "varchar":
        return Typed(value.sql, target, value.value, value.origin, value.is_constant)
    sql = f"CAST({value.sql} AS {duck(target)})"
    return Typed(sql, target, value.value if value.type.name in INTEGERS else None, None, value.is_constant)


def cast(value: Typed, target: Type, where: str, safe: bool = False) -> Typed:
    """CAST, or TRY_CAST when `safe`.

    Raises
    ------
    QueryFailed
        TYPE_MISMATCH for a pair Trino does not convert; NOT_SUPPORTED where DuckDB's text differs.
    """
    if value.type in (target, UNKNOWN) or (common(value.type, target) == target and target.name != "varchar"):
        return Typed(coerce(value, target).sql, target, is_constant=value.is_constant)
    sql = _conversion(value, target, where)
    if safe:
        sql = f"TRY({sql})"
    return Typed(sql, target, is_constant=value.is_constant)


def _conversion(value: Typed, target: Type, where: str) -> str:
    source, to, x = value.type.name, target.name, value.sql
    if to == "varchar":
        text = _to_text(value, where)
        return f"substr({text}, 1, {target.number(0)})" if target.args else text
    if source == "varchar":
        return _from_text(x, target, where)
    if source in ("double", "real") and to in INTEGERS:
        return f"CAST(round({x}) AS {duck(target)})"
    if source in ("double", "real") and to == "decimal":
        raise NotSupportedHere("casting floating point numbers to decimal", where)
    numbers = (*INTEGERS, "decimal", "real", "double", "boolean")
    if source in numbers and to in numbers and "boolean" not in (source, to):
        return f"CAST({x} AS {duck(target)})"
    if source in INTEGERS and to == "boolean":
        return f"({x} <> 0)"
    if source == "boolean" and to in numbers:
        return f"CAST({x} AS {duck(target)})"
    if source in _TIMES and to in ("date", *_TIMES):
        if source == to and value.type.number(0) > target.number(0):
            return round_timestamp(x, target)
        return f"CAST({x} AS {duck(target)})"
    if source == to and source in ("array", "row", "map"):
        raise NotSupportedHere(f"casting {value.type} to {target}", where)
    raise user_error("TYPE_MISMATCH", f"Cannot cast {value.type} to {target}", where)


def round_timestamp(x: str, target: Type) -> str:
    """A timestamp of up to six digits as one of fewer: half up, as Trino does."""
    return f"t_round_timestamp({x}, {10 ** (6 - target.number(0))})"


def _to_text(value: Typed, where: str) -> str:
    source, x = value.type.name, value.sql
    if source == "varchar":
        return x
    if source == "decimal":  # where all digits stand behind the point, DuckDB leaves the zero before it out
        return f"CAST(CAST({x} AS DECIMAL(38,{value.type.scale})) AS VARCHAR)"
    if source in (*INTEGERS, "date", "boolean"):
        return f"CAST({x} AS VARCHAR)"
    if source == "timestamp":
        digits = value.type.number(0)
        whole = f"strftime({x}, '%Y-%m-%d %H:%M:%S.%f')"
        return f"substr({whole}, 1, {20 + digits if digits else 19})"
    raise NotSupportedHere(f"casting {value.type} to varchar", where)


def _from_text(x: str, target: Type, where: str) -> str:
    """Only the spelling both engines read alike; another fails as Trino's does."""
    to = target.name
    if to == "boolean":
        return f"t_boolean({x})"
    if to == "varbinary":
        raise user_error("TYPE_MISMATCH", "Cannot cast varchar to varbinary", where)
    checks = {
        **dict.fromkeys(INTEGERS, "t_is_integer"),
        "decimal": "t_is_number", "double": "t_is_number", "real": "t_is_number",
        "date": "t_is_date", "timestamp": "t_is_timestamp",
    }  # fmt: skip
    if to not in checks:
        raise NotSupportedHere(f"casting varchar to {target}", where)
    text = f"trim({x})"  # white space around it is no part of it
    name = f"DECIMAL({target.precision}, {target.scale})" if to == "decimal" else to.upper()
    name = "INT" if to == "integer" else name
    return f"CAST(t_spelled({checks[to]}({text}), {text}, {x}, '{name}') AS {duck(target)})"
