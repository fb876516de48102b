"""Tables as lines of CSV and JSON: each file's bytes are one run of joined fields, never a Python string per row."""

from collections.abc import Sequence, Set
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datagen.world.calendar import SECONDS, day_text

FREE_TEXT = frozenset({"name", "review_text", "ship_city", "city", "territory", "promotion_ids"})
_CLOCK = pa.array([f"T{nth // 3600:02}:{nth // 60 % 60:02}:{nth % 60:02}Z" for nth in range(SECONDS)])
_ESCAPES = (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"))


def as_text(column: Any) -> Any:
    """A column as people read it: ISO dates, instants with their zone, decimals in full, lower case booleans."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if pa.types.is_timestamp(column.type):
        return _instants(column)
    return column.cast(pa.string())


def _instants(column: Any) -> Any:
    seconds = np.asarray(column.cast(pa.int64())) // 1_000_000
    days = seconds // SECONDS
    if not len(days):
        return pa.array([], pa.string())
    first = int(days.min())
    calendar = pa.array([day_text(day) for day in range(first, int(days.max()) + 1)])
    day, time = calendar.take(pa.array(days - first)), _CLOCK.take(pa.array(seconds % SECONDS))
    return pc.binary_join_element_wise(day, time, "")


def csv_header(names: Sequence[str]) -> bytes:
    """The first line of a CSV file."""
    return ",".join(names).encode() + b"\n"


def csv_lines(names: Sequence[str], columns: list[Any], quote: Set[str] = FREE_TEXT) -> Any:
    """Rows of text fields as the bytes of CSV lines; what is missing is empty; columns of ``quote`` may need quotes."""
    fields: list[Any] = []
    for name, column in zip(names, columns, strict=True):
        known = pc.fill_null(column, "")
        fields += [_quoted(known) if name in quote else known, ","]
    return _joined([*fields[:-1], "\n"], columns)


def json_lines(names: Sequence[str], columns: list[Any], bare: Set[str], end: str) -> Any:
    """Rows of text fields as the bytes of JSON objects, each followed by ``end``.

    Parameters
    ----------
    bare
        Columns whose values stand without quotes: numbers, true and false.
    """
    parts: list[Any] = []
    lead = "{"
    for name, column in zip(names, columns, strict=True):
        value = _escaped(column) if name in FREE_TEXT else column
        start = f'{lead}"{name}":'
        if name in bare:
            parts += [start, pc.fill_null(value, "null")]
        elif column.null_count:
            parts += [start, pc.fill_null(pc.binary_join_element_wise('"', value, '"', ""), "null")]
        else:
            parts += [start + '"', value, '"']
        lead = ","
    return _joined([*parts, "}" + end], columns)


def _joined(parts: list[Any], columns: list[Any]) -> Any:
    """All parts of all rows as one buffer of bytes."""
    rows = len(columns[0])
    if not rows:
        return b""
    lines = pc.binary_join_element_wise(*parts, "").cast(pa.large_string())
    return lines.buffers()[2].slice(0, int(np.frombuffer(lines.buffers()[1], np.int64)[rows]))


def _escaped(column: Any) -> Any:
    for mark, written in _ESCAPES:
        column = pc.replace_substring(column, mark, written)
    return column


def _quoted(column: Any) -> Any:
    needs = pc.match_substring_regex(column, '[",\r\n]')
    if not pc.any(needs).as_py():
        return column
    inner = pc.replace_substring(column, '"', '""')
    return pc.if_else(needs, pc.binary_join_element_wise('"', inner, '"', ""), column)
