"""Compile a contract into DuckDB expressions: how each column's text becomes a value, and when that is a fault."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from saleslake.contracts import timestamps
from saleslake.contracts.aliases import WHITESPACE, fold, spellings
from saleslake.contracts.dates import DateFormat, rivals
from saleslake.contracts.model import Action, Column, Contract, RowRule
from saleslake.contracts.rules import rename_columns
from saleslake.transform.records import trimmed_name

CLOCKS = dt.timedelta(minutes=5)  # by which a sender's clock may be ahead; S3 rounds landing times to seconds
ZONES = dt.timedelta(days=1)  # a day begins up to 14 hours before UTC's


def quote(text: str) -> str:
    """A string literal."""
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True)
class Check:
    """One thing that can be wrong with a row.

    ``fault`` is SQL over ``t_<column>`` (text) and ``v_<column>``, and so is ``value``, what is told of the row where
    no single column is at fault.
    """

    rule: str
    column: str | None
    fault: str
    expected: str
    action: Action = "quarantine"
    value: str | None = None


@dataclass(frozen=True)
class CompiledColumn:
    """A column's SQL: ``text`` over the delivered columns, ``value`` over ``t_<column>``, what can be wrong with it."""

    name: str
    delivered: str | None
    text: str
    value: str
    checks: tuple[Check, ...]
    join: str = ""
    undecided: str | None = None
    """True for a date that only rival formats read, none of which the file's rows have decided for."""


def compile_columns(
    contract: Contract,
    positions: Mapping[str, int],
    formats: Mapping[str, Sequence[str]],
    landed: dt.datetime | None = None,
    *,
    nested: bool = False,
) -> tuple[CompiledColumn, ...]:
    """Compile every column of a contract for one file.

    Parameters
    ----------
    contract
        The dataset's contract.
    positions
        Contract column -> position in the file; one that is absent reads as NULL.
    formats
        Date column -> the formats that hold for this file.
    landed
        When the file landed; without it nothing is checked against it.
    nested
        Whether a value may be a list or record; ``rows`` then says of which columns.
    """
    return tuple(
        _column(column, positions.get(column.name), formats.get(column.name, ()), landed, nested)
        for column in contract.columns
    )


def compile_row_rules(contract: Contract) -> tuple[Check, ...]:
    """Compile the rules over whole rows. An expression that cannot be computed is broken, too."""
    names = {column.name: f"v_{column.name}" for column in contract.columns}
    return tuple(_row_check(rule, rename_columns(rule.expression, names)) for rule in contract.row_rules)


def _row_check(rule: RowRule, expression: str) -> Check:
    told = ", ".join(f"{quote(f'{name} ')} || t_{name}" for name in rule.columns)
    return Check(
        rule=rule.name,
        column=None,
        fault=f"TRY(COALESCE(({expression}), TRUE)) IS NOT TRUE",
        expected=rule.expression,
        action=rule.action,
        value=f"concat_ws(', ', {told})",
    )


def read_timestamp_sql(text: str) -> str:
    """The moment in UTC, cut to milliseconds, or NULL: the SQL of ``contracts.timestamps.read_timestamp``."""
    known = f"regexp_full_match({text}, {quote(timestamps.PATTERN)})"
    moment = f"epoch_us(TRY_CAST(CASE WHEN {known} THEN upper({text}) END AS TIMESTAMPTZ))"
    cut = f"make_timestamp(({moment}) - (({moment}) % 1000 + 1000) % 1000)"
    return f"CASE WHEN ({moment}) BETWEEN {_FIRST_MOMENT} AND {_LAST_MOMENT} THEN {cut} END"


def read_date_sql(text: str, formats: Sequence[str]) -> str:
    """The day by the first format that can read the text, or NULL: the SQL of ``contracts.dates.read_date``."""
    readings = []
    for name in formats:
        known = DateFormat.parse(name)
        readings.append(
            f"CASE WHEN regexp_full_match({text}, {quote(known.pattern)})"
            f" THEN CAST(try_strptime({text}, {quote(known.strptime)}) AS DATE) END"
        )
    return f"COALESCE({', '.join(readings)}, NULL)" if readings else "CAST(NULL AS DATE)"


