"""What an Iceberg table has where it points to now, by its metadata file."""

from collections.abc import Mapping
from functools import lru_cache

from saleslake.aws.backend import Backend
from saleslake.aws.s3 import Lake


def columns(table: str, database: str, backend: Backend) -> Mapping[str, str]:
    """Type of each of a table's columns, none where it is not there. (Glue's own list stays when a pointer moves.)"""
    pointer = backend.catalog.pointer(database, table)
    return {} if pointer is None else _columns(pointer.metadata_location, backend.lake)


@lru_cache(256)  # a metadata file never changes
def _columns(location: str, lake: Lake) -> Mapping[str, str]:
    metadata = lake.get_json(location.removeprefix(lake.uri("")))
    current = metadata["current-schema-id"]
    schema = next(schema for schema in metadata["schemas"] if schema["schema-id"] == current)
    return {field["name"]: _athena_type(str(field["type"])) for field in schema["fields"]}


def _athena_type(kind: str) -> str:
    return "bigint" if kind == "long" else kind.replace(" ", "")
