"""OPTIMIZE, VACUUM and ALTER TABLE do the same on both engines, also to the other pointer into a table's history."""

import time
from dataclasses import dataclass

import pytest

from local.athena.engine import QueryFailed
from saleslake.contracts.glue import processed_table
from saleslake.contracts.loader import load_contract
from tests.conformance.conftest import Runner
from tests.conformance.lake import BUCKET, Lake

ENGINES = pytest.mark.parametrize("name", ["trino", "duckdb"])
BIN_PACK = "REWRITE DATA USING BIN_PACK"
KEPT = [("6", "12")]  # rows and their sum while nothing was deleted


@dataclass
class Maintained:
    """A table filled by three statements, once more published after them, then one row deleted."""

    runner: Runner
    lake: Lake
    build: str

    @property
    def published(self) -> str:
        return f"{self.build}_published"

    def __call__(self, sql: str, database: str | None = None) -> list[tuple[str | None, ...]]:
        return list(self.runner(sql, database or self.build).rows)

    def error(self, sql: str, database: str | None = None) -> str:
        with pytest.raises(QueryFailed) as failure:
            self(sql, database)
        return failure.value.message

    def count(self, at: str = "", database: str | None = None) -> list[tuple[str | None, ...]]:
        version = f" FOR VERSION AS OF {at}" if at else ""
        return self(f"SELECT count(*), sum(id) FROM kept{version}", database)

    def files(self) -> list[int]:
        table = self.lake.catalog.load_table((self.build, "kept"))
        return sorted(task.file.record_count for task in table.scan().plan_files())

    def settle(self, **properties: int) -> None:
        listed = ", ".join(f"'vacuum_{name}' = '{value}'" for name, value in properties.items())
        self(f"ALTER TABLE kept SET TBLPROPERTIES ({listed})")
        time.sleep(1)  # S3 tells times in seconds, and an age of 0 means older than now


@pytest.fixture
def kept(name: str, lake: Lake, duckdb: Runner, request: pytest.FixtureRequest) -> Maintained:
    test = request.node.name.partition("[")[0].removeprefix("test_")
    found = Maintained(request.getfixturevalue(name), lake, f"{test[:40]}_{name}")
    for database in (found.build, found.published):
        lake.glue.create_database(DatabaseInput={"Name": database})
    duckdb(
        f"CREATE TABLE kept (id int, day date) PARTITIONED BY (month(day)) LOCATION 's3://{BUCKET}/{found.build}/' "
        "TBLPROPERTIES ('table_type' = 'ICEBERG')",
        found.build,
    )
    for id in (1, 2, 3):
        duckdb(f"INSERT INTO kept VALUES ({id}, DATE '2022-01-31'), ({id}, DATE '2022-02-01')", found.build)
    lake.copy_table(found.build, found.published, "kept")
    return found


@ENGINES
def test_optimize_packs_whole_partitions(kept: Maintained) -> None:
    kept("DELETE FROM kept WHERE id = 1")
    assert "Unexpected FilterNode" in kept.error(f"OPTIMIZE kept {BIN_PACK} WHERE day >= DATE '2022-02-02'")
    assert "COLUMN_NOT_FOUND: line 1:49" in kept.error(f"OPTIMIZE kept {BIN_PACK} WHERE nope = 1")
    kept(f"OPTIMIZE kept {BIN_PACK} WHERE day >= DATE '2022-02-01'")
    assert len(kept.files()) > 2
    kept(f"OPTIMIZE {kept.build}.kept {BIN_PACK}")
    assert kept.files() == [2, 2]
    before = kept.lake.snapshot("kept", kept.build)
    kept(f"OPTIMIZE kept {BIN_PACK}")
    assert kept.lake.snapshot("kept", kept.build) == before
    assert kept.count() == [("4", "10")]
    assert kept.count(database=kept.published) == KEPT


@ENGINES
def test_vacuum_keeps_what_the_age_allows(kept: Maintained) -> None:
    released = kept.lake.snapshot("kept", kept.published)
    kept("DELETE FROM kept WHERE id = 1")
    kept.settle(max_snapshot_age_seconds=3600)
    kept("VACUUM kept")
    assert kept.count(released) == kept.count(released, kept.published) == KEPT
    assert kept.count(database=kept.published) == KEPT


@ENGINES
def test_vacuum_takes_from_the_other_pointer_what_is_too_old(kept: Maintained) -> None:
    released, pointer = kept.lake.snapshot("kept", kept.published), kept.lake.pointer(kept.published, "kept")
    kept("DELETE FROM kept WHERE id = 1")
    kept.settle(max_snapshot_age_seconds=0, min_snapshots_to_keep=1)
    kept(f"VACUUM {kept.build}.kept")
    assert kept.error(f"SELECT 1 FROM kept FOR VERSION AS OF {released}") == (
        f"INVALID_ARGUMENTS: Iceberg snapshot ID does not exists: {released}"
    )
    assert kept.error("SELECT * FROM kept", kept.published).startswith("ICEBERG_MISSING_METADATA: ")
    assert kept.count() == [("4", "10")]
    assert kept.lake.exists(pointer), "metadata files that the log still names stay"


