"""Spoil a file the way transport, editors, spreadsheets and other programs do."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import fastavro
import pyarrow as pa
import pyarrow.parquet

TEXTS = (
    *(
        "",
        " ",
        "0",
        "-0",
        "-1",
        "+1",
        "007",
        "1.10 ",
        "\u00a01.1",
        "1.105",
        "1.100",
        "1e3",
        "1E-2",
        ".5",
        "5.",
        "1,5",
    ),
    *(
        "1,234.50",
        "1 234",
        "1_000",
        "0x1F",
        "NaN",
        "inf",
        "-Infinity",
        "₹ 399",
        "(5.00)",
        "१२",
        "٣.٥",
        "１２",
    ),
    *(
        "9" * 16,
        "9" * 17 + ".99",
        "1" + "0" * 40,
        "0." + "0" * 30 + "1",
        "true",
        "FALSE",
        "null",
        "None",
        "N/A",
    ),
    *(
        "2025-02-30",
        "31/12/2025",
        "12/31/2025",
        "1/2/25",
        "2025-12-31T25:00:00Z",
        "2025-12-31T10:00:00",
        "44681",
    ),
    *(
        "Ünïcode",
        "日本",
        "\u200b",
        "\ufeff",
        "a\nb",
        "a\r\nb",
        'a"b',
        '"',
        '""',
        "a,b",
        "a;b",
        "a\tb",
        "a|b",
        "\\",
        "'",
    ),
    *(
        "=1+1",
        "x" * 5000,
        "\x00",
        "\x1a",
        "\x7f",
        "{}",
        "[1]",
        '{"a": 1}',
        "<br>",
        "%s",
        "{0}",
        "INR",
        "USD",
        "inr",
    ),
)
BYTES = (
    b'"',
    b'""',
    b",",
    b";",
    b"\t",
    b"|",
    b"\n",
    b"\r",
    b"\r\n",
    b"\n\n",
    b"\x00",
    b"\xff",
    b"\xe9",
    b"\xc3",
    b"\x93",
)
BYTES += (
    b"\xef\xbb\xbf",
    b"\xc2\xa0",
    b" ",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b"\\",
    b"-",
    b".",
    b"0",
    b"9",
    b"e",
    b"\x1f\x8b",
)


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


# ── JSON: values and keys ────────────────────────────────────────────────────
def _json_rows(content: bytes) -> list[dict[str, Any]]:
    text = content.decode()
    return json.loads(text) if text.startswith("[") else [json.loads(line) for line in text.splitlines()]


def _json_written(rows: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def _other_value(content: bytes, dice: random.Random) -> bytes:
    rows = _json_rows(content)
    row = dice.choice(rows)
    values = (
        dice.choice(TEXTS),
        dice.choice(TEXTS),
        None,
        True,
        1,
        -0.0,
        1.1,
        1e300,
        10**40,
        [1],
        {"a": [None]},
        [],
    )
    row[dice.choice(list(row))] = dice.choice(values)
    return _json_written(rows)


def _number_as_text(content: bytes, dice: random.Random) -> bytes:
    rows = _json_rows(content)
    for row in rows:
        for key, value in row.items():
            if isinstance(value, int | float) and dice.random() < 0.5:
                row[key] = f"{value}"
    return _json_written(rows)


def _written_otherwise(content: bytes, dice: random.Random) -> bytes:
    """A number as no program we know writes it, put where a number was."""
    lines = content.decode().split("\n")
    at = dice.randrange(len(lines))
    number = dice.choice(
        ("1e2", "1.10", "1.0e-1", "-0", "-0.0", "12345678901234567.89", "1.005", "01", "1.", "NaN", "0.1e1")
    )
    head, colon, tail = lines[at].partition(
        dice.choice(('amount": ', 'price": ', 'quantity": ', 'cost": ', 'stock": '))
    )
    if not colon:
        raise ValueError("no such key in this line")
    rest = tail.lstrip('0123456789.-"')
    return "\n".join([*lines[:at], head + colon + number + rest, *lines[at + 1 :]]).encode()


def _keys_changed(content: bytes, dice: random.Random) -> bytes:
    rows = _json_rows(content)
    for row in rows if dice.random() < 0.5 else [dice.choice(rows)]:
        key = dice.choice(list(row))
        value = row.pop(key)
        if dice.random() < 0.7:
            row[
                dice.choice((key.upper(), f" {key}", key.replace("_", ""), "note", dice.choice(list(row))))
            ] = value
    return _json_written(rows)


def _key_again(content: bytes, dice: random.Random) -> bytes:
    lines = content.decode().split("\n")
    at = dice.randrange(len(lines))
    key = dice.choice(list(json.loads(lines[at])))
    lines[at] = f"{lines[at].rstrip('}')}, {json.dumps(key)}: {json.dumps(dice.choice(TEXTS))}}}"
    return "\n".join(lines).encode()


def _as_array(content: bytes, dice: random.Random) -> bytes:
    return json.dumps(_json_rows(content), indent=dice.choice((None, 1)), ensure_ascii=False).encode()


# ── Parquet and Avro: values and types ───────────────────────────────────────
def _other_type(content: bytes, dice: random.Random) -> bytes:
    table = pyarrow.parquet.read_table(io.BytesIO(content))
    at = dice.randrange(table.num_columns)
    types = (
        pa.string(),
        pa.float64(),
        pa.int64(),
        pa.decimal128(38, 6),
        pa.binary(),
        pa.large_string(),
        pa.timestamp("us"),
    )
    column = table.column(at).cast(dice.choice(types), safe=False)
    return _parquet(table.set_column(at, table.column_names[at], column))


def _other_cells(content: bytes, dice: random.Random) -> bytes:
    table = pyarrow.parquet.read_table(io.BytesIO(content))
    at = dice.randrange(table.num_columns)
    values = table.column(at).to_pylist()
    kind = table.column(at).type
    for _ in range(3):
        place = dice.randrange(len(values))
        if pa.types.is_string(kind):
            values[place] = dice.choice(TEXTS)
        elif pa.types.is_decimal(kind):
            values[place] = Decimal(dice.randrange(-(10**9), 10**9)).scaleb(-kind.scale)
        else:
            values[place] = None if dice.random() < 0.5 else dice.choice(values)
    return _parquet(table.set_column(at, table.column_names[at], pa.array(values, kind)))


def _other_columns(content: bytes, dice: random.Random) -> bytes:
    table = pyarrow.parquet.read_table(io.BytesIO(content))
    at, name = dice.randrange(table.num_columns), dice.choice(table.column_names)
    if dice.random() < 0.4:
        return _parquet(table.remove_column(at))
    if dice.random() < 0.5:
        return _parquet(table.append_column(name, table.column(at)))
    return _parquet(table.take(pa.array([dice.randrange(table.num_rows) for _ in range(table.num_rows)])))


def _parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pyarrow.parquet.write_table(table, out, row_group_size=5)
    return out.getvalue()


def _other_record(content: bytes, dice: random.Random) -> bytes:
    reader = fastavro.reader(io.BytesIO(content))
    records: list[Any] = list(reader)
    record = dice.choice(records)
    key = dice.choice(list(record))
    value = record[key]
    if isinstance(value, str):
        record[key] = dice.choice(TEXTS)
    elif isinstance(value, Decimal):
        record[key] = Decimal(dice.randrange(-(10**6), 10**6)).scaleb(-2)
    else:
        record[key] = dice.choice(records)[key]
    out = io.BytesIO()
    codec = dice.choice(("null", "deflate", "bzip2"))
    fastavro.writer(out, reader.writer_schema, dice.choices(records, k=len(records)), codec=codec)
    return out.getvalue()


_OF: dict[str, list[Callable[[bytes, random.Random], bytes]]] = {
    "csv": [
        *_TEXT,
        *(_other_field, _other_field, _other_field, _raw_field, _raw_field, _other_number_of_fields),
        *(_fields_exchanged, _other_header, _columns_changed, _other_dialect),
    ],
    "json": [
        *_TEXT,
        *(_other_value, _other_value, _other_value, _number_as_text, _written_otherwise, _written_otherwise),
        *(_keys_changed, _key_again, _as_array),
    ],
    "parquet": [_other_type, _other_cells, _other_cells, _other_columns],
    "avro": [_other_record, _other_record],
}
