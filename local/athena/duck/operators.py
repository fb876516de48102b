"""Arithmetic and comparison with Trino's result types: https://trino.io/docs/476/functions/decimal.html."""

from local.athena.duck.casts import coerce
from local.athena.duck.scope import Typed
from local.athena.duck.types import (
    BOOLEAN,
    DATE,
    DAYS,
    INTEGERS,
    MONTHS,
    UNKNOWN,
    Type,
    as_decimal,
    common,
    decimal,
    duck,
    is_numeric,
)
from local.athena.errors import NotSupportedHere, user_error


def mismatch(operator: str, left: Typed, right: Typed, where: str) -> Exception:
    """Trino's sentence for operands that have no common operator."""
    message = f"Cannot apply operator: {left.type} {operator} {right.type}"
    return user_error("TYPE_MISMATCH", message, where)


def compare(operator: str, left: Typed, right: Typed, where: str) -> Typed:
    """``= <> < <= > >=`` and IS [NOT] DISTINCT FROM: both sides meet in one type or it is an error."""
    kind = common(left.type, right.type)
    if kind is None:
        raise mismatch(operator, left, right, where)
    if kind.name == "map" and operator not in ("=", "<>"):
        raise mismatch(operator, left, right, where)
    if kind.name in ("row", "array"):
        raise NotSupportedHere(f"comparing {kind}", where)
    return Typed(f"({coerce(left, kind).sql} {operator} {coerce(right, kind).sql})", BOOLEAN)


def arithmetic(operator: str, left: Typed, right: Typed, where: str) -> Typed:
    """``+ - * / %`` on numbers, dates and intervals."""
    if not (is_numeric(left.type) and is_numeric(right.type)):
        return _on_times(operator, left, right, where)
    kind = common(left.type, right.type)
    if kind is None:
        raise mismatch(operator, left, right, where)
    constant = left.is_constant and right.is_constant
    if kind.name == "decimal":
        sql, kind = _on_decimals(operator, left, right, where)
        return Typed(sql, kind, is_constant=constant)
    a, b = coerce(left, kind).sql, coerce(right, kind).sql
    if kind.name in INTEGERS and operator in "/%":
        return Typed(f"({a} {'//' if operator == '/' else '%'} {b})", kind, is_constant=constant)
    return Typed(f"({a} {operator} {b})", kind, is_constant=constant)


def _on_decimals(operator: str, left: Typed, right: Typed, where: str) -> tuple[str, Type]:
    one, two = as_decimal(left.type), as_decimal(right.type)
    kind = result_decimal(operator, one, two)
    if kind.scale > 38:
        raise user_error(
            "TYPE_MISMATCH", f"DECIMAL scale must be in range [0, precision (38)]: {kind.scale}", where
        )
    a, b = coerce(left, one).sql, coerce(right, two).sql
    if operator in "+-":
        # At scale max(s1, s2) and full width the sum cannot round; a 39th digit is an overflow error.
        same = decimal(kind.precision, kind.scale)
        return f"CAST(CAST({a} AS {duck(same)}) {operator} CAST({b} AS {duck(same)}) AS {duck(kind)})", kind
    if operator == "*":
        if one.precision + two.precision > 18:  # DuckDB would multiply 64 bits by 64 bits
            a = f"CAST({a} AS DECIMAL(38,{one.scale}))"
        return f"CAST({a} * {b} AS {duck(kind)})", kind
    if operator == "/":
        numerator = f"{unscaled(a, one)} * CAST({10 ** (kind.scale - one.scale + two.scale)} AS HUGEINT)"
        return scaled(f"t_half_up({numerator}, {unscaled(b, two)})", kind), kind
    wide = common(one, two)
    assert wide is not None
    return f"CAST(CAST({a} AS {duck(wide)}) % CAST({b} AS {duck(wide)}) AS {duck(kind)})", kind


def result_decimal(operator: str, one: Type, two: Type) -> Type:
    """The precision and scale of the documentation's table, precision capped at 38."""
    whole = max(one.precision - one.scale, two.precision - two.scale)
    scale = max(one.scale, two.scale)
    if operator in "+-":
        return decimal(whole + scale + 1, scale)
    if operator == "*":
        return decimal(one.precision + two.precision, one.scale + two.scale)
    if operator == "/":
        return decimal(one.precision + two.scale + max(0, two.scale - one.scale), scale)
    return decimal(min(one.precision - one.scale, two.precision - two.scale) + scale, scale)


def unscaled(sql: str, kind: Type) -> str:
    """The digits of a decimal as a HUGEINT."""
    return f"CAST({sql} * CAST({10**kind.scale} AS DECIMAL(38,0)) AS HUGEINT)"


def scaled(digits: str, kind: Type) -> str:
    """Digits back to a decimal; too many of them is an error."""
    unit = f"CAST('{10**-kind.scale:.{kind.scale}f}' AS DECIMAL({kind.scale + 1},{kind.scale}))"
    if kind.scale == 38:
        raise NotSupportedHere("decimals of scale 38")
    return f"CAST(CAST({digits} AS DECIMAL(38,0)) * {unit} AS {duck(kind)})"


def _on_times(operator: str, left: Typed, right: Typed, where: str) -> Typed:
    """date ± interval stays a date; timestamp ± interval keeps its precision."""
    if UNKNOWN in (left.type, right.type):
        kind = right.type if left.type == UNKNOWN else left.type
        return Typed(f"CAST(NULL AS {duck(kind)})", kind)
    if operator == "+" and left.type in (DAYS, MONTHS):
        left, right = right, left
    if operator in "+-" and right.type in (DAYS, MONTHS):
        if left.type == DATE and (right.type == MONTHS or right.value == 0):
            return Typed(
                f"CAST({left.sql} {operator} {right.sql} AS DATE)", DATE, is_constant=left.is_constant
            )
        if left.type == DATE:
            raise user_error(
                "INVALID_FUNCTION_ARGUMENT", "Cannot add hour, minutes or seconds to a date", where
            )
        if left.type.name == "timestamp":
            return Typed(f"({left.sql} {operator} {right.sql})", left.type, is_constant=left.is_constant)
        if left.type in (DAYS, MONTHS):
            raise NotSupportedHere("arithmetic on intervals", where)
    if operator == "-" and left.type.name in ("date", "timestamp") and left.type.name == right.type.name:
        raise NotSupportedHere("subtracting times (write date_diff)", where)
    raise mismatch(operator, left, right, where)