def fold_sql(text: str) -> str:
    """What spellings are compared by: the SQL of ``contracts.aliases.fold`` for a trimmed text."""
    return f"lower(regexp_replace({text}, {quote(f'[{WHITESPACE}]+')}, ' ', 'g'))"


def _column(
    column: Column,
    position: int | None,
    formats: Sequence[str],
    landed: dt.datetime | None,
    nested: bool,
) -> CompiledColumn:
    text, checks, join, undecided = f"t_{column.name}", [], "", None
    if column.required:
        checks.append(Check("required", column.name, f"{text} IS NULL", "a value"))
    if column.required_with:
        fault = f"{text} IS NULL AND t_{column.required_with} IS NOT NULL"
        expected = f"a value wherever {column.required_with} has one"
        checks.append(Check("required_with", column.name, fault, expected))
    if column.kind == "string":
        value = _string(column, text)
        if column.aliases:
            join = _alias_join(column, text)
    elif column.kind == "date":
        value = read_date_sql(text, formats)
        others = [name for name in column.formats if name not in formats]
        undecided = (
            f"v_{column.name} IS NULL AND {read_date_sql(text, others)} IS NOT NULL" if others else None
        )
    else:
        value = _VALUES[column.kind](column, text)
    single = "TRUE"
    if nested and column.kind in _WRITTEN:
        single = f"NOT COALESCE(contains(nested, ',c{position},'), FALSE)"
        checks.append(Check("type", column.name, f"NOT {single}", "a single value"))
    if column.kind == "timestamp":
        checks += _timestamp_checks(column, text, single)
    elif column.kind != "string":
        fault = f"{text} IS NOT NULL AND v_{column.name} IS NULL AND {single}"
        checks.append(Check(*_TYPE_RULES[column.kind], column.name, fault, _expected(column, formats)))
    checks += _value_checks(column)
    if column.not_after_landing and landed:
        checks.append(_not_after(column, landed))
    delivered = None if position is None else f"c{position}"
    trimmed = f"NULLIF({trimmed_name(delivered)}, '')" if delivered else "CAST(NULL AS VARCHAR)"
    return CompiledColumn(column.name, delivered, trimmed, value, tuple(checks), join, undecided)


def _string(column: Column, text: str) -> str:
    if column.aliases:
        return f"COALESCE(a_{column.name}.canonical, upper({fold_sql(text)}))"
    if column.allowed:
        listed = ", ".join(quote(value) for value in column.allowed.values)
        folded = " ".join(f"WHEN {quote(fold(value))} THEN {quote(value)}" for value in column.allowed.values)
        return f"CASE WHEN {text} IN ({listed}) THEN {text} ELSE CASE {fold_sql(text)} {folded} ELSE {text} END END"
    if column.drop_suffix:
        kept = f"left({text}, length({text}) - {len(column.drop_suffix)})"
        return f"CASE WHEN suffix({text}, {quote(column.drop_suffix)}) THEN {kept} ELSE {text} END"
    return text


def _alias_join(column: Column, text: str) -> str:
    pairs = ", ".join(
        f"({quote(spelt)}, {quote(value)})" for spelt, value in spellings(column.aliases).items()
    )
    name = f"a_{column.name}"
    return f"LEFT JOIN (VALUES {pairs}) AS {name}(spelling, canonical) ON {name}.spelling = {fold_sql(text)}"


def _integer(column: Column, text: str) -> str:
    kind = "BIGINT" if column.physical_type == "bigint" else "INTEGER"
    plain = f"CASE WHEN regexp_full_match({text}, '-?[0-9]+([.]0+)?') THEN split_part({text}, '.', 1) END"
    return f"TRY_CAST({plain} AS {kind})"


def _decimal(column: Column, text: str) -> str:
    # digits beyond the scale must be zeros: a cast would round them
    pattern = f"-?[0-9]+([.][0-9]{{1,{column.scale}}}0*)?"
    plain = f"CASE WHEN regexp_full_match({text}, {quote(pattern)}) THEN {text} END"
    return f"TRY_CAST({plain} AS DECIMAL({column.precision}, {column.scale}))"


