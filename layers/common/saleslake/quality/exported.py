"""Refused rows as a file for whoever corrects them: the file's own columns and what is added, written and read."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from saleslake.errors import InvalidParameter
from saleslake.formats.json_text import DECODER, Pairs, looks_like_json, render
from saleslake.formats.model import LONGEST_RECORD
from saleslake.quality.delivered import DeliveredText

FILE, LINE, REASONS = ADDED = ("quarantine_file", "quarantine_line", "quarantine_reasons")
REST = "quarantine_rest"
"""What of a record does not fit under the header: its surplus fields, or in brackets what is wrong with all of it."""
RAW = "raw_text"
_LONGEST_FIELD = 4 * LONGEST_RECORD  # characters: a record in one field, with all its quotes doubled

type Record = list[tuple[str, Any]]
"""Names and values in order: JSON may have a name twice."""


class Correction(NamedTuple):
    """What is to stand in the places of some records of one file, by the line each begins at."""

    file_id: str
    records: dict[int, list[Record]]


def export(file_id: str, delivered: DeliveredText, rows: Iterable[Mapping[str, Any]]) -> str:
    """The refused rows of a file as it was delivered, with what is wrong with each.

    Parameters
    ----------
    file_id, delivered
        The file.
    rows
        Its refused rows: ``line_number``, ``raw_text`` and ``reasons``.

    Returns
    -------
    str
        Delimited text with the file's own header and three more columns, or JSON lines with three more keys. A fourth
        one, before them, where something of a record does not fit under the header.
    """
    told = [
        (record_of(row["raw_text"], delivered), [file_id, str(row["line_number"]), in_words(row["reasons"])])
        for row in rows
    ]
    if delivered.is_json:
        lines = (Pairs([*record, *zip(ADDED, added, strict=True)]) for record, added in told)
        return "".join(f"{as_json(line)}\n" for line in lines)
    names = [*delivered.header, REST] if any(record[-1][1] for record, _ in told) else delivered.header
    values = ([value for _, value in record[: len(names)]] + added for record, added in told)
    return as_delimited([[*names, *ADDED], *values], delivered.format.delimiter)


def in_words(reasons: Sequence[Mapping[str, Any]]) -> str:
    """Every reason as rule, column and what would do."""
    return "; ".join(
        f"{reason['rule']}{f' ({reason["column"]})' if reason['column'] else ''}: expected {reason['expected']}"
        for reason in reasons
    )


def record_of(raw: str, delivered: DeliveredText) -> Record:
    """A record as it is exported, from its text as delivered; nothing of it is left out."""
    if delivered.is_json:
        try:
            found = DECODER.decode(raw)
        except (ValueError, RecursionError):
            found = None
        return found if isinstance(found, Pairs) else Pairs([(RAW, raw)])
    delimiter, columns = delivered.format.delimiter, len(delivered.header)
    fields = [field for record in read_delimited(raw, delimiter) for field in record]
    missing = columns - len(fields)
    rest = ""
    if missing < 0:
        rest = as_delimited([fields[columns:]], delimiter, csv.QUOTE_ALL).rstrip("\n")
    elif not _well_quoted(raw, delimiter):
        rest = "(its quotes are broken)"
    elif missing:
        rest = f"({missing} of its fields are missing)"
    fields += [""] * missing
    return [*zip([*delivered.header, REST], [*fields[:columns], rest], strict=True)]


def surplus(rest: str, delimiter: str) -> list[str]:
    """The fields that are told of in the column of what does not fit."""
    if not rest or rest.startswith("("):
        return []
    return [field for record in read_delimited(rest, delimiter) for field in record]


def read_corrections(body: bytes) -> list[Correction] | None:
    """What an exported and corrected file says, by the files its rows came from; None where it is no such file.

    Raises
    ------
    InvalidParameter
        It was exported, and cannot be read any more, or holds no row.
    """
    text = _decoded(body)
    first = text.partition("\n")[0]
    if FILE not in first or LINE not in first:
        return None
    found: dict[str, dict[int, list[Record]]] = {}
    for place, record in _json_records(text) if looks_like_json(first) else _delimited_records(text, first):
        names = [name for name, _ in record]
        if any(names.count(name) > 1 for name in ADDED):
            raise InvalidParameter(f"{place} has one of {', '.join(ADDED)} twice: leave each once")
        added = dict(pair for pair in record if pair[0] in ADDED)
        line = str(added.get(LINE))
        if not re.fullmatch(r"[0-9]+", line) or not added.get(FILE):
            raise InvalidParameter(
                f"{place} says {LINE} {added.get(LINE)!r} and {FILE} {added.get(FILE)!r}: leave both as exported"
            )
        kept = Pairs(pair for pair in record if pair[0] not in ADDED)
        found.setdefault(str(added[FILE]), {}).setdefault(int(line), []).append(kept)
    if not found:
        raise InvalidParameter("it holds a header and no row: nothing to correct")
    return [Correction(file_id, records) for file_id, records in found.items()]


def as_delimited(rows: Iterable[Sequence[str]], delimiter: str, quoting: Any = csv.QUOTE_MINIMAL) -> str:
    """Rows as delimited text, each ended by a LF."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\n", quoting=quoting).writerows(rows)
    return text.getvalue()


def as_json(record: Record) -> str:
    """A record as JSON, its numbers as they were written; halves of characters, which no encoding has, as escapes."""
    text = render(Pairs(record))
    return re.sub("[\ud800-\udfff]", lambda half: f"\\u{ord(half[0]):04x}", text)


def read_delimited(text: str, delimiter: str, *, strict: bool = False) -> list[list[str]]:
    """The records of a delimited text, with fields as long as a file may have them."""
    usual = csv.field_size_limit(_LONGEST_FIELD)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict))
    finally:
        csv.field_size_limit(usual)


def _well_quoted(raw: str, delimiter: str) -> bool:
    try:
        read_delimited(raw, delimiter, strict=True)
    except csv.Error:
        return False
    return True


def _decoded(body: bytes) -> str:
    """The text, of which a mark at its beginning tells the encoding; without one it is UTF-8."""
    marked = body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return body.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError as problem:
        if FILE.encode() not in body:
            return ""  # no text, so no export
        raise InvalidParameter(
            f"it is not UTF-8 (byte {problem.start + 1:,}): save it as CSV in UTF-8, in Excel 'CSV UTF-8'"
        ) from problem


def _json_records(text: str) -> Iterator[tuple[str, Record]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            found = DECODER.decode(line)
        except (ValueError, RecursionError) as problem:
            raise InvalidParameter(f"line {number} is no JSON: {problem}") from problem
        if not isinstance(found, Pairs):
            raise InvalidParameter(f"line {number} is no JSON object")
        yield f"line {number}", found


def _delimited_records(text: str, first: str) -> Iterator[tuple[str, Record]]:
    # what stands between two of the added columns, however they were saved
    between = re.search(rf'(?:{"|".join(ADDED)})"?([,;\t])', first) or re.search(r"([,;\t])", first)
    try:
        header, *rows = read_delimited(text, between[1] if between else ",")
    except csv.Error as problem:
        raise InvalidParameter(f"it cannot be read as CSV: {problem}") from problem
    for number, row in enumerate(rows, start=2):
        if not any(row):  # as spreadsheets leave them at the end
            continue
        if len(row) != len(header):
            raise InvalidParameter(
                f"row {number} has {len(row)} fields, and the header {len(header)}: put quotes around a "
                "value that holds the delimiter"
            )
        yield f"row {number}", list(zip(header, row, strict=True))
