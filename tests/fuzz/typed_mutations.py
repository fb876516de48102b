"""Spoil the values, keys and types of JSON, Parquet and Avro files."""

from __future__ import annotations

import io
import json
import random
from decimal import Decimal
from typing import Any

import fastavro
import pyarrow as pa
import pyarrow.parquet

from tests.fuzz.vocabulary import TEXTS


# ── JSON: values and keys ────────────────────────────────────────────────────
def _json_rows(content: bytes) -> list[dict[str, Any]]:
    text = content.decode()
    return json.loads(text) if text.startswith("[") else [json.loads(line) for line in text.splitlines()]


def _json_written(rows: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def other_value(content: bytes, dice: random.Random) -> bytes:
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


def number_as_text(content: bytes, dice: random.Random) -> bytes:
    rows = _json_rows(content)
    for row in rows:
        for key, value in row.items():
            if isinstance(value, int | float) and dice.random() < 0.5:
                row[key] = f"{value}"
    return _json_written(rows)


def written_otherwise(content: bytes, dice: random.Random) -> bytes:
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


def keys_changed(content: bytes, dice: random.Random) -> bytes:
    rows = _json_rows(content)
    for row in rows if dice.random() < 0.5 else [dice.choice(rows)]:
        key = dice.choice(list(row))
        value = row.pop(key)
        if dice.random() < 0.7:
            row[
                dice.choice((key.upper(), f" {key}", key.replace("_", ""), "note", dice.choice(list(row))))
            ] = value
    return _json_written(rows)


def key_again(content: bytes, dice: random.Random) -> bytes:
    lines = content.decode().split("\n")
    at = dice.randrange(len(lines))
    key = dice.choice(list(json.loads(lines[at])))
    lines[at] = f"{lines[at].rstrip('}')}, {json.dumps(key)}: {json.dumps(dice.choice(TEXTS))}}}"
    return "\n".join(lines).encode()


def as_array(content: bytes, dice: random.Random) -> bytes:
    return json.dumps(_json_rows(content), indent=dice.choice((None, 1)), ensure_ascii=False).encode()


# ── Parquet and Avro: values and types ───────────────────────────────────────
def other_type(content: bytes, dice: random.Random) -> bytes:
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


def other_cells(content: bytes, dice: random.Random) -> bytes:
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


def other_columns(content: bytes, dice: random.Random) -> bytes:
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


def other_record(content: bytes, dice: random.Random) -> bytes:
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
