"""What an Iceberg table has where it points to now, by its metadata file."""

from saleslake.aws.backend import Backend


def columns(table: str, database: str, backend: Backend) -> dict[str, str]:
    """Type of each of a table's columns, none where it is not there. (Glue's own list stays when a pointer moves.)"""
    pointer = backend.catalog.pointer(database, table)
    if pointer is None:
        return {}
    metadata = backend.lake.get_json(pointer.metadata_location.removeprefix(backend.lake.uri("")))
    current = metadata["current-schema-id"]
    schema = next(schema for schema in metadata["schemas"] if schema["schema-id"] == current)
    return {field["name"]: _athena_type(str(field["type"])) for field in schema["fields"]}


def _athena_type(kind: str) -> str:
    return "bigint" if kind == "long" else kind.replace(" ", "")
