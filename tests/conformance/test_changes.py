"""Statements that change rows leave the same table on both engines, whichever engine reads it."""

from pathlib import Path

import pytest
import yaml

from local.athena.engine import QueryFailed, Result
from tests.conformance import odd
from tests.conformance.conftest import Runner
from tests.conformance.lake import BUCKET, Lake

STATEMENTS = yaml.safe_load(Path(__file__).with_name("changes.yaml").read_text(encoding="utf-8"))
COLUMNS = "id string, at timestamp, day date, amount decimal(18,2), landing_order string"
LATEST = """INSERT INTO {table} VALUES
('a', TIMESTAMP '2022-01-31 23:59:59.999999', DATE '2022-01-31', DECIMAL '1.00', 'f1'),
('b', TIMESTAMP '1969-12-31 23:59:59.000001', DATE '2022-02-01', DECIMAL '2.00', 'f2'), ('c', NULL, NULL, NULL, 'f1')"""
ARRIVED = """INSERT INTO s VALUES
('a', DATE '2022-01-31', DECIMAL '5.00', 'f3'), ('d', DATE '2022-03-01', NULL, 'f3'),
('b', DATE '2022-02-01', DECIMAL '7.00', 'f1'), (NULL, NULL, DECIMAL '9.00', 'f9')"""
TRANSFORMS = (
    "year(at)", "month(at)", "day(at)", "hour(at)", "at", "month(day)", "day(day)", "day", "id", "truncate(1, id)",
    "bucket(4, id)", "bucket(8, day)", "bucket(8, at)", "month(day), bucket(4, id)",
)  # fmt: skip
PRUNED = """SELECT id FROM p WHERE id = 'a' UNION ALL SELECT id FROM p WHERE day = DATE '2022-01-31'
UNION ALL SELECT id FROM p WHERE at = TIMESTAMP '2022-01-31 23:59:59.999999'"""


def create(execute: Runner, database: str, name: str, columns: str = COLUMNS, partition: str = "") -> None:
    by = f"PARTITIONED BY ({partition})" if partition else ""
    execute(
        f"CREATE TABLE {name} ({columns}) {by} LOCATION 's3://{BUCKET}/{database}/{name}/' "
        "TBLPROPERTIES ('table_type' = 'ICEBERG')",
        database,
    )


@pytest.fixture(scope="module")
def tables(lake: Lake, trino: Runner) -> str:
    """A database with `l` and `s`."""
    lake.glue.create_database(DatabaseInput={"Name": "changed"})
    create(trino, "changed", "l", partition="month(day)")
    create(trino, "changed", "s", "id string, day date, amount decimal(18,2), landing_order string")
    for sql in (LATEST.format(table="l"), ARRIVED):
        trino(sql, "changed")
    odd.make(lake, trino)
    return "changed"


@pytest.mark.parametrize("sql", STATEMENTS)
def test_both_engines_change_the_same_rows(
    sql: str, tables: str, lake: Lake, trino: Runner, duckdb: Runner
) -> None:
    after = []
    for runner in (trino, duckdb):
        database = lake.copy(tables)
        outcome = attempt(runner, sql, database)
        after.append((outcome, contents(trino, database), contents(duckdb, database)))
    assert after[0] == after[1]
    assert after[0][1] == after[0][2]


@pytest.mark.parametrize("partition", TRANSFORMS)
def test_both_engines_put_rows_into_the_same_partitions(
    partition: str, lake: Lake, trino: Runner, duckdb: Runner
) -> None:
    found = []
    for runner in (trino, duckdb):
        database = f"parts_{TRANSFORMS.index(partition)}_{runner.name}"
        lake.glue.create_database(DatabaseInput={"Name": database})
        create(runner, database, "p", partition=partition)
        runner(LATEST.format(table="p"), database)
        files = lake.catalog.load_table((database, "p")).inspect.files().to_pylist()
        found.append(sorted((str(file["partition"]), file["record_count"]) for file in files))
        for reader in (trino, duckdb):  # a wrong partition value hides the row from a reader who prunes
            for condition in (
                "id = 'a'",
                "day = DATE '2022-01-31'",
                "at = TIMESTAMP '2022-01-31 23:59:59.999999'",
            ):
                assert list(reader(f"SELECT id FROM p WHERE {condition}", database).rows) == [("a",)]
    assert found[0] == found[1]


def attempt(runner: Runner, sql: str, database: str) -> int | str | None:
    """How many rows a statement changed, or the name of its error."""
    try:
        return runner(sql, database).update_count
    except QueryFailed as failure:
        return failure.message.partition(":")[0]


def contents(runner: Runner, database: str) -> list[str]:
    found: Result = runner("SELECT * FROM l", database)
    return sorted(map(str, found.rows))
