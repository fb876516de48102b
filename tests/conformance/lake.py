"""The project's tables, filled with generated rows, in a Glue database; and copies of it by pointer."""

import io
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pyarrow.parquet as pq
from pyiceberg.catalog.glue import GlueCatalog

from local.athena.engine import Result, Session
from saleslake.contracts.glue import processed_table, quarantined_rows_table
from saleslake.contracts.loader import contracts
from tests.conformance import binding
from tests.conformance.emulator import client
from tests.conformance.generated import rows
from tests.conformance.statements import Statement, composed, from_files

BUCKET = "lake"
PUBLISHED = "published"  # what SQL calls the database of the current release
RUNS = ("run-1", "run-2")
ROWS = 400
KNOWN = 0.7  # share of the values of a column that occur before the last run
PROVENANCE = frozenset({"occurrence", "landing_order", "file_id", "line_number"})  # what every typed row has
TABLE_INPUT = ("Name", "Description", "StorageDescriptor", "PartitionKeys", "TableType", "Parameters")

Execute = Callable[..., Result]


@dataclass
class Lake:
    """Tables in `seed`. ``read`` from it; what writes gets a database of its own from `copy`."""

    session: Session
    tables: list[str] = field(default_factory=list)
    copies: int = 0

    @cached_property
    def glue(self) -> Any:
        return client(self.session, "glue")

    @property
    def catalog(self) -> GlueCatalog:
        """pyiceberg's view of the same tables: neither engine's."""
        at, keys = self.session.endpoint, (self.session.access_key, self.session.secret_key)
        return GlueCatalog(
            "lake",
            **{"glue.endpoint": at, "s3.endpoint": at, "client.region": self.session.region},
            **{"client.access-key-id": keys[0], "client.secret-access-key": keys[1]},
        )

    def fill(self, execute: Execute, delete: Execute) -> None:
        """Create every table of the project and bring rows into it, by the project's own statements and others'.

        ``delete`` runs statements on Trino, which leaves delete files.
        """
        client(self.session, "s3").create_bucket(Bucket=BUCKET)
        for name in ("seed", PUBLISHED):
            self.glue.create_database(DatabaseInput={"Name": name})
        self._add_processed()
        statements = [*composed(), *from_files()]  # latest rows first: the models read them
        for statement in statements:
            if statement.kind == "table":
                execute(binding.bound(statement, "seed", RUNS[0]))
        self.tables = [name for name in self._names() if self._is_iceberg(name)]
        for name in self.tables:
            self.copy_table("seed", PUBLISHED, name)
        for statement in statements:
            if statement.kind == "change":
                execute(binding.bound(statement, "seed", RUNS[0]))
        for seed, name in enumerate(self.tables):
            if not name.endswith("_latest"):  # those hold a key once
                self._append(name, seed)
                self._delete_some(name, delete)
            self.point(PUBLISHED, name, self.pointer("seed", name))

    def copy(self, source: str = "seed", only: Collection[str] | None = None) -> str:
        """A new database whose tables point at the same metadata files: what is written there stays there."""
        self.copies += 1
        name = f"copy_{self.copies}"
        self.glue.create_database(DatabaseInput={"Name": name})
        for found in self._tables(source):
            if only is None or found["Name"] in only:
                self._create(name, found)
        return name

    def point(self, database: str, table: str, metadata_location: str) -> None:
        """Move a table's pointer, as restore, publish and roll back do."""
        found = self.glue.get_table(DatabaseName=database, Name=table)["Table"]
        kept = {key: found[key] for key in TABLE_INPUT if key in found}
        kept["Parameters"] = {**kept["Parameters"], "metadata_location": metadata_location}
        self.glue.update_table(DatabaseName=database, TableInput=kept)

    def pointer(self, database: str, table: str) -> str:
        """The metadata file a table points at."""
        found = self.glue.get_table(DatabaseName=database, Name=table)["Table"]
        return str(found["Parameters"]["metadata_location"])

    def snapshot(self, table: str, database: str = "seed") -> str:
        """The id of a table's current snapshot."""
        current = self.catalog.load_table((database, table)).current_snapshot()
        assert current is not None
        return str(current.snapshot_id)

    def exists(self, uri: str) -> bool:
        """Whether an object is in S3."""
        prefix = uri.removeprefix(f"s3://{BUCKET}/")
        return "Contents" in client(self.session, "s3").list_objects_v2(Bucket=BUCKET, Prefix=prefix)

    def put(self, uri: str, body: bytes) -> None:
        """Write an object."""
        client(self.session, "s3").put_object(
            Bucket=BUCKET, Key=uri.removeprefix(f"s3://{BUCKET}/"), Body=body
        )

    def _tables(self, database: str) -> list[dict[str, Any]]:
        pages = self.glue.get_paginator("get_tables").paginate(DatabaseName=database)
        return [entry for page in pages for entry in page["TableList"]]

    def copy_table(self, source: str, target: str, name: str) -> None:
        """A second pointer, in another database, to the history of a table."""
        self._create(target, self.glue.get_table(DatabaseName=source, Name=name)["Table"])

    def _create(self, database: str, found: dict[str, Any]) -> None:
        kept = {key: found[key] for key in TABLE_INPUT if key in found}
        self.glue.create_table(DatabaseName=database, TableInput=kept)

    def _names(self) -> list[str]:
        return sorted(entry["Name"] for entry in self._tables("seed"))

    def _is_iceberg(self, name: str) -> bool:
        found = self.glue.get_table(DatabaseName="seed", Name=name)["Table"]
        return str(found.get("Parameters", {}).get("table_type", "")).upper() == "ICEBERG"

    def _add_processed(self) -> None:
        for contract in contracts():
            for make in (processed_table, quarantined_rows_table):
                table = make(contract, f"s3://{BUCKET}/{make.__name__}/{contract.dataset}/")
                self.glue.create_table(DatabaseName="seed", TableInput=table)
                required = frozenset(column.name for column in contract.columns if column.required)
                for seed, run in enumerate(RUNS):
                    self._put_run(table, run, seed, required | PROVENANCE)

    def _put_run(self, table: dict[str, Any], run: str, seed: int, required: frozenset[str]) -> None:
        columns = [(entry["Name"], entry["Type"]) for entry in table["StorageDescriptor"]["Columns"]]
        buffer = io.BytesIO()
        pq.write_table(rows(columns, ROWS, seed, required, variety=1 if run == RUNS[-1] else KNOWN), buffer)
        key = table["StorageDescriptor"]["Location"].removeprefix(f"s3://{BUCKET}/")
        client(self.session, "s3").put_object(
            Bucket=BUCKET, Key=f"{key}run_id={run}/part.parquet", Body=buffer.getvalue()
        )

    def _append(self, name: str, seed: int) -> None:
        columns = self.glue.get_table(DatabaseName="seed", Name=name)["Table"]["StorageDescriptor"]["Columns"]
        found = rows([(e["Name"], e["Type"]) for e in columns], ROWS // 2, 100 + seed, variety=KNOWN)
        self.catalog.load_table(("seed", name)).append(found)

    def _delete_some(self, name: str, execute: Execute) -> None:
        """Leave delete files behind: readers must not show those rows."""
        columns = self.glue.get_table(DatabaseName="seed", Name=name)["Table"]["StorageDescriptor"]["Columns"]
        text = next(entry["Name"] for entry in columns if entry["Type"] == "string")
        execute(f"DELETE FROM {name} WHERE {text} >= 'M' AND length({text}) % 5 = 0")


def target_of(statement: Statement) -> str:
    """The table a statement changes."""
    words = [token.word for token in statement.tokens]
    at = next(i for i, word in enumerate(words) if word in ("INTO", "FROM", "UPDATE"))
    return statement.tokens[at + 1].text.lower()
