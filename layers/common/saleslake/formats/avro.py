"""Avro: its schema in Arrow's types, its records some at a time."""

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, DecimalException
from itertools import batched
from typing import Any, BinaryIO

import fastavro
import pyarrow as pa

from saleslake.contracts.refusal import FileRefusal, FileUnreadable
from saleslake.formats import avro_wire
from saleslake.formats.json_text import render

_SYNC_BYTES = 16  # every block ends in the file's own marker, so a whole file does
NESTED = pa.struct([])
_UUID = pa.large_string()  # an object of Python's in fastavro; any text type of its own would do
_TYPES = {
    "null": pa.null(),
    "boolean": pa.bool_(),
    "int": pa.int32(),
    "long": pa.int64(),
    "float": pa.float32(),
    "double": pa.float64(),
    "bytes": pa.binary(),
    "fixed": pa.binary(),
    "string": pa.string(),
    "enum": pa.string(),
}
_LOGICAL = {  # as numbers, then as what they stand for
    "date": pa.date32(),
    "timestamp-millis": pa.timestamp("ms", "UTC"),
    "timestamp-micros": pa.timestamp("us", "UTC"),
    "local-timestamp-millis": pa.timestamp("ms"),
    "local-timestamp-micros": pa.timestamp("us"),
    "time-millis": pa.time32("ms"),
    "time-micros": pa.time64("us"),
    "uuid": _UUID,
}
# what fastavro and Arrow raise on bytes that are no Avro; ArrowException is among them as ValueError and others
_BROKEN = (
    *(EOFError, ValueError, LookupError, TypeError, OverflowError, OSError, AttributeError, MemoryError),
    *(DecimalException, struct.error, zlib.error, pa.ArrowException, fastavro.schema.SchemaParseException),
)

avro_wire.register()


@dataclass(frozen=True)
class _Field:
    """One field: its type in Arrow, and whether its values come as text, each made in its own way."""

    name: str
    type: pa.DataType
    as_text: bool = False


class AvroRows:
    """One Avro object container file.

    Parameters
    ----------
    stream
        Its bytes, read once from beginning to end.
    """

    def __init__(self, stream: BinaryIO) -> None:
        try:
            self._records: Any = fastavro.reader(stream)
            self._fields = _fields(self._records.writer_schema)
            avro_wire.keep_times_as_numbers(self._records.writer_schema)
            self.schema = pa.schema([(field.name, field.type) for field in self._fields])
        except _BROKEN as problem:
            raise _damaged(problem) from problem

    def check_end(self, file: BinaryIO) -> None:
        """Look at the end of a file that was only opened: it must hold blocks, and end where one ends.

        Raises
        ------
        FileUnreadable
            It has no records, or was cut short.
        """
        header = file.tell()
        size = file.seek(0, io.SEEK_END)
        if size <= header:
            refusal = FileRefusal(
                code="no_records", message="the file holds no records", expected="at least one record"
            )
            raise FileUnreadable(refusal)
        file.seek(max(size - _SYNC_BYTES, 0))
        if file.read(_SYNC_BYTES) != self._records._header["sync"]:
            raise _damaged(EOFError("it ends within a block"))

    def batches(self, rows: int) -> Iterator[pa.RecordBatch]:
        """The records in file order, ``rows`` at a time.

        Raises
        ------
        FileUnreadable
            The bytes are not what the schema says, or end too soon.
        """
        try:
            for records in batched(self._records, rows, strict=False):
                columns = [
                    _column(field, [record[field.name] for record in records]) for field in self._fields
                ]
                yield pa.record_batch(columns, self.schema.names)
        except _BROKEN as problem:
            raise _damaged(problem) from problem


def _column(field: _Field, values: list[Any]) -> pa.Array:
    if field.as_text:
        return pa.array([None if value is None else _text(value) for value in values], pa.string())
    if pa.types.is_date32(field.type) or pa.types.is_time32(field.type):
        return pa.array(values, pa.int32()).cast(field.type)
    if pa.types.is_timestamp(field.type) or pa.types.is_time64(field.type):
        return pa.array(values, pa.int64()).cast(field.type)
    return pa.array(values, field.type)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return render(value) if isinstance(value, dict | list | bool | Decimal) else str(value)


def _fields(schema: Any) -> list[_Field]:
    if not isinstance(schema, dict) or schema["type"] != "record":
        raise ValueError("its schema is no record")
    named: dict[str, Any] = {}
    return [_field(field["name"], field["type"], named) for field in schema["fields"]]


def _field(name: str, kind: Any, named: dict[str, Any]) -> _Field:
    """One field; of several types it is the one most in need of a refusal, else text."""
    kinds = [_arrow(one, named) for one in (kind if isinstance(kind, list) else [kind]) if one != "null"]
    if len(set(kinds)) <= 1:
        only = kinds[0] if kinds else pa.null()
        return _Field(name, only, as_text=only in (NESTED, _UUID))
    for suspicious in (pa.types.is_nested, pa.types.is_floating, pa.types.is_timestamp):
        if (found := next((one for one in kinds if suspicious(one)), None)) is not None:
            return _Field(name, found, as_text=True)
    return _Field(name, pa.string(), as_text=True)


def _arrow(kind: Any, named: dict[str, Any]) -> pa.DataType:
    if isinstance(kind, list):
        return NESTED  # a union within a union; Avro has none
    if isinstance(kind, str):
        return _TYPES.get(kind) or named.get(kind, NESTED)
    found = _complex(kind, named)
    if "name" in kind:
        named[kind["name"]] = found
    return found


def _complex(kind: dict[str, Any], named: dict[str, Any]) -> pa.DataType:
    logical = kind.get("logicalType")
    if logical == "decimal":
        digits = kind["precision"]
        return (pa.decimal128 if digits <= 38 else pa.decimal256)(digits, kind.get("scale", 0))
    if logical in _LOGICAL:
        return _LOGICAL[logical]
    return NESTED if kind["type"] in ("record", "error", "array", "map") else _arrow(kind["type"], named)


def _damaged(problem: Exception) -> FileUnreadable:
    return FileUnreadable(
        FileRefusal(
            code="damaged_avro",
            message=f"the Avro file cannot be read: {type(problem).__name__}: {problem}",
            expected="a whole Avro file",
        )
    )
