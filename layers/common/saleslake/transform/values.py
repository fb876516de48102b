"""Text to value, in DuckDB's SQL: what each kind of column reads, and NULL for what it cannot read."""

import datetime as dt
from collections.abc import Sequence

from saleslake.contracts import timestamps
from saleslake.contracts.aliases import WHITESPACE, fold
from saleslake.contracts.dates import DateFormat
from saleslake.contracts.model import Column


def quote(text: str) -> str:
    """A string literal."""
    return "'" + text.replace("'", "''") + "'"


def value_sql(column: Column, text: str, formats: Sequence[str]) -> str:
    """The value of a text, or NULL where it is none.

    Parameters
    ----------
    column
        Whose text it is.
    text
        SQL of the trimmed text.
    formats
        Of a date column, those that hold for the file.
    """
    if column.kind == "date":
        return read_date_sql(text, formats)
    return read_timestamp_sql(text) if column.kind == "timestamp" else _VALUES[column.kind](column, text)


def literal(bound: object) -> str:
    """A number, day or moment as SQL."""
    if isinstance(bound, dt.datetime):
        return f"TIMESTAMP '{bound.astimezone(dt.UTC).replace(tzinfo=None)}'"
    return f"DATE '{bound}'" if isinstance(bound, dt.date) else str(bound)


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


def _string(column: Column, text: str) -> str:
    if column.aliases:
        return f"COALESCE({canonical_name(column.name)}, upper({fold_sql(text)}))"
    if column.allowed:
        listed = ", ".join(quote(value) for value in column.allowed.values)
        folded = " ".join(f"WHEN {quote(fold(value))} THEN {quote(value)}" for value in column.allowed.values)
        return f"CASE WHEN {text} IN ({listed}) THEN {text} ELSE CASE {fold_sql(text)} {folded} ELSE {text} END END"
    if column.drop_suffix:
        kept = f"left({text}, length({text}) - {len(column.drop_suffix)})"
        return f"CASE WHEN suffix({text}, {quote(column.drop_suffix)}) THEN {kept} ELSE {text} END"
    return text


def known_name(name: str) -> str:
    """Name of the column with the values of one whose texts are looked up."""
    return f"known_{name}"


def hash_name(name: str) -> str:
    """Name of the column with the hashes of the texts, as delivered, of one whose texts are looked up."""
    return f"hash_{name}"


FLAG = "flag_"
"""Begins the names of columns that say whether something is true of any text that was looked up."""


def canonical_name(name: str) -> str:
    """Name of the SQL column with the canonical value of an alias, NULL where nobody listed the spelling."""
    return f"a_{name}"


def _integer(column: Column, text: str) -> str:
    kind = "BIGINT" if column.physical_type == "bigint" else "INTEGER"
    plain = f"CASE WHEN regexp_full_match({text}, '-?[0-9]+([.]0+)?') THEN split_part({text}, '.', 1) END"
    return f"TRY_CAST({plain} AS {kind})"


def _decimal(column: Column, text: str) -> str:
    # digits beyond the scale must be zeros: a cast would round them
    decimals = f"[0-9]{{1,{column.scale}}}0*" if column.scale else "0+"
    pattern = f"-?[0-9]+([.]{decimals})?"
    plain = f"CASE WHEN regexp_full_match({text}, {quote(pattern)}) THEN {text} END"
    return f"TRY_CAST({plain} AS DECIMAL({column.precision}, {column.scale}))"


def _boolean(column: Column, text: str) -> str:
    return f"CASE lower({text}) WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END"


def _epoch_us(moment: dt.datetime) -> int:
    return (moment - dt.datetime(1970, 1, 1)) // dt.timedelta(microseconds=1)


_FIRST_MOMENT, _LAST_MOMENT = _epoch_us(dt.datetime.min), _epoch_us(dt.datetime.max)
_VALUES = {"string": _string, "integer": _integer, "decimal": _decimal, "boolean": _boolean}
