"""How far a source has been read."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from saleslake.pull.answer import AnswerUnusable, value_at
from saleslake.pull.source import Watermark


def highest(watermark: Watermark, records: Iterable[Any], so_far: str | None) -> str | None:
    """The greatest of the field's values and ``so_far``, written as delivered.

    Raises
    ------
    AnswerUnusable
        A value cannot be compared, or there are records and none has the field: the watermark would stand still.
    """
    seen = False
    values = [value_at(record, watermark.field) for record in records]
    for value in values:
        if value is None:
            continue
        seen = True
        so_far = greater(watermark, so_far, str(value))
    if values and not seen:
        raise AnswerUnusable(f"no record has the watermark's field {watermark.field!r}")
    return so_far


def greater(watermark: Watermark, one: str | None, other: str) -> str:
    """The greater of two values of the field; ``one`` may be none at all."""
    return other if one is None or _rank(watermark, other) > _rank(watermark, one) else one


def not_beyond(watermark: Watermark, value: str, now: dt.datetime) -> str:
    """The value, or the present where it lies in the future: a mistyped year must not hide what comes until then."""
    if watermark.type == "integer":
        return value
    if watermark.type == "date":
        return min(value, now.date().isoformat())
    return _text(now) if _rank(watermark, value) > now else value


def since(watermark: Watermark, kept: str | None) -> str | None:
    """What a pull asks for: what was kept less the overlap, or the start."""
    if kept is None:
        return watermark.start
    if watermark.type != "timestamp" or not watermark.overlap_seconds:
        return kept
    return _text(_rank(watermark, kept) - dt.timedelta(seconds=watermark.overlap_seconds))


def _rank(watermark: Watermark, value: str) -> Any:
    try:
        if watermark.type == "integer":
            return int(value)
        if watermark.type == "date":
            return dt.date.fromisoformat(value)
        moment = dt.datetime.fromisoformat(value)
    except ValueError as problem:
        raise AnswerUnusable(f"{watermark.field} {value!r} is no {watermark.type}") from problem
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _text(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
