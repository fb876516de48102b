"""Spoil a file the way transport, editors, spreadsheets and other programs do."""

from __future__ import annotations

import csv
import gzip
import io
import random
from collections.abc import Callable
from typing import Any

from tests.fuzz.typed_mutations import (
    as_array,
    key_again,
    keys_changed,
    number_as_text,
    other_cells,
    other_columns,
    other_record,
    other_type,
    other_value,
    written_otherwise,
)
from tests.fuzz.vocabulary import BYTES, TEXTS


def mutate(content: bytes, kind: str, dice: random.Random) -> tuple[bytes, list[str]]:
    """The content with one to three faults, and their names."""
    names = []
    for _ in range(dice.choice((1, 1, 1, 2, 2, 3))):
        mutation = dice.choice(_OF[kind] if dice.random() < 0.7 else _BYTES)
        try:
            content = mutation(content, dice)
        except Exception:  # noqa: BLE001 - whatever library reads it: an earlier fault left nothing to do this one to
            continue
        names.append(mutation.__name__.strip("_"))
    return content, names


# ── Bytes of any file ────────────────────────────────────────────────────────
def _other_byte(content: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(content))
    return content[:at] + bytes([dice.randrange(256)]) + content[at + 1 :]


def _more_bytes(content: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(content))
    return content[:at] + dice.choice(BYTES) * dice.choice((1, 1, 1, 3)) + content[at:]


def _fewer_bytes(content: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(content))
    return content[:at] + content[at + dice.choice((1, 1, 2, 8, 100)) :]


def _cut(content: bytes, dice: random.Random) -> bytes:
    return content[: dice.randrange(len(content))]


def _piece_again(content: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(content))
    return content[:at] + content[at : at + dice.randrange(1, 400)] + content[at:]


def _packed(content: bytes, dice: random.Random) -> bytes:
    packed = gzip.compress(content, mtime=0)
    return packed if dice.random() < 0.7 else _BYTES[dice.randrange(5)](packed, dice)


_BYTES: list[Callable[[bytes, random.Random], bytes]] = [
    _other_byte,
    _more_bytes,
    _fewer_bytes,
    _cut,
    _piece_again,
    _packed,
]


# ── Text: encodings, line ends, rows ─────────────────────────────────────────
def _other_encoding(content: bytes, dice: random.Random) -> bytes:
    encoding = dice.choice(("utf-8-sig", "cp1252", "latin-1", "utf-16", "utf-16-le", "utf-32"))
    return content.decode().encode(encoding, errors="replace")


def _other_line_ends(content: bytes, dice: random.Random) -> bytes:
    end = dice.choice((b"\r\n", b"\r", b"\n\n", b"\r\r\n", b" \n", b",\n"))
    lines = content.split(b"\n")
    if dice.random() < 0.5:
        return end.join(lines)
    at = dice.randrange(len(lines))
    return b"\n".join(lines[:at]) + end + b"\n".join(lines[at:])


def _rows_moved(content: bytes, dice: random.Random) -> bytes:
    lines = content.splitlines(keepends=True)
    at, to = dice.randrange(len(lines)), dice.randrange(len(lines))
    moved = lines.pop(at)
    if dice.random() < 0.7:
        lines.insert(to, moved)
    if dice.random() < 0.5:
        lines.insert(dice.randrange(len(lines) + 1), moved)
    return b"".join(lines)


_TEXT = [_other_encoding, _other_line_ends, _rows_moved]


# ── CSV: fields and headers ──────────────────────────────────────────────────
def _read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def _written(rows: list[list[str]], **dialect: Any) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n", **dialect).writerows(rows)
    return out.getvalue().encode()


def _other_field(content: bytes, dice: random.Random) -> bytes:
    rows = _read(content)
    for _ in range(dice.choice((1, 1, 3, 8))):
        row = rows[dice.randrange(1, len(rows))]
        row[dice.randrange(len(row))] = dice.choice(TEXTS)
    return _written(rows)


def _raw_field(content: bytes, dice: random.Random) -> bytes:
    """A field replaced without a thought for quotes."""
    lines = content.decode().split("\n")
    at = dice.randrange(1, len(lines))
    fields = lines[at].split(",")
    fields[dice.randrange(len(fields))] = dice.choice(TEXTS)
    return "\n".join([*lines[:at], ",".join(fields), *lines[at + 1 :]]).encode()


def _other_number_of_fields(content: bytes, dice: random.Random) -> bytes:
    rows = _read(content)
    row = rows[dice.randrange(len(rows))]
    at = dice.randrange(len(row))
    if dice.random() < 0.5:
        del row[at]
    else:
        row.insert(at, dice.choice(TEXTS))
    return _written(rows)


def _fields_exchanged(content: bytes, dice: random.Random) -> bytes:
    rows = _read(content)
    row = rows[dice.randrange(len(rows))]  # may be the header
    a, b = dice.randrange(len(row)), dice.randrange(len(row))
    row[a], row[b] = row[b], row[a]
    return _written(rows)


def _other_header(content: bytes, dice: random.Random) -> bytes:
    header, *rows = _read(content)
    at = dice.randrange(len(header))
    name = header[at]
    choices = (
        name.upper(),
        f" {name} ",
        name.replace("_", " "),
        name[:-1],
        "",
        dice.choice(header),
        f'{name}"',
        "note",
    )
    header[at] = dice.choice(choices)
    return _written([header, *rows])


def _columns_changed(content: bytes, dice: random.Random) -> bytes:
    rows = _read(content)
    at = dice.randrange(len(rows[0]))
    if dice.random() < 0.4:
        rows = [row[:at] + row[at + 1 :] for row in rows]
    elif dice.random() < 0.5:
        rows = [[*row, row[at]] for row in rows]
    else:
        dice.shuffle(order := list(range(len(rows[0]))))
        rows = [[row[place] for place in order] for row in rows]
    return _written(rows)


def _other_dialect(content: bytes, dice: random.Random) -> bytes:
    quoting = dice.choice((csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC))
    return _written(_read(content), delimiter=dice.choice(",;\t|"), quoting=quoting)


_OF: dict[str, list[Callable[[bytes, random.Random], bytes]]] = {
    "csv": [
        *_TEXT,
        *(_other_field, _other_field, _other_field, _raw_field, _raw_field, _other_number_of_fields),
        *(_fields_exchanged, _other_header, _columns_changed, _other_dialect),
    ],
    "json": [
        *_TEXT,
        *(other_value, other_value, other_value, number_as_text, written_otherwise, written_otherwise),
        *(keys_changed, key_again, as_array),
    ],
    "parquet": [other_type, other_cells, other_cells, other_columns],
    "avro": [other_record, other_record],
}
