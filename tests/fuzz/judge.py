"""What a file says of money, read with nothing but the standard library and the formats' own packages.

It shares no code with the project. A record is known by its line (CSV, JSON lines) or number, as published rows are.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from decimal import Decimal, InvalidOperation
from typing import Any

import fastavro
import pyarrow.parquet

WHITESPACE = " \t\r\n\u00a0"
type Records = dict[int, dict[str, Any]]


class Unreadable(Exception):
    """The judge cannot read the file at all."""


def records(content: bytes) -> Records:
    """The records of a file by line or number; keys are folded names, equal ones together under one key as a list.

    Raises
    ------
    Unreadable
        The file is no text, no JSON, …
    """
    try:
        if content[:4] == b"PAR1":
            table = pyarrow.parquet.ParquetFile(io.BytesIO(content)).read()
            rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
            return {at: _folded(zip(table.column_names, row, strict=True)) for at, row in enumerate(rows, 1)}
        if content[:4] == b"Obj\x01":
            found: list[Any] = list(fastavro.reader(io.BytesIO(content)))
            return {at: _folded(record.items()) for at, record in enumerate(found, 1)}
        text = _text(gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content)
    except Exception as problem:
        raise Unreadable(str(problem)) from problem
    if text.lstrip(WHITESPACE)[:1] in ("{", "["):
        return _json_records(text)
    return _csv_records(text)


def money(value: Any) -> Decimal | None:
    """The amount a delivered value stands for; None for a blank one, NaN for what is no amount."""
    text = "" if value is None else str(value).strip(WHITESPACE)
    if not text:
        return None
    try:
        return Decimal(text) if not isinstance(value, bool | float) else Decimal("NaN")
    except InvalidOperation:
        return Decimal("NaN")


def folded(name: str) -> str:
    """A name without case and punctuation."""
    return "".join(character for character in name.lower() if character.isalnum())


def _folded(pairs: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        key = folded(name)
        found[key] = [found[key], value] if key in found else value
    return found


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")


def _csv_records(text: str) -> Records:
    csv.field_size_limit(1 << 30)
    head = text.splitlines()[0]
    delimiter = max(",;\t|", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    found: Records = {}
    try:
        header = next(reader)
        before = reader.line_num
        for fields in reader:
            if any(field.strip(WHITESPACE) for field in fields) or len(fields) > 1:
                found[before + 1] = _folded(zip(header, fields, strict=False)) | {
                    "": None if len(fields) == len(header) else "ragged"
                }
            before = reader.line_num
    except csv.Error as problem:
        raise Unreadable(str(problem)) from problem
    return found


def _json_records(text: str) -> Records:
    stripped = text.strip(WHITESPACE)
    if stripped.startswith("["):
        try:
            loaded = _loads(stripped)
        except (ValueError, RecursionError) as problem:
            raise Unreadable(str(problem)) from problem
        return {at: record if isinstance(record, dict) else {} for at, record in enumerate(loaded, 1)}
    found: Records = {}
    for at, line in enumerate(text.split("\n"), 1):
        if line.strip(WHITESPACE):
            found[at] = _loaded_or_none(line)
    return found


def _loaded_or_none(line: str) -> dict[str, Any]:
    """The record of a line; one without a value where it is none: of it nothing may be published."""
    try:
        record = _loads(line.strip(WHITESPACE))
    except (ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


def _loads(text: str) -> Any:
    return json.loads(text, parse_float=Decimal, parse_int=Decimal, object_pairs_hook=_folded)
