"""Avro files by fastavro: logical types for decimals, dates and instants."""

from pathlib import Path
from typing import Any

import fastavro
import pyarrow as pa

BLOCK = 20_000  # rows that are Python objects at a time


class AvroWriter:
    """An Avro container file, deflated; its marks are fixed, so that the same rows are the same bytes."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._writer: Any = None

    def write(self, table: Any) -> None:
        """Add the rows of a table."""
        if self._writer is None:
            schema = avro_schema(table.schema)
            self._writer = fastavro.write.Writer(
                self._file, schema, codec="deflate", sync_marker=b"saleslake-datagn", compression_level=1
            )
        for part in table.to_batches(max_chunksize=BLOCK):
            for row in part.to_pylist():
                self._writer.write(row)

    def close(self) -> None:
        """Finish the file."""
        if self._writer:
            self._writer.flush()
        self._file.close()


def avro_schema(schema: Any) -> Any:
    """The Avro schema of an Arrow schema; every field may be missing."""
    fields = [{"name": field.name, "type": ["null", _kind(field.type)], "default": None} for field in schema]
    return fastavro.parse_schema({"type": "record", "name": "Row", "fields": fields})


def _kind(kind: Any) -> Any:
    if pa.types.is_decimal(kind):
        return {"type": "bytes", "logicalType": "decimal", "precision": kind.precision, "scale": kind.scale}
    if pa.types.is_date(kind):
        return {"type": "int", "logicalType": "date"}
    if pa.types.is_timestamp(kind):
        return {"type": "long", "logicalType": "timestamp-micros"}
    if pa.types.is_boolean(kind):
        return "boolean"
    return "int" if pa.types.is_integer(kind) else "string"
