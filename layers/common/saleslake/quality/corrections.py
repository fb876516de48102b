"""Refused rows out to whoever corrects them, and back in their places of the file they came from.

A correction is the whole file again with some records replaced. It takes the place of the first file in the order of
landing, right behind it: it overrules every row of that file, and is overruled by whatever overruled those. So the
release is as if the file had been right from the start, and no row is in it twice.
"""

import csv
import gzip
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from saleslake.aws.backend import Backend
from saleslake.aws.ledger import Item
from saleslake.clock import now
from saleslake.contracts.delimited import read_header
from saleslake.contracts.loader import load_contract
from saleslake.errors import InvalidParameter
from saleslake.zones import raw_key

FILE, LINE, REASONS = ADDED = ("quarantine_file", "quarantine_line", "quarantine_reasons")


class Correction(NamedTuple):
    """Corrected records of one file, by the line each begins at."""

    file_id: str
    records: dict[int, dict[str, str]]


def export(item: Item, rows: Iterable[Mapping[str, Any]], backend: Backend) -> str:
    """The refused rows of a file as it was delivered, with what is wrong with each.

    Parameters
    ----------
    item
        The file, as the ledger has it.
    rows
        Its refused rows: ``line_number``, ``raw_text`` and ``reasons``.

    Returns
    -------
    str
        Delimited text with the file's own header and three more columns, or JSON lines with three more keys.

    Raises
    ------
    InvalidParameter
        The file is of a format whose records are no text.
    """
    body = _lines(item, backend)
    told = [(row["line_number"], row["raw_text"], in_words(row["reasons"])) for row in rows]
    text = io.StringIO(newline="")
    if item["format"]["kind"] == "json":
        for line, raw, words in told:
            record = _object(raw) | dict(zip(ADDED, (item["sk"], line, words), strict=True))
            text.write(_json(record) + "\n")
        return text.getvalue()
    delimiter = item["format"]["delimiter"]
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    header = _header(item, body)
    writer.writerow([*header, *ADDED])
    for line, raw, words in told:
        fields = next(csv.reader(io.StringIO(raw, newline=""), delimiter=delimiter), [])
        # of a record with too few or too many fields, those it has: the rest is for the one who corrects it
        fields = [*fields, *[""] * (len(header) - len(fields))][: len(header)]
        writer.writerow([*fields, item["sk"], line, words])
    return text.getvalue()


def in_words(reasons: Sequence[Mapping[str, Any]]) -> str:
    """Every reason as rule, column and what would do."""
    return "; ".join(
        f"{reason['rule']}{f' ({reason["column"]})' if reason['column'] else ''}: expected {reason['expected']}"
        for reason in reasons
    )


def read_corrections(text: str) -> list[Correction]:
    """What an exported and corrected file says, by the files its rows came from; empty where it is no such file."""
    first = text.lstrip("\ufeff").partition("\n")[0]
    if FILE not in first or LINE not in first:
        return []
    found: dict[str, dict[int, dict[str, str]]] = {}
    for record in _records(text.lstrip("\ufeff"), first):
        added = {name: record.pop(name, "") for name in ADDED}
        try:
            found.setdefault(str(added[FILE]), {})[int(added[LINE])] = record
        except ValueError as problem:
            raise InvalidParameter(f"{LINE} says {added[LINE]!r}: leave it as it was exported") from problem
    return [Correction(file_id, records) for file_id, records in found.items()]


def _records(text: str, first: str) -> Iterable[dict[str, Any]]:
    if first.startswith("{"):
        return (
            json.loads(line, parse_float=_Number, parse_int=_Number) for line in text.splitlines() if line
        )
    delimiter = next((mark for mark in ("\t", ";") if mark in first and "," not in first), ",")
    return csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)


class _Number(str):
    """A number of JSON, kept as it is written."""


