"""Iceberg's types as Trino sees them, and back: https://trino.io/docs/476/connector/iceberg.html#type-mapping."""

from pyiceberg import types as ice

from local.athena.duck.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    REAL,
    VARBINARY,
    VARCHAR,
    Type,
    array,
    decimal,
    timestamp,
)
from local.athena.errors import NotSupportedHere

_SIMPLE: dict[type[ice.IcebergType], Type] = {
    ice.BooleanType: BOOLEAN, ice.IntegerType: INTEGER, ice.LongType: BIGINT, ice.FloatType: REAL,
    ice.DoubleType: DOUBLE, ice.DateType: DATE, ice.StringType: VARCHAR, ice.BinaryType: VARBINARY,
    ice.TimestampType: timestamp(6), ice.TimestamptzType: timestamp(6, zoned=True),
}  # fmt: skip


def from_iceberg(kind: ice.IcebergType) -> Type:
    """The Trino type of a stored column."""
    if type(kind) in _SIMPLE:
        return _SIMPLE[type(kind)]
    if isinstance(kind, ice.DecimalType):
        return decimal(kind.precision, kind.scale)
    if isinstance(kind, ice.ListType):
        return array(from_iceberg(kind.element_type))
    if isinstance(kind, ice.MapType):
        return Type("map", (from_iceberg(kind.key_type), from_iceberg(kind.value_type)))
    if isinstance(kind, ice.StructType):
        names = tuple(item.name.lower() for item in kind.fields)
        return Type("row", tuple(from_iceberg(item.field_type) for item in kind.fields), names)
    raise NotSupportedHere(f"the Iceberg type {kind}")
