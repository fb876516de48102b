"""Prices as Parquet and Avro files, written by the formats' own libraries."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import fastavro
import pyarrow as pa
import pyarrow.parquet

TYPED = {
    "product_id": "P-1",
    "updated_at": datetime(2024, 6, 1, 9, 30, tzinfo=UTC),
    "list_price": Decimal("100.00"),
    "cost": Decimal("60.00"),
    "commission": Decimal("0.0525"),
    "stock": 3,
    "decided_on": date(2024, 5, 31),
}
SCHEMA = pa.schema(
    [
        ("product_id", pa.string()),
        ("updated_at", pa.timestamp("us", "UTC")),
        ("list_price", pa.decimal128(18, 2)),
        ("cost", pa.decimal128(18, 2)),
        ("commission", pa.decimal128(5, 4)),
        ("stock", pa.int32()),
        ("decided_on", pa.date32()),
    ]
)
AVRO = {
    "type": "record",
    "name": "price",
    "fields": [
        {"name": "product_id", "type": "string"},
        {"name": "updated_at", "type": {"type": "long", "logicalType": "timestamp-micros"}},
        {
            "name": "list_price",
            "type": ["null", {"type": "bytes", "logicalType": "decimal", "precision": 18, "scale": 2}],
        },
        {
            "name": "cost",
            "type": ["null", {"type": "bytes", "logicalType": "decimal", "precision": 18, "scale": 2}],
        },
        {
            "name": "commission",
            "type": ["null", {"type": "bytes", "logicalType": "decimal", "precision": 5, "scale": 4}],
        },
        {"name": "stock", "type": ["null", "int"]},
        {"name": "decided_on", "type": ["null", {"type": "int", "logicalType": "date"}]},
    ],
}


def typed(**changes):
    """One healthy price with some values changed."""
    return TYPED | changes


def changed(name, kind):
    """The schema with another type of one column."""
    return SCHEMA.set(SCHEMA.get_field_index(name), pa.field(name, kind))


def parquet(*rows, schema=SCHEMA, **options):
    """The rows as a Parquet file."""
    file = io.BytesIO()
    pyarrow.parquet.write_table(pa.Table.from_pylist(list(rows), schema), file, **options)
    return file.getvalue()


def avro(*rows, schema=AVRO, **options):
    """The rows as an Avro file."""
    file = io.BytesIO()
    fastavro.writer(file, schema, rows, **options)
    return file.getvalue()


def avro_type(name, kind):
    """The Avro schema with another type of one field."""
    fields = [field | {"type": kind} if field["name"] == name else field for field in AVRO["fields"]]
    return AVRO | {"fields": fields}
