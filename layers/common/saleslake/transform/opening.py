"""Open a raw file as records, by the format it was accepted with."""

import shutil
from pathlib import Path
from typing import BinaryIO

import duckdb
import pyarrow as pa

from saleslake.contracts.headers import HeaderMatch, match_header
from saleslake.contracts.model import Contract
from saleslake.contracts.refusal import FileRefusal, FileUnreadable
from saleslake.formats.model import DeliveredFormat
from saleslake.formats.parquet import ParquetRows
from saleslake.formats.schema import check_schema
from saleslake.formats.stream import buffered, unpacked
from saleslake.transform.delimited import DelimitedRecords
from saleslake.transform.json_records import JsonRecords
from saleslake.transform.records import Records
from saleslake.transform.source import RememberedSource
from saleslake.transform.typed import TypedRecords


def open_records(
    stream: BinaryIO,
    file_format: DeliveredFormat,
    contract: Contract,
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
) -> tuple[Records, HeaderMatch]:
    """The records of a file, and which of their columns feed the contract.

    Parameters
    ----------
    stream
        The raw object.
    file_format
        How it is written.
    contract
        What it is held to.
    connection
        For what is read in bulk.
    folder
        Where a file may be put that is not read from beginning to end.

    Raises
    ------
    FileUnreadable
        The file is damaged, or its columns are not what the contract needs.
    """
    records, schema = _open(stream, file_format, contract, connection, folder)
    match = match_header(contract, records.header)
    refusal = match if isinstance(match, FileRefusal) else schema and check_schema(contract, schema, match)
    if refusal:
        raise FileUnreadable(refusal)
    assert isinstance(match, HeaderMatch), "what is no refusal is a match"
    return records, match


def _open(
    stream: BinaryIO,
    file_format: DeliveredFormat,
    contract: Contract,
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
) -> tuple[Records, pa.Schema | None]:
    if file_format.kind == "json":
        text = unpacked(buffered(stream), file_format.compression)
        return JsonRecords(text, contract, connection), None
    if file_format.kind == "csv":
        source = RememberedSource(
            stream, gzipped=file_format.compression == "gzip", delimiter=file_format.delimiter
        )
        return DelimitedRecords(source, file_format), None
    if file_format.kind == "parquet":
        parquet = ParquetRows(_spooled(stream, folder))
        return TypedRecords(parquet), parquet.schema
    # its packages take a while to load: only a file that needs them pays for it
    from saleslake.formats.avro import AvroRows  # noqa: PLC0415

    avro = AvroRows(buffered(stream))
    return TypedRecords(avro), avro.schema


def _spooled(stream: BinaryIO, folder: Path) -> BinaryIO:
    """The file on disk: Parquet is read from its end."""
    path = folder / "delivered.parquet"
    with path.open("wb") as file:
        shutil.copyfileobj(stream, file, 1 << 20)
    return path.open("rb")
