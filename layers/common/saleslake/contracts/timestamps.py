"""Parse a timestamp. The only place where its spelling is given a meaning; the SQL derives from the same patterns."""

import datetime as dt
import re

_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?"
WITHOUT_ZONE = f"{_DAY}[Tt ]{_TIME}"
"""A moment of nobody knows which clock (RE2 and Python alike)."""
PATTERN = f"{WITHOUT_ZONE}([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
"""RFC 3339: date and time with seconds, then ``Z`` or an offset; a space may stand for the ``T``."""


def read_timestamp(text: str) -> dt.datetime | None:
    """The moment a text names, in UTC and cut to milliseconds, or None."""
    if not re.fullmatch(PATTERN, text):
        return None
    try:
        moment = dt.datetime.fromisoformat(text.upper().replace(" ", "T")).astimezone(dt.UTC)
    except (ValueError, OverflowError):  # no such day; a moment before year 1 or after 9999
        return None
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