@ENGINES
def test_vacuum_keeps_as_many_snapshots_as_asked(kept: Maintained) -> None:
    released = kept.lake.snapshot("kept", kept.published)
    kept("DELETE FROM kept WHERE id = 1")
    kept.settle(max_snapshot_age_seconds=0, min_snapshots_to_keep=2)
    kept("VACUUM kept")
    assert len(kept('SELECT 1 FROM "kept$snapshots"')) == 2
    assert kept.count(released) == kept.count(database=kept.published) == KEPT


@ENGINES
def test_vacuum_removes_files_of_no_snapshot_once_they_are_old(kept: Maintained) -> None:
    orphan = f"s3://{BUCKET}/{kept.build}/data/left-behind.parquet"
    kept.lake.put(orphan, b"of a statement that failed")
    kept("VACUUM kept")
    assert kept.lake.exists(orphan)
    kept.settle(max_snapshot_age_seconds=0)
    kept("VACUUM kept")
    assert not kept.lake.exists(orphan)
    assert kept.count() == KEPT


@ENGINES
def test_columns_are_added_and_old_snapshots_keep_their_own(kept: Maintained) -> None:
    released = kept.lake.snapshot("kept", kept.published)
    kept(
        "ALTER TABLE kept ADD COLUMNS (note string COMMENT 'what''s said', seen timestamp, share decimal(5,4))"
    )
    kept("INSERT INTO kept (id, seen) VALUES (9, TIMESTAMP '2022-01-31 10:00:00.123456')")
    assert kept("SELECT * FROM kept WHERE id IN (1, 9) ORDER BY id, day") == [
        ("1", "2022-01-31", None, None, None),
        ("1", "2022-02-01", None, None, None),
        ("9", None, None, "2022-01-31 10:00:00.123456", None),
    ]
    assert len(kept(f"SELECT * FROM kept FOR VERSION AS OF {released}")[0]) == 2
    assert kept.error("ALTER TABLE kept ADD COLUMNS (id int)").startswith("COLUMN_ALREADY_EXISTS: ")
    kept("ALTER TABLE kept DROP COLUMN note")
    assert len(kept("SELECT * FROM kept")[0]) == 4


@ENGINES
def test_a_table_of_parquet_files_gets_a_column_and_keeps_its_projection(kept: Maintained) -> None:
    location = f"s3://{BUCKET}/plain-{kept.build}/"
    definition = processed_table(load_contract("reviews"), location)
    storage = definition["StorageDescriptor"] | {"Columns": [{"Name": "id", "Type": "int"}]}
    plain = definition | {"Name": "plain", "StorageDescriptor": storage}
    kept.lake.glue.create_table(DatabaseName=kept.build, TableInput=plain)
    before = kept.lake.glue.get_table(DatabaseName=kept.build, Name="plain")["Table"]
    kept("ALTER TABLE plain ADD COLUMNS (badge string)")
    after = kept.lake.glue.get_table(DatabaseName=kept.build, Name="plain")["Table"]
    assert [column["Name"] for column in after["StorageDescriptor"]["Columns"]] == ["id", "badge"]
    assert [key["Name"] for key in after["PartitionKeys"]] == ["run_id"]
    projection = {name: value for name, value in before["Parameters"].items() if "." in name}
    assert projection.items() <= after["Parameters"].items()
    assert kept("SELECT badge FROM plain WHERE run_id = 'r1'") == []
    assert kept.error("ALTER TABLE plain ADD COLUMNS (id int)").startswith("COLUMN_ALREADY_EXISTS: ")


@ENGINES
@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("OPTIMIZE kept", "SYNTAX_ERROR: mismatched input. Expecting: REWRITE DATA USING BIN_PACK"),
        (
            "ALTER TABLE fact_sales SET TBLPROPERTIES ('x' = '1')",
            "INVALID_TABLE_PROPERTY: Unsupported table property key: x",
        ),
        ("VACUUM nowhere", "TABLE_NOT_FOUND: "),
    ],
)
def test_what_athena_refuses_is_refused(
    sql: str, message: str, name: str, lake: Lake, request: pytest.FixtureRequest
) -> None:
    runner: Runner = request.getfixturevalue(name)
    with pytest.raises(QueryFailed) as failure:
        runner(sql)
    assert failure.value.message.startswith(message)
