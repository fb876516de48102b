"""Constants and the types Trino gives them: https://trino.io/docs/476/language/types.html."""

import re
from datetime import date, datetime
from decimal import Decimal

from sqlglot import exp

from local.athena.duck.scope import Typed
from local.athena.duck.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DAYS,
    DOUBLE,
    INTEGER,
    MONTHS,
    UNKNOWN,
    VARBINARY,
    decimal,
    duck,
    timestamp,
    varchar,
)
from local.athena.errors import NotSupportedHere, user_error
from local.athena.sql import LITERAL

_INTERVALS = {"DAY": DAYS, "HOUR": DAYS, "MINUTE": DAYS, "SECOND": DAYS, "MONTH": MONTHS, "YEAR": MONTHS}


def quoted(text: str) -> str:
    """A string literal of DuckDB."""
    return "'" + text.replace("'", "''") + "'"


def literal(node: exp.Expression, where: str) -> Typed:
    """NULL, booleans, numbers, strings, intervals and X'..'."""
    if isinstance(node, exp.Null):
        return Typed("NULL", UNKNOWN, is_constant=True)
    if isinstance(node, exp.Boolean):
        return Typed("true" if node.this else "false", BOOLEAN, bool(node.this), is_constant=True)
    if isinstance(node, exp.HexString):
        return Typed(f"unhex({quoted(node.name)})", VARBINARY, is_constant=True)
    if isinstance(node, exp.Interval):
        return _interval(node, where)
    text = node.name
    if node.is_string:
        return Typed(quoted(text), varchar(len(text)), text, is_constant=True)
    return _number(text, where)


def _number(text: str, where: str) -> Typed:
    if "e" in text.lower():
        return Typed(f"CAST('{text}' AS DOUBLE)", DOUBLE, is_constant=True)
    if "." in text:
        whole, _, fraction = text.partition(".")
        kind = decimal(max(1, len(whole.lstrip("0")) + len(fraction)), len(fraction))
        return Typed(f"CAST('{text}' AS {duck(kind)})", kind, Decimal(text), is_constant=True)
    number = int(text)
    if number > 2**63 - 1:
        raise user_error("INVALID_LITERAL", f"Invalid numeric literal: {text}", where)
    kind = INTEGER if number <= 2**31 - 1 else BIGINT
    return Typed(f"CAST({number} AS {duck(kind)})", kind, number, is_constant=True)


def _interval(node: exp.Interval, where: str) -> Typed:
    unit = node.args["unit"].name.upper() if isinstance(node.args.get("unit"), exp.Var) else ""
    amount = node.this.name if isinstance(node.this, exp.Literal) else ""
    if unit not in _INTERVALS or not re.fullmatch(r"[+-]?\d+", amount):
        raise NotSupportedHere(f"the interval {node.sql('trino')}", where)
    # `value` is what is left of a day: a date takes only whole days.
    remainder = 0 if unit in ("DAY", "MONTH", "YEAR") else 1
    return Typed(f"to_{unit.lower()}s({int(amount)})", _INTERVALS[unit], remainder, is_constant=True)


def typed_literal(node: exp.Cast, where: str) -> Typed | None:
    """DATE '…' and TIMESTAMP '…' (also written as a cast of a literal); None for any other cast."""
    text, kind = node.this.name, node.to.this
    if not node.this.is_string or isinstance(node, exp.TryCast):
        return None
    if kind == exp.DType.DATE:
        day = _day(text.strip())
        if day is None and node.meta.get(LITERAL):
            raise user_error("INVALID_LITERAL", f"'{text}' is not a valid DATE literal", where)
        if day is None:
            raise user_error("INVALID_CAST_ARGUMENT", f"Value cannot be cast to date: {text}", where)
        return Typed(f"DATE '{day}'", DATE, day, is_constant=True)
    if kind == exp.DType.TIMESTAMP:
        match = re.fullmatch(r"(\d{4}-\d\d-\d\d)(?: (\d\d:\d\d(?::\d\d(?:\.(\d{1,6}))?)?))?", text.strip())
        if match is None:
            raise NotSupportedHere(f"the timestamp {text!r}", where)
        try:
            moment = datetime.fromisoformat(f"{match[1]} {match[2] or '00:00:00'}")
        except ValueError as error:
            raise user_error(
                "INVALID_LITERAL", f"'{text}' is not a valid TIMESTAMP literal", where
            ) from error
        digits = node.to.expressions[0].name if node.to.expressions else "3"
        return Typed(f"TIMESTAMP '{moment}'", timestamp(int(digits)), moment, is_constant=True)
    return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None
    except ValueError:
        return None