def _boolean(column: Column, text: str) -> str:
    return f"CASE lower({text}) WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END"


def _timestamp(column: Column, text: str) -> str:
    return read_timestamp_sql(text)


def _epoch_us(moment: dt.datetime) -> int:
    return (moment - dt.datetime(1970, 1, 1)) // dt.timedelta(microseconds=1)


_FIRST_MOMENT, _LAST_MOMENT = _epoch_us(dt.datetime.min), _epoch_us(dt.datetime.max)
_WRITTEN = {"string", "date", "timestamp"}  # kinds to which a list or record is text like any other
_VALUES = {"integer": _integer, "decimal": _decimal, "boolean": _boolean, "timestamp": _timestamp}
_TYPE_RULES = {"integer": ("type",), "decimal": ("type",), "boolean": ("type",), "date": ("date_format",)}


def _expected(column: Column, formats: Sequence[str]) -> str:
    if column.kind == "date":
        disputed = {name for group in rivals(column.formats) for name in group}
        # where no row was written in a disputed format, any of them would have done
        shown = formats if disputed.intersection(formats) else column.formats
        return f"a day written {' or '.join(shown)}"
    if column.kind == "decimal":
        digits, point = column.precision - column.scale, "9" * column.scale
        return f"a plain number such as 1234.{point}: at most {digits} digits, then at most {column.scale} decimals"
    return "True or False" if column.kind == "boolean" else "a whole number"


def _timestamp_checks(column: Column, text: str, single: str) -> list[Check]:
    unread = f"{text} IS NOT NULL AND v_{column.name} IS NULL"
    zoneless = f"regexp_full_match({text}, {quote(timestamps.WITHOUT_ZONE)})"
    return [
        Check("time_zone", column.name, zoneless, "a time zone: Z or an offset such as +05:30"),
        Check(
            "timestamp_format",
            column.name,
            f"{unread} AND NOT {zoneless} AND {single}",
            "a moment as RFC 3339 writes it, such as 2024-01-31T18:30:00Z",
        ),
    ]


def _not_after(column: Column, landed: dt.datetime) -> Check:
    """Later than the file itself: a slip, or a plan that is not yet so."""
    latest = landed + (ZONES if column.kind == "date" else CLOCKS)
    bound = latest.date() if column.kind == "date" else latest
    return Check(
        "not_after_landing",
        column.name,
        f"v_{column.name} > {_literal(bound)}",
        f"nothing after the file landed, {landed:%Y-%m-%d %H:%M} UTC",
    )


def _literal(bound: object) -> str:
    if isinstance(bound, dt.datetime):
        return f"TIMESTAMP '{bound.astimezone(dt.UTC).replace(tzinfo=None)}'"
    return f"DATE '{bound}'" if isinstance(bound, dt.date) else str(bound)


def _value_checks(column: Column) -> list[Check]:
    value, checks = f"v_{column.name}", []
    for bound, sign, words in ((column.minimum, "<", "at least"), (column.maximum, ">", "at most")):
        if bound is not None:
            fault = f"{value} {sign} {_literal(bound)}"
            checks.append(Check("range", column.name, fault, f"{words} {bound}"))
    if column.pattern:
        fault = f"NOT regexp_full_match({value}, {quote(column.pattern)})"
        checks.append(Check("pattern", column.name, fault, f"text that matches {column.pattern}"))
    if column.allowed:
        listed = ", ".join(quote(item) for item in column.allowed.values)
        expected = f"one of {', '.join(column.allowed.values)}"
        fault = f"{value} NOT IN ({listed})"
        checks.append(Check(column.allowed.name, column.name, fault, expected, column.allowed.action))
    if column.aliases:
        fault = f"t_{column.name} IS NOT NULL AND a_{column.name}_canonical IS NULL"
        checks.append(
            Check("known_alias", column.name, fault, "a spelling the alias list has", column.unknown_alias)
        )
    return checks
