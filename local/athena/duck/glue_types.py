"""Hive's type names in Glue and DDL: https://docs.aws.amazon.com/athena/latest/ug/data-types.html."""

import re
from collections.abc import Iterator

from pyiceberg import types as ice

from local.athena.duck.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    REAL,
    SMALLINT,
    TINYINT,
    VARBINARY,
    VARCHAR,
    Type,
    array,
    decimal,
    timestamp,
    varchar,
)
from local.athena.errors import NotSupportedHere, user_error

_SIMPLE = {
    "boolean": BOOLEAN, "tinyint": TINYINT, "smallint": SMALLINT, "int": INTEGER, "integer": INTEGER, "bigint": BIGINT,
    "long": BIGINT, "float": REAL, "real": REAL, "double": DOUBLE, "string": VARCHAR, "varchar": VARCHAR, "date": DATE,
    "timestamp": timestamp(3), "binary": VARBINARY,
}  # fmt: skip
_ICEBERG = {
    "boolean": ice.BooleanType(), "integer": ice.IntegerType(), "bigint": ice.LongType(), "real": ice.FloatType(),
    "double": ice.DoubleType(), "varchar": ice.StringType(), "date": ice.DateType(), "varbinary": ice.BinaryType(),
    "timestamp": ice.TimestampType(), "timestamp with time zone": ice.TimestamptzType(),
}  # fmt: skip


def from_glue(text: str) -> Type:
    """``decimal(18,2)``, ``array<struct<rule:string>>`` and so on as Trino types."""
    tokens = re.findall(r"\w+|[<>(),:]", text.lower())
    kind, rest = _parse(tokens, text)
    if rest:
        raise user_error("INVALID_COLUMN_TYPE", f"Type is not valid: {text}")
    return kind


def _parse(tokens: list[str], text: str) -> tuple[Type, list[str]]:
    name, rest = (tokens[0], tokens[1:]) if tokens else ("", [])
    if name in ("decimal", "varchar", "char") and rest[:1] == ["("]:
        end = rest.index(")")
        numbers = [int(token) for token in rest[1:end] if token.isdigit()]
        kind = (
            decimal(numbers[0], numbers[1] if len(numbers) > 1 else 0)
            if name == "decimal"
            else varchar(numbers[0])
        )
        return kind, rest[end + 1 :]
    if name == "decimal":
        return decimal(10, 0), rest
    if name == "array" and rest[:1] == ["<"]:
        element, rest = _parse(rest[1:], text)
        return array(element), _expect(rest, ">", text)
    if name == "map" and rest[:1] == ["<"]:
        key, rest = _parse(rest[1:], text)
        value, rest = _parse(_expect(rest, ",", text), text)
        return Type("map", (key, value)), _expect(rest, ">", text)
    if name == "struct" and rest[:1] == ["<"]:
        names, kinds = [], []
        rest = rest[1:]
        while True:
            names.append(rest[0])
            kind, rest = _parse(_expect(rest[1:], ":", text), text)
            kinds.append(kind)
            if rest[:1] != [","]:
                return Type("row", tuple(kinds), tuple(names)), _expect(rest, ">", text)
            rest = rest[1:]
    if name in _SIMPLE:
        return _SIMPLE[name], rest
    raise NotSupportedHere(f"the column type {text}")


def _expect(tokens: list[str], token: str, text: str) -> list[str]:
    if tokens[:1] != [token]:
        raise user_error("INVALID_COLUMN_TYPE", f"Type is not valid: {text}")
    return tokens[1:]


def to_iceberg(kind: Type, ids: Iterator[int]) -> ice.IcebergType:
    """The Iceberg type of a new column; nested fields take their ids from `ids`."""
    if kind.name == "decimal":
        return ice.DecimalType(kind.precision, kind.scale)
    if kind.name == "array":
        return ice.ListType(next(ids), to_iceberg(kind.part(0), ids), element_required=False)
    if kind.name == "map":
        key, value = next(ids), next(ids)
        parts = to_iceberg(kind.part(0), ids), to_iceberg(kind.part(1), ids)
        return ice.MapType(key, parts[0], value, parts[1], value_required=False)
    if kind.name == "row":
        numbered = [(next(ids), name or "") for name in kind.names]
        fields = [
            ice.NestedField(number, name, to_iceberg(kind.part(index), ids), required=False)
            for index, (number, name) in enumerate(numbered)
        ]
        return ice.StructType(*fields)
    if kind.name in _ICEBERG:
        return _ICEBERG[kind.name]
    # Iceberg has no such type and Athena's DDL refuses it for Iceberg tables.
    raise user_error("NOT_SUPPORTED", f"Type not supported for Iceberg: {kind}")
