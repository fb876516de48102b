"""The same report as people save it again from Excel and its like: same content, other clothes."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from datagen.tables import read_rows, write_rows

OPTIONAL = ("index", "Style", "Size", "ASIN", "ship-country", "promotion-ids", "Unnamed: 22")


@dataclass(frozen=True)
class Style:
    """How a program writes a report."""

    delimiter: str = ","
    encoding: str = "utf-8"
    line_end: str = "\n"
    slash_dates: bool = False  # M/D/YYYY, no leading zeros
    reordered: bool = False  # columns in alphabetical order
    dropped: tuple[str, ...] = ()
    added: str = ""  # an extra column at the end, blank in every row


STYLES = {
    "byte order mark": Style(encoding="utf-8-sig"),
    "Windows line ends": Style(line_end="\r\n"),
    "cp1252": Style(encoding="cp1252", line_end="\r\n"),
    "semicolons": Style(delimiter=";", line_end="\r\n"),
    "tabs": Style(delimiter="\t"),
    "columns reordered": Style(reordered=True),
    "optional columns dropped": Style(dropped=OPTIONAL),
    "an extra column": Style(added="Remarks"),
    "M/D/YYYY dates": Style(slash_dates=True),
    "Excel, all at once": Style(
        encoding="utf-8-sig",
        line_end="\r\n",
        delimiter=";",
        slash_dates=True,
        reordered=True,
        dropped=OPTIONAL,
    ),
}


def resave(report: Path, target: Path, style: Style) -> Path:
    """Write a report in another style.

    Rows with too many or too few fields stay so. Without ``index`` two lines may become equal, and thereby
    duplicates: then the answers differ from the original's.
    """
    content = read_rows(report)
    header = next(content)
    names = sorted(header, key=str.lower) if style.reordered else header
    kept = [header.index(name) for name in names if name not in style.dropped]
    arrange = _arranger(kept, len(header), header.index("Date"), style)
    out = [[header[at] for at in kept] + ([style.added] if style.added else [])]
    out += [arrange(row) for row in content]
    return write_rows(
        target, out, delimiter=style.delimiter, encoding=style.encoding, line_end=style.line_end
    )


def _arranger(kept: list[int], width: int, date_at: int, style: Style) -> Callable[[list[str]], list[str]]:
    def arrange(row: list[str]) -> list[str]:
        excess = len(row) - width
        if style.slash_dates and len(row) > date_at:
            row[date_at] = _with_slashes(row[date_at])
        if excess < 0:  # nobody can say which of its fields is which: only its length counts
            return row[: max(1, len(kept) + excess)]
        return [row[at] for at in kept] + ([""] if style.added else []) + row[width:]

    return arrange


def _with_slashes(text: str) -> str:
    """04-30-22 as 4/30/2022; what is no date stays as it is."""
    try:
        day = dt.datetime.strptime(text, "%m-%d-%y").date()
    except ValueError:
        return text
    return f"{day.month}/{day.day}/{day.year}"
