"""Partition transforms of Iceberg on the way to files: https://iceberg.apache.org/spec/#partition-transforms."""

from collections.abc import Callable

import duckdb
import pyarrow as pa
from pyiceberg.partitioning import PartitionField
from pyiceberg.schema import Schema
from pyiceberg.transforms import (
    BucketTransform,
    DayTransform,
    HourTransform,
    IdentityTransform,
    MonthTransform,
    TruncateTransform,
    YearTransform,
)
from pyiceberg.types import DateType, IcebergType, LongType, StringType, TimestampType

from local.athena.duck.iceberg_types import from_iceberg
from local.athena.duck.scan import identifier
from local.athena.duck.types import INTEGERS, Type, duck
from local.athena.errors import NotSupportedHere

_HASHED: dict[str, IcebergType] = {
    **dict.fromkeys(INTEGERS, LongType()),  # an integer hashes as the long of its value
    "varchar": StringType(), "date": DateType(), "timestamp": TimestampType(),
}  # fmt: skip
_DAY = "CAST({0} AS DATE)"
_SINCE_1970 = {
    YearTransform: f"(year({_DAY}) - 1970)",
    MonthTransform: f"((year({_DAY}) - 1970) * 12 + month({_DAY}) - 1)",
    DayTransform: f"({_DAY} - DATE '1970-01-01')",
    HourTransform: f"(({_DAY} - DATE '1970-01-01') * 24 + hour({{0}}))",
}


def register(database: duckdb.DuckDBPyConnection) -> None:
    """Add the functions ``t_bucket_<type>(value, buckets)``; the hash is Iceberg's own."""
    for name, kind in _HASHED.items():
        types = [duck(Type(name)), "INTEGER"]
        hashed = _bucket(LongType() if name in INTEGERS else kind)
        database.create_function(
            f"t_bucket_{name}", hashed, types, "INTEGER", type="arrow", null_handling="special"
        )


def _bucket(kind: IcebergType) -> Callable[[pa.ChunkedArray, pa.ChunkedArray], pa.Array]:
    def hashed(values: pa.ChunkedArray, buckets: pa.ChunkedArray) -> pa.Array:
        array = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
        if isinstance(kind, LongType):
            array = array.cast(pa.int64())
        return BucketTransform(buckets[0].as_py()).pyarrow_transform(kind)(array)

    return hashed


def transformed(item: PartitionField, schema: Schema) -> str:
    """The partition value of a row as SQL; times are numbers since 1970."""
    column = schema.find_field(item.source_id)
    sql, kind, transform = identifier(column.name), from_iceberg(column.field_type), item.transform
    if isinstance(transform, BucketTransform) and kind.name in _HASHED:
        return f"t_bucket_{kind.name}({sql}, {transform.num_buckets})"
    if isinstance(transform, TruncateTransform) and kind.name == "varchar":
        return f"substr({sql}, 1, {transform.width})"
    if isinstance(transform, IdentityTransform) and kind.name in ("varchar", "boolean", *INTEGERS):
        return sql
    if isinstance(transform, IdentityTransform) and kind.name == "date":
        return _SINCE_1970[DayTransform].format(sql)
    if isinstance(transform, IdentityTransform) and kind.name == "timestamp":
        return f"epoch_us({sql})"
    if type(transform) in _SINCE_1970 and kind.name in ("date", "timestamp"):
        return _SINCE_1970[type(transform)].format(sql)
    raise NotSupportedHere(f"the partition transform {transform} of {kind}")


def stored(item: PartitionField, schema: Schema, text: str | None) -> object:
    """The partition value as a manifest holds it, from its text."""
    if text is None:
        return None
    kind = from_iceberg(schema.find_field(item.source_id).field_type)
    if kind.name == "varchar" and isinstance(item.transform, IdentityTransform | TruncateTransform):
        return text
    return text == "true" if kind.name == "boolean" else int(text)
