"""Parse a date by the formats a contract allows. The only place where a format is given its meaning.

A format is written as contracts write it (``MM-dd-yy``, ``M/d/yyyy``); the Python reading here and the SQL
that reads millions of rows both derive from the same regular expression and the same ``strptime`` pattern.
"""

import datetime as dt
import re
from collections.abc import Sequence
from functools import cache
from itertools import combinations

from pydantic import BaseModel, ConfigDict

# token -> (digits it may have, strptime directive); two letters mean two digits, one means one or two
_TOKENS = {
    "yyyy": ("[0-9]{4}", "%Y"),
    "yy": ("[0-9]{2}", "%y"),  # 69-99 are 19xx, 00-68 are 20xx, as POSIX says
    "MM": ("[0-9]{2}", "%m"),
    "M": ("[0-9]{1,2}", "%m"),
    "dd": ("[0-9]{2}", "%d"),
    "d": ("[0-9]{1,2}", "%d"),
    "HH": ("[0-9]{2}", "%H"),
    "H": ("[0-9]{1,2}", "%H"),
    "mm": ("[0-9]{2}", "%M"),
    "ss": ("[0-9]{2}", "%S"),
}
_LEXER = re.compile("|".join([*_TOKENS, "[-/. :T,]"]))


class DateFormat(BaseModel):
    """One way to write a date."""

    model_config = ConfigDict(frozen=True)

    text: str
    pattern: str
    """Regular expression (RE2 and Python alike) the whole text must match."""
    strptime: str
    """Pattern for ``strptime`` of Python and DuckDB alike."""

    @classmethod
    def parse(cls, text: str) -> "DateFormat":
        """Understand a format such as ``MM-dd-yy``.

        Raises
        ------
        ValueError
            It has a part nobody defined, or lacks year, month or day.
        """
        return _parse(text)

    def read(self, text: str) -> dt.date | None:
        """The day a text names in this format, or None; a time of day must be one but is not kept."""
        if not re.fullmatch(self.pattern, text):
            return None
        try:
            return dt.datetime.strptime(text, self.strptime).date()
        except ValueError:
            return None


def read_date(text: str, formats: Sequence[str]) -> dt.date | None:
    """The day by the first format that can read the text, or None."""
    return next((day for name in formats if (day := DateFormat.parse(name).read(text)) is not None), None)


def rivals(formats: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """The groups of formats that read one text as two different days: the rows of a file decide between them.

    ``M/d/yyyy`` and ``d/M/yyyy`` are rivals; ``MM-dd-yy`` has none unless ``dd-MM-yy`` is allowed as well.
    """
    groups: list[set[str]] = []
    for one, other in combinations(formats, 2):
        if not _contradict(DateFormat.parse(one), DateFormat.parse(other)):
            continue
        touching = [group for group in groups if one in group or other in group]
        groups = [group for group in groups if group not in touching]
        groups.append({one, other}.union(*touching))
    return tuple(tuple(name for name in formats if name in group) for group in groups)


def _contradict(one: DateFormat, other: DateFormat) -> bool:
    """Whether some text means two days: tried on days whose parts are all different and all at most 12."""
    probe = dt.datetime(2011, 10, 12, 1, 2, 3)
    for day in (probe, probe.replace(year=2003, month=4, day=5)):
        for source in (one, other):
            for text in (day.strftime(source.strptime), _without_zeros(day, source)):
                first, second = one.read(text), other.read(text)
                if first and second and first != second:
                    return True
    return False


def _without_zeros(day: dt.datetime, written: DateFormat) -> str:
    return re.sub(r"\b0(?=\d)", "", day.strftime(written.strptime))


@cache
def _parse(text: str) -> DateFormat:
    parts = _LEXER.findall(text)
    if "".join(parts) != text:
        raise ValueError(f"{text!r} is no date format; it is made of {', '.join(_TOKENS)} and separators")
    letters = [part[0] for part in parts if part in _TOKENS]
    if sorted(letter for letter in letters if letter in "yMd") != ["M", "d", "y"]:
        raise ValueError(f"{text!r} must name year, month and day once each")
    pattern = "".join(_TOKENS[part][0] if part in _TOKENS else re.escape(part) for part in parts)
    directive = "".join(_TOKENS[part][1] if part in _TOKENS else part for part in parts)
    return DateFormat(text=text, pattern=pattern, strptime=directive)
