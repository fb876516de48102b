"""CREATE TABLE: https://docs.aws.amazon.com/athena/latest/ug/create-table.html."""

import itertools
from typing import Any

from ministack.services import athena as emulated
from pyiceberg.exceptions import NoSuchNamespaceError, TableAlreadyExistsError
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import parse_transform
from pyiceberg.types import NestedField

from local.athena import iceberg
from local.athena.duck.defining import Defining, done
from local.athena.duck.glue_types import from_glue, to_iceberg
from local.athena.engine import Result
from local.athena.errors import NotSupportedHere, schema_not_found, user_error
from local.athena.properties import check_properties, kept

_TRANSFORMS = ("year", "month", "day", "hour", "bucket", "truncate")
_MAX_COLUMN_ID = 1000  # partition fields are numbered from here


def create_external_table(cursor: Any, work: Defining) -> Result:
    """A Hive table goes to Glue as the emulator already writes it."""
    parsed = emulated._parse_ddl(cursor.text)
    if parsed is None:
        raise NotSupportedHere("this form of CREATE EXTERNAL TABLE")
    database = (parsed.database or work.database).lower()
    work.need_database(database)
    if parsed.location is None:
        raise user_error("MISSING_LOCATION", "FAILED: SemanticException no location")
    for item in [*parsed.columns, *parsed.partition_keys]:
        from_glue(item["Type"])
    if work.store.table(database, parsed.table) is not None:
        if parsed.if_not_exists:
            return done()
        raise user_error(
            "TABLE_ALREADY_EXISTS", f"FAILED: Execution Error. Table {parsed.table} already exists"
        )
    work.store.glue("CreateTable", DatabaseName=database, TableInput=emulated._create_table_input(parsed))
    return done()


def create_table(cursor: Any, work: Defining) -> Result:
    """An Iceberg table: https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-creating-tables.html."""
    exists_ok = cursor.keywords("if", "not", "exists")
    database, name = work.name(cursor)
    columns = emulated._column_list(cursor)
    if not columns:
        raise NotSupportedHere("CREATE TABLE … AS")
    partitions: list[tuple[str, str, str | None]] = []
    location, properties = None, {}
    while not cursor.at_end():
        if cursor.keywords("partitioned", "by"):
            partitions = _partitions(cursor)
        elif cursor.keywords("location"):
            location = cursor.string()
        elif cursor.keywords("tblproperties"):
            properties = emulated._property_list(cursor) or {}
        elif cursor.keywords("comment"):
            cursor.string()
        else:
            raise user_error("SYNTAX_ERROR", f"mismatched input '{cursor.peek()[1]}'")
    properties = _checked(properties, location)
    work.need_database(database)
    schema, spec = _schema(columns), None
    spec = _spec(schema, partitions)
    try:
        iceberg.catalog(work.store).create_table(
            (database, name),
            schema,
            location=str(location).rstrip("/"),
            partition_spec=spec,
            properties=properties,
        )
    except TableAlreadyExistsError as error:
        if not exists_ok:
            raise user_error("TABLE_ALREADY_EXISTS", f"Table '{database}.{name}' already exists") from error
    except NoSuchNamespaceError as error:
        raise schema_not_found(database) from error
    return done()


def _checked(properties: dict[str, str], location: str | None) -> dict[str, str]:
    if properties.get("table_type", "").lower() != "iceberg":
        raise user_error("NOT_SUPPORTED", "External keyword required for table type HIVE")
    given = {name: value for name, value in properties.items() if name != "table_type"}
    check_properties(given)
    if not location:
        raise user_error("MISSING_LOCATION", "Table location must be specified")
    if properties.get("format", "parquet").lower() != "parquet":
        raise NotSupportedHere(f"Iceberg tables of {properties['format']} files")
    codec = properties.get("write_compression", "zstd").lower()
    return {
        **kept(given),
        "write.format.default": "parquet",
        "write.parquet.compression-codec": codec,
        "format-version": "2",
    }


def _schema(columns: list[dict[str, str]]) -> Schema:
    ids = itertools.count(len(columns) + 1)
    fields = [
        NestedField(
            number, item["Name"].lower(), to_iceberg(from_glue(item["Type"]), ids), required=False,
            doc=item.get("Comment"),
        )
        for number, item in enumerate(columns, start=1)
    ]  # fmt: skip
    return Schema(*fields)


def _partitions(cursor: Any) -> list[tuple[str, str, str | None]]:
    """``(month(day), bucket(16, id), category)`` as transform, column, width."""
    if not cursor.punct("("):
        raise user_error("SYNTAX_ERROR", "mismatched input. Expecting: '('")
    found: list[tuple[str, str, str | None]] = []
    while True:
        name = cursor.identifier()
        if cursor.punct("("):
            width = cursor.number()
            if width is not None:
                cursor.punct(",")
            found.append(
                (str(name).lower(), str(cursor.identifier()).lower(), None if width is None else str(width))
            )
            cursor.punct(")")
        else:
            found.append(("identity", str(name).lower(), None))
        if not cursor.punct(","):
            break
    if not cursor.punct(")"):
        raise user_error("SYNTAX_ERROR", "mismatched input. Expecting: ')'")
    return found


def _spec(schema: Schema, partitions: list[tuple[str, str, str | None]]) -> PartitionSpec:
    fields = []
    for index, (transform, column, width) in enumerate(partitions):
        known = {item.name: item.field_id for item in schema.fields}
        if column not in known:
            raise user_error("COLUMN_NOT_FOUND", f"Partition column {column} not found in table")
        if transform not in (*_TRANSFORMS, "identity"):
            raise user_error("INVALID_TABLE_PROPERTY", f"Unsupported partition transform: {transform}")
        suffix = "trunc" if transform == "truncate" else transform
        name = column if transform == "identity" else f"{column}_{suffix}"
        written = f"{transform}[{width}]" if width else transform
        fields.append(PartitionField(known[column], _MAX_COLUMN_ID + index, parse_transform(written), name))
    return PartitionSpec(*fields)