def correct(correction: Correction, backend: Backend) -> str:
    """Put corrected records in the places of the refused ones, as a file of its own that waits for the next run.

    Returns
    -------
    str
        Its file id; the same correction again is the same file.

    Raises
    ------
    InvalidParameter
        The file was never accepted, its format has no lines, or its dataset no key to tell its rows by.
    """
    item = backend.ledger.get("file", correction.file_id)
    if item is None:
        raise InvalidParameter(f"{FILE} says {correction.file_id}: no such file was ever accepted")
    if not load_contract(item["dataset"]).key:
        raise InvalidParameter(
            f"{item['dataset']} has no key: deliver its corrected rows as a file of their own"
        )
    lines = _lines(item, backend)
    for line, record in sorted(correction.records.items(), reverse=True):
        span = _span(lines, line, item)
        ending = _ending(lines[line - 2 + span])
        lines[line - 1 : line - 1 + span] = [_text(record, item, lines).encode(_encoding(item)) + ending]
    body = b"".join(lines)
    packed = item["format"]["compression"] == "gzip"
    body = gzip.compress(body, mtime=0) if packed else body
    file_id = hashlib.sha256(body).hexdigest()
    key = raw_key(item["dataset"], file_id, item["raw_key"].rpartition("/")[2].removeprefix(item["sk"]))
    backend.lake.put_bytes(key, body)
    fields = {name: value for name, value in item.items() if name not in {"sk", "replayed_by", "reasons"}}
    backend.ledger.add(
        "file",
        file_id,
        {
            **fields,
            "raw_key": key,
            "size": len(body),
            "state": "raw",
            "landed_at": now(),
            "landing_order": f"{item['landing_order']}+1",
            "corrects": item["sk"],
            "failed_runs": 0,
        },
    )
    return file_id


def _lines(item: Item, backend: Backend) -> list[bytes]:
    """The physical lines of a file in raw, with their ends."""
    body = backend.lake.get_bytes(item["raw_key"]) or b""
    if item["format"]["compression"] == "gzip":
        body = gzip.decompress(body)
    kind = item["format"]["kind"]
    if kind not in {"csv", "json"} or (kind == "json" and body.lstrip()[:1] == b"["):
        raise InvalidParameter(f"{item['name']} has no lines to correct: deliver the whole file corrected")
    return body.splitlines(keepends=True)


def _encoding(item: Item) -> str:
    return "utf-8" if item["format"]["encoding"] == "utf-8-sig" else str(item["format"]["encoding"])


def _header(item: Item, lines: Sequence[bytes]) -> list[str]:
    head = b"".join(lines[:50]).decode(item["format"]["encoding"], errors="ignore")
    return read_header(head, item["format"]["delimiter"])


def _span(lines: Sequence[bytes], line: int, item: Item) -> int:
    """How many physical lines the record that begins at ``line`` takes: until its quotes close."""
    if not 1 <= line <= len(lines):
        raise InvalidParameter(f"{item['name']} has no line {line}: leave {LINE} as it was exported")
    if item["format"]["kind"] == "json":
        return 1
    text, span = "", 0
    for piece in lines[line - 1 :]:
        text += piece.decode(_encoding(item), errors="replace")
        span += 1
        if text.count('"') % 2 == 0:
            break
    return span


def _ending(line: bytes) -> bytes:
    return line[len(line.rstrip(b"\r\n")) :]


def _text(record: Mapping[str, Any], item: Item, lines: Sequence[bytes]) -> str:
    if item["format"]["kind"] == "json":
        return _json(record)
    header = _header(item, lines)
    missing = [name for name in header if name not in record]
    if missing:
        raise InvalidParameter(f"the corrected rows of {item['name']} lack its column {missing[0]!r}")
    line = io.StringIO(newline="")
    csv.writer(line, delimiter=item["format"]["delimiter"], lineterminator="").writerow(
        [record[name] for name in header]
    )
    return line.getvalue()


def _object(raw: str) -> dict[str, Any]:
    try:
        found = json.loads(raw, parse_float=_Number, parse_int=_Number)
    except ValueError:
        return {"raw_text": raw}
    return found if isinstance(found, dict) else {"raw_text": raw}


def _json(record: Mapping[str, Any]) -> str:
    """A record as JSON with its numbers as they were written."""
    parts = (
        f"{json.dumps(name, ensure_ascii=False)}: "
        f"{value if isinstance(value, _Number) else json.dumps(value, ensure_ascii=False)}"
        for name, value in record.items()
    )
    return f"{{{', '.join(parts)}}}"
