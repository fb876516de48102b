"""Date and time functions: https://trino.io/docs/476/functions/datetime.html."""

from collections.abc import Callable

from local.athena.duck.casts import coerce, round_timestamp
from local.athena.duck.literals import quoted
from local.athena.duck.scope import Typed
from local.athena.duck.signatures import Signature, refuse_arguments
from local.athena.duck.types import BIGINT, DATE, VARCHAR, Type, timestamp, varchar
from local.athena.errors import NotSupportedHere, user_error

_SECONDS = {"millisecond": 1e-3, "second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_DAYS = ("day", "week", "month", "quarter", "year")
_UNITS = ("millisecond", "second", "minute", "hour", *_DAYS)
# name -> DuckDB's part. Weeks are ISO weeks and days of the week count from Monday = 1 in both.
_PARTS = {
    "year": "year", "quarter": "quarter", "month": "month", "week": "week", "week_of_year": "week", "day": "day",
    "day_of_month": "day", "day_of_week": "isodow", "dow": "isodow", "day_of_year": "dayofyear", "doy": "dayofyear",
    "year_of_week": "isoyear", "yow": "isoyear",
}  # fmt: skip
_CLOCK = {"hour": "hour", "minute": "minute", "second": "second"}
# MySQL's format letters, https://trino.io/docs/476/functions/datetime.html#mysql-date-functions
_MYSQL = {
    "Y": "%Y", "y": "%y", "m": "%m", "c": "%-m", "d": "%d", "e": "%-d", "H": "%H", "k": "%-H", "i": "%M", "s": "%S",
    "S": "%S", "b": "%b", "M": "%B", "a": "%a", "W": "%A", "j": "%j", "f": "%f", "T": "%H:%M:%S", "%": "%%",
}  # fmt: skip
_JODA = {
    "yyyy": "%Y", "yy": "%y", "MM": "%m", "M": "%-m", "MMM": "%b", "MMMM": "%B", "dd": "%d", "d": "%-d",
    "HH": "%H", "H": "%-H", "mm": "%M", "ss": "%S", "EEE": "%a", "EEEE": "%A",
}  # fmt: skip

SIGNATURES: dict[str, list[Signature]] = {
    "last_day_of_month": [
        Signature((DATE,), DATE, "last_day({0})"),
        Signature((timestamp(6),), DATE, "last_day({0})"),
    ],
    "date": [
        Signature((DATE,), DATE, "{0}"),
        Signature((timestamp(6),), DATE, "CAST({0} AS DATE)"),
        Signature((VARCHAR,), DATE, "CAST(t_spelled(t_is_date(trim({0})), trim({0}), {0}, 'DATE') AS DATE)"),
    ],
    "from_iso8601_date": [
        Signature((VARCHAR,), DATE, "CAST(CASE WHEN t_is_date({0}) THEN {0} WHEN {0} IS NOT NULL THEN "
                  "'INVALID_FUNCTION_ARGUMENT: Invalid format: ' || {0} END AS DATE)"),
    ],
    "to_iso8601": [Signature((DATE,), varchar(16), "CAST({0} AS VARCHAR)")],
}  # fmt: skip


def _unit(args: list[Typed], function: str, where: str) -> str:
    if not args or not isinstance(args[0].value, str):
        raise NotSupportedHere(f"{function} with a unit that is not a literal", where)
    return args[0].value.lower()


def _time(arg: Typed, name: str, args: list[Typed], where: str) -> Type:
    if arg.type.name not in ("date", "timestamp"):
        raise refuse_arguments(name, args, where)
    return arg.type


def _check_unit(unit: str, kind: Type, where: str) -> None:
    if unit not in (_DAYS if kind == DATE else _UNITS):
        field = "DATE" if kind == DATE else "TIMESTAMP"
        raise user_error("INVALID_FUNCTION_ARGUMENT", f"'{unit}' is not a valid {field} field", where)


def _date_trunc(args: list[Typed], where: str) -> Typed:
    unit = _unit(args, "date_trunc", where)
    if len(args) != 2:
        raise refuse_arguments("date_trunc", args, where)
    kind = _time(args[1], "date_trunc", args, where)
    _check_unit(unit, kind, where)
    sql = f"date_trunc('{unit}', {args[1].sql})"
    constant = args[1].is_constant
    return Typed(f"CAST({sql} AS DATE)" if kind == DATE else sql, kind, is_constant=constant)


def _date_add(args: list[Typed], where: str) -> Typed:
    unit = _unit(args, "date_add", where)
    if len(args) != 3:
        raise refuse_arguments("date_add", args, where)
    kind = _time(args[2], "date_add", args, where)
    _check_unit(unit, kind, where)
    amount = f"CAST({coerce(args[1], BIGINT).sql} AS INTEGER)"
    step = f"to_months(3 * {amount})" if unit == "quarter" else f"to_{unit}s({amount})"
    sql = f"({args[2].sql} + {step})"
    constant = args[1].is_constant and args[2].is_constant
    return Typed(f"CAST({sql} AS DATE)" if kind == DATE else sql, kind, is_constant=constant)


def _date_diff(args: list[Typed], where: str) -> Typed:
    """Whole units from the first to the second time, truncated towards zero."""
    unit = _unit(args, "date_diff", where)
    if len(args) != 3:
        raise refuse_arguments("date_diff", args, where)
    kinds = [_time(arg, "date_diff", args, where) for arg in args[1:]]
    kind = DATE if kinds == [DATE, DATE] else timestamp(6)
    _check_unit(unit, kind, where)
    first, second = (coerce(arg, kind).sql for arg in args[1:])
    if kind == DATE and unit in ("day", "week"):
        sql = f"CAST({second} - {first} AS BIGINT)" + (" // 7" if unit == "week" else "")
    elif unit in _SECONDS:
        sql = f"((epoch_us({second}) - epoch_us({first})) // {int(_SECONDS[unit] * 1_000_000)})"
    else:
        times = f"CAST({first} AS TIMESTAMP), CAST({second} AS TIMESTAMP)"
        sql = f"t_years({times})" if unit == "year" else f"t_months({times})"
        sql = f"({sql} // 3)" if unit == "quarter" else sql
    return Typed(f"CAST({sql} AS BIGINT)", BIGINT)


def _part(name: str, part: str, clock: bool) -> Callable[[list[Typed], str], Typed]:
    def compile_call(args: list[Typed], where: str) -> Typed:
        if len(args) != 1 or (_time(args[0], name, args, where) == DATE and clock):
            raise refuse_arguments(name, args, where)
        return Typed(f"CAST(date_part('{part}', {args[0].sql}) AS BIGINT)", BIGINT)

    return compile_call


def _milliseconds(moment: Typed) -> str:
    """What Trino's formatting functions see: a timestamp of more digits is rounded first."""
    finer = moment.type.name == "timestamp" and moment.type.number(0) > 3
    return round_timestamp(moment.sql, timestamp(3)) if finer else moment.sql


def _date_format(args: list[Typed], where: str) -> Typed:
    text = args[1].value if len(args) == 2 else None
    if not isinstance(text, str):
        raise NotSupportedHere("date_format with a format that is not a literal", where)
    _time(args[0], "date_format", args, where)
    parts, at = [], 0
    while at < len(text):
        letter = text[at + 1 : at + 2] if text[at] == "%" else ""
        if letter and letter not in _MYSQL:
            raise NotSupportedHere(f"date_format's %{letter}", where)
        parts.append(_MYSQL[letter] if letter else text[at])
        at += 2 if letter else 1
    return Typed(f"strftime({_milliseconds(args[0])}, {quoted(''.join(parts))})", VARCHAR)


def _format_datetime(args: list[Typed], where: str) -> Typed:
    text = args[1].value if len(args) == 2 else None
    if not isinstance(text, str):
        raise NotSupportedHere("format_datetime with a format that is not a literal", where)
    _time(args[0], "format_datetime", args, where)
    parts, at = [], 0
    while at < len(text):
        run = text[at : at + len(text[at:]) - len(text[at:].lstrip(text[at]))]
        if run[0].isalpha() and run not in _JODA:
            raise NotSupportedHere(f"format_datetime's {run}", where)
        if run[0] in "'%":
            raise NotSupportedHere(f"format_datetime's {run[0]}", where)
        parts.append(_JODA.get(run, run))
        at += len(run)
    return Typed(f"strftime({_milliseconds(args[0])}, {quoted(''.join(parts))})", VARCHAR)


SPECIAL: dict[str, Callable[[list[Typed], str], Typed]] = {
    "date_trunc": _date_trunc, "date_add": _date_add, "date_diff": _date_diff, "date_format": _date_format,
    "format_datetime": _format_datetime,
    **{name: _part(name, part, clock=False) for name, part in _PARTS.items()},
    **{name: _part(name, part, clock=True) for name, part in _CLOCK.items()},
}  # fmt: skip
