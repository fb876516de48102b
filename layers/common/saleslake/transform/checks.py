"""Compile a contract into DuckDB expressions: what each column is made of, and when a row breaks a rule."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from saleslake.contracts import timestamps
from saleslake.contracts.aliases import Aliases
from saleslake.contracts.dates import rivals
from saleslake.contracts.model import Action, Column, Contract, RowRule
from saleslake.contracts.rules import rename_columns
from saleslake.transform.records import trimmed_name
from saleslake.transform.values import canonical_name, literal, quote, read_date_sql, value_sql

CLOCKS = dt.timedelta(minutes=5)  # by which a sender's clock may be ahead; S3 rounds landing times to seconds
ZONES = dt.timedelta(days=1)  # a day begins up to 14 hours before UTC's


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
    alone: bool = True
    """Whether the text of its column is all there is to it."""


@dataclass(frozen=True)
class CompiledColumn:
    """A column's SQL: ``text`` over the delivered columns, ``value`` over ``t_<column>``, what can be wrong with it."""

    name: str
    delivered: str | None
    text: str
    value: str
    checks: tuple[Check, ...]
    aliases: Aliases = ()
    """Spellings that stand for a value of this column."""
    trimmed: str | None = None
    """The column of a block that holds the text."""
    verbatim: bool = False
    """Whether the text is the value, so that nothing has to be computed."""
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
        alone=False,
    )


def _column(
    column: Column,
    position: int | None,
    formats: Sequence[str],
    landed: dt.datetime | None,
    nested: bool,
) -> CompiledColumn:
    text, checks = f"t_{column.name}", []
    if column.required:
        checks.append(Check("required", column.name, f"{text} IS NULL", "a value"))
    if column.required_with:
        fault = f"{text} IS NULL AND t_{column.required_with} IS NOT NULL"
        expected = f"a value wherever {column.required_with} has one"
        checks.append(Check("required_with", column.name, fault, expected, alone=False))
    value = value_sql(column, text, formats)
    others = [name for name in column.formats if name not in formats]
    undecided = f"v_{column.name} IS NULL AND {read_date_sql(text, others)} IS NOT NULL" if others else None
    single = "TRUE"
    if nested and column.kind in _WRITTEN:
        single = f"NOT COALESCE(contains(nested, ',c{position},'), FALSE)"
        checks.append(Check("type", column.name, f"NOT {single}", "a single value", alone=False))
    if column.kind == "timestamp":
        checks += _timestamp_checks(column, text, single, alone=not nested)
    elif column.kind != "string":
        fault = f"{text} IS NOT NULL AND v_{column.name} IS NULL AND {single}"
        rule, expected = _TYPE_RULES[column.kind], _expected(column, formats)
        checks.append(Check(rule, column.name, fault, expected, alone=not nested))
    checks += _value_checks(column)
    if column.not_after_landing and landed:
        checks.append(_not_after(column, landed))
    delivered = None if position is None else f"c{position}"
    trimmed = trimmed_name(delivered) if delivered else None
    return CompiledColumn(
        column.name,
        delivered,
        text=trimmed or "CAST(NULL AS VARCHAR)",
        value=value,
        checks=tuple(checks),
        aliases=column.aliases,
        trimmed=trimmed,
        verbatim=value == text and trimmed is not None,
        undecided=undecided,
    )


_WRITTEN = {"string", "date", "timestamp"}  # kinds to which a list or record is text like any other
_TYPE_RULES = {"integer": "type", "decimal": "type", "boolean": "type", "date": "date_format"}


def _expected(column: Column, formats: Sequence[str]) -> str:
    if column.kind == "date":
        disputed = {name for group in rivals(column.formats) for name in group}
        # where no row was written in a disputed format, any of them would have done
        shown = formats if disputed.intersection(formats) else column.formats
        return f"a day written {' or '.join(shown)}"
    if column.kind == "decimal":
        digits, shown = column.precision - column.scale, f"1234.{'9' * column.scale}".rstrip(".")
        return (
            f"a plain number such as {shown}: at most {digits} digits, then at most {column.scale} decimals"
        )
    return "True or False" if column.kind == "boolean" else "a whole number"


def _timestamp_checks(column: Column, text: str, single: str, *, alone: bool) -> list[Check]:
    unread = f"{text} IS NOT NULL AND v_{column.name} IS NULL"
    zoneless = f"regexp_full_match({text}, {quote(timestamps.WITHOUT_ZONE)})"
    return [
        Check("time_zone", column.name, zoneless, "a time zone: Z or an offset such as +05:30"),
        Check(
            "timestamp_format",
            column.name,
            f"{unread} AND NOT {zoneless} AND {single}",
            "a moment as RFC 3339 writes it, such as 2024-01-31T18:30:00Z",
            alone=alone,
        ),
    ]


def _not_after(column: Column, landed: dt.datetime) -> Check:
    """Later than the file itself: a slip, or a plan that is not yet so."""
    latest = landed + (ZONES if column.kind == "date" else CLOCKS)
    bound = latest.date() if column.kind == "date" else latest
    return Check(
        "not_after_landing",
        column.name,
        f"v_{column.name} > {literal(bound)}",
        f"nothing after the file landed, {landed:%Y-%m-%d %H:%M} UTC",
    )


def _value_checks(column: Column) -> list[Check]:
    value, checks = f"v_{column.name}", []
    for bound, sign, words in ((column.minimum, "<", "at least"), (column.maximum, ">", "at most")):
        if bound is not None:
            fault = f"{value} {sign} {literal(bound)}"
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
        fault = f"t_{column.name} IS NOT NULL AND {canonical_name(column.name)} IS NULL"
        checks.append(
            Check("known_alias", column.name, fault, "a spelling the alias list has", column.unknown_alias)
        )
    return checks
