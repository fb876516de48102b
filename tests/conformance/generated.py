"""Rows for any table, made from the names and types of its columns. Same seed, same rows."""

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

FIRST_DAY = date(2022, 1, 31)
DAYS = 200
NULLS = 0.06


@cache
def _known() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(
        (Path(__file__).parent / "values.yaml").read_text(encoding="utf-8")
    )
    return loaded


def arrow_type(hive: str) -> pa.DataType:
    """The Arrow type of a column type as Glue writes it.

    Raises
    ------
    ValueError
        A type the generator does not know yet.
    """
    plain = {
        "string": pa.string(),
        "int": pa.int32(),
        "bigint": pa.int64(),
        "boolean": pa.bool_(),
        "double": pa.float64(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us"),
    }
    if hive in plain:
        return plain[hive]
    if hive.startswith("decimal("):
        precision, scale = hive[8:-1].split(",")
        return pa.decimal128(int(precision), int(scale))
    if hive.startswith("array<"):
        return pa.list_(arrow_type(hive[6:-1]))
    if hive.startswith("struct<"):
        fields = (field.split(":", 1) for field in hive[7:-1].split(","))
        return pa.struct([(name, arrow_type(kind)) for name, kind in fields])
    raise ValueError(f"no generated values for the type {hive}")


def rows(
    columns: Sequence[tuple[str, str]],
    count: int,
    seed: int,
    required: frozenset[str] = frozenset(),
    variety: float = 1,
) -> pa.Table:
    """``count`` rows of columns given as name and Hive type; about one value in sixteen is NULL.

    Parameters
    ----------
    required
        Columns that are never NULL.
    variety
        Which share of a column's values may occur.
    """
    schema = pa.schema([(name, arrow_type(kind)) for name, kind in columns])
    chance = random.Random(seed)
    return pa.Table.from_pylist(
        [
            {
                field.name: None
                if field.name not in required and chance.random() < NULLS
                else number
                if field.name == "line_number"  # of one file, so no two are alike
                else value(field, chance, variety)
                for field in schema
            }
            for number in range(2, count + 2)
        ],
        schema=schema,
    )


def value(field: pa.Field, chance: random.Random, variety: float = 1) -> Any:
    """A value of a column: one of those listed for its name, else one that fits its type."""
    name = _known()["same"].get(field.name, field.name)
    if name in _known()["values"]:
        listed = _known()["values"][name]
        return chance.choice(listed[: round(len(listed) * variety)])
    return _of_type(name, field.type, chance, variety)


def example(column: str) -> str:
    """A text that rows have in this column."""
    name = _known()["same"].get(column, column)
    return str(_known()["values"].get(name, [f"{_beginning(name)}07"])[0]).replace("'", "''")


def _beginning(name: str) -> str:
    return str(_known()["beginnings"].get(name, f"{name}-"))


def _of_type(name: str, kind: pa.DataType, chance: random.Random, variety: float = 1) -> Any:
    if pa.types.is_string(kind):
        return f"{_beginning(name)}{chance.randrange(round(60 * variety)):02d}"
    if pa.types.is_boolean(kind):
        return chance.random() < 0.5
    if pa.types.is_integer(kind):
        return chance.choice([0, 1, 2, 3, 7, -1, chance.randrange(1000)])
    if pa.types.is_decimal(kind):
        whole = chance.choice([0, 1, 39900, 64779, -550, chance.randrange(10**9)])
        return Decimal(whole % 10**kind.precision if whole > 0 else whole).scaleb(-kind.scale)
    if pa.types.is_floating(kind):
        return chance.choice([0.0, 0.1, 1.5, -2.25, 1e10, chance.random()])
    if pa.types.is_date(kind):
        return FIRST_DAY + timedelta(days=chance.randrange(DAYS))
    if pa.types.is_timestamp(kind):
        return datetime(2022, 3, 1) + timedelta(seconds=chance.randrange(10**7))
    if pa.types.is_list(kind):
        return [_of_type(name, kind.value_type, chance) for _ in range(chance.randrange(3))]
    return {field.name: value(field, chance) for field in kind}
