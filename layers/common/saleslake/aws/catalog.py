"""Tables of the Glue catalog: Iceberg tables are pointers to a metadata file, and this is where they are moved."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from saleslake.aws.clients import client, error_code
from saleslake.errors import ReleaseChanged

# What GetTable returns beyond what CreateTable and UpdateTable take.
# https://docs.aws.amazon.com/glue/latest/webapi/API_TableInput.html
_INPUT_FIELDS = (
    "Name", "Description", "Owner", "Retention", "StorageDescriptor", "PartitionKeys", "TableType", "Parameters",
)  # fmt: skip


class Pointer(NamedTuple):
    """Where a table points, and the catalog version it was read at."""

    metadata_location: str
    version_id: str


class Catalog:
    """Glue tables by database and name."""

    def __init__(self, glue: Any = None) -> None:
        self._glue = glue or client("glue")

    def table(self, database: str, name: str) -> dict[str, Any] | None:
        """Glue's own description of a table, or None when it does not exist."""
        try:
            table: dict[str, Any] = self._glue.get_table(DatabaseName=database, Name=name)["Table"]
        except ClientError as error:
            if error_code(error) == "EntityNotFoundException":
                return None
            raise
        return table

    def iceberg_tables(self, database: str) -> dict[str, dict[str, Any]]:
        """Glue's own description of every Iceberg table of a database, by name."""
        pages = self._glue.get_paginator("get_tables").paginate(DatabaseName=database)
        tables = (table for page in pages for table in page["TableList"])
        return {
            table["Name"]: table for table in tables if "metadata_location" in table.get("Parameters", {})
        }

    def pointer(self, database: str, name: str) -> Pointer | None:
        """Where an Iceberg table points, or None when the table does not exist."""
        table = self.table(database, name)
        if table is None:
            return None
        return Pointer(table["Parameters"]["metadata_location"], str(table.get("VersionId", "0")))

    def pointers(self, database: str) -> dict[str, str]:
        """Metadata file of every Iceberg table of a database, by name."""
        return {
            name: str(table["Parameters"]["metadata_location"])
            for name, table in self.iceberg_tables(database).items()
        }

    def create(self, database: str, definition: dict[str, Any]) -> None:
        """Create a table from a ``TableInput``, or bring an existing one to it."""
        try:
            self._glue.create_table(DatabaseName=database, TableInput=definition)
        except ClientError as error:
            if error_code(error) != "AlreadyExistsException":
                raise
            self._glue.update_table(DatabaseName=database, TableInput=definition, SkipArchive=True)

    def copy(self, source: str, target: str, name: str) -> None:
        """Make ``target.name`` a second pointer to where ``source.name`` points."""
        table = self.table(source, name)
        assert table is not None, f"{source}.{name} was created just before"
        self.create(target, _as_input(table))

    def point(self, database: str, locations: Mapping[str, str]) -> list[str]:
        """Point Iceberg tables at metadata files; tables that do not exist are left out.

        Returns
        -------
        list of str
            Names of the tables that pointed elsewhere.

        Raises
        ------
        ReleaseChanged
            Somebody else moved a pointer between reading and writing it.
        """
        moved = []
        for name, table in self.iceberg_tables(database).items():
            location = locations.get(name, table["Parameters"]["metadata_location"])
            if table["Parameters"]["metadata_location"] != location:
                self._move(database, table, location)
                moved.append(name)
        return moved

    def _move(self, database: str, table: dict[str, Any], metadata_location: str) -> None:
        definition = _as_input(table)
        definition["Parameters"] = {
            **table["Parameters"],
            "metadata_location": metadata_location,
            "previous_metadata_location": table["Parameters"]["metadata_location"],
        }
        try:
            self._glue.update_table(
                DatabaseName=database,
                TableInput=definition,
                VersionId=str(table["VersionId"]),
                SkipArchive=True,
            )
        except ClientError as error:
            if error_code(error) == "ConcurrentModificationException":
                raise ReleaseChanged(
                    f"{database}.{table['Name']} was moved by someone else meanwhile"
                ) from error
            raise


def _as_input(table: dict[str, Any]) -> dict[str, Any]:
    """A table as GetTable describes it, as CreateTable and UpdateTable take it: they refuse empty texts."""
    return {field: table[field] for field in _INPUT_FIELDS if table.get(field) not in (None, "")}
