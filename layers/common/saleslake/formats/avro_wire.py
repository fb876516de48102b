"""What of the Avro format fastavro leaves to others: codecs that pyarrow has as well, and times kept as numbers."""

import io
import zlib
from typing import Any, BinaryIO

import fastavro.read
import pyarrow as pa

_TIMES = {
    *("date", "time-millis", "time-micros"),
    *("timestamp-millis", "timestamp-micros", "local-timestamp-millis", "local-timestamp-micros"),
}


def register() -> None:
    """Teach fastavro; once per process is enough."""
    fastavro.read.BLOCK_READERS["snappy"] = _read_snappy
    fastavro.read.BLOCK_READERS["zstandard"] = _read_zstandard


def keep_times_as_numbers(schema: Any) -> None:
    """Take the times out of the schema a reader goes by: its values are then the numbers that are written.

    Arrow turns whole columns of them into times, and has room for years beyond 9999.
    """
    if isinstance(schema, dict):
        if schema.get("logicalType") in _TIMES:
            del schema["logicalType"]
        schema = [*schema.values()]
    if isinstance(schema, list):
        for part in schema:
            keep_times_as_numbers(part)


def _read_snappy(stream: BinaryIO) -> io.BytesIO:
    """A block of raw snappy, followed by the CRC-32 of what is packed in it."""
    block = _read_block(stream)
    packed, checksum = block[:-4], int.from_bytes(block[-4:], "big")
    size = _varint(io.BytesIO(packed))
    unpacked = pa.Codec("snappy").decompress(packed, decompressed_size=size, asbytes=True)
    if zlib.crc32(unpacked) != checksum:
        raise ValueError("the checksum of a block does not fit its bytes")
    return io.BytesIO(unpacked)


def _read_zstandard(stream: BinaryIO) -> io.BytesIO:
    with pa.CompressedInputStream(pa.BufferReader(_read_block(stream)), "zstd") as unpacked:
        return io.BytesIO(unpacked.read())


def _read_block(stream: BinaryIO) -> bytes:
    number = _varint(stream)
    size = (number >> 1) ^ -(number & 1)
    block = stream.read(size)
    if size < 0 or len(block) < size:
        raise EOFError("the file ends within a block")
    return block


def _varint(stream: BinaryIO) -> int:
    number = shift = 0
    while byte := stream.read(1):
        number |= (byte[0] & 0x7F) << shift
        shift += 7
        if byte[0] < 0x80:
            return number
    raise EOFError("the file ends within a number")
