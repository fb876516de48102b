"""Every SQL statement of the project: on Athena's list, valid in Trino, and the same on both engines."""

import re

import pytest

from local.athena.engine import QueryFailed
from saleslake.sql import pin
from tests.conformance.allowlist import faults
from tests.conformance.binding import bound
from tests.conformance.compare import differences
from tests.conformance.conftest import Runner
from tests.conformance.lake import RUNS, Lake, target_of
from tests.conformance.statements import Statement, composed, files, from_files

STATEMENTS = [*from_files(), *composed()]
QUERIES = [statement for statement in STATEMENTS if statement.kind == "query"]
CHANGES = [statement for statement in STATEMENTS if statement.kind == "change"]
TABLES = [statement for statement in STATEMENTS if statement.kind == "table"]


def named(statements: list[Statement]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("statement", statements, ids=[statement.name for statement in statements])


def test_the_walk_finds_every_sql_file() -> None:
    assert len({statement.source for statement in from_files()}) == len(files()) > 10


@named(STATEMENTS)
def test_a_statement_uses_only_what_athena_documents(statement: Statement) -> None:
    assert [str(fault) for fault in faults(statement)] == []


@named([*QUERIES, *CHANGES])
def test_trino_finds_a_statement_valid(statement: Statement, trino: Runner, lake: Lake) -> None:
    assert invalid(statement, trino) is None


@named(QUERIES)
def test_both_engines_answer_a_query_alike(
    statement: Statement, trino: Runner, duckdb: Runner, lake: Lake
) -> None:
    sql = bound(statement, "seed", RUNS[1])
    expected = trino(sql)
    assert differences(sql, expected, duckdb(sql)) == []


@named([statement for statement in QUERIES if statement.source.startswith("sql/api/")])
def test_both_engines_answer_a_query_of_a_release_alike(
    statement: Statement, trino: Runner, duckdb: Runner, lake: Lake
) -> None:
    snapshots = {table: lake.snapshot(table) for table in lake.tables}
    sql = pin(bound(statement, "seed", RUNS[1]), snapshots)
    assert "FOR VERSION AS OF" in sql
    expected = trino(sql)
    assert expected.rows
    assert differences(sql, expected, duckdb(sql)) == []


@named(CHANGES)
def test_both_engines_leave_a_table_alike(
    statement: Statement, trino: Runner, duckdb: Runner, lake: Lake
) -> None:
    target, sql = target_of(statement), bound(statement, "seed", RUNS[1])
    mentioned = {token.text.lower() for token in statement.tokens}
    after, counts = {}, {}
    for runner in (trino, duckdb):
        database = lake.copy(only=mentioned)
        counts[runner.name] = runner(sql, database).update_count
        after[runner.name] = database
    everything = f"SELECT * FROM {target}"
    of_trino = trino(everything, after["trino"])
    assert differences(everything, of_trino, trino(everything, after["duckdb"])) == []
    assert differences(everything, of_trino, duckdb(everything, after["trino"])) == []
    assert counts["trino"] == counts["duckdb"]
    assert counts["trino"], "the statement changed nothing: the generated rows do not reach it"


@named(TABLES)
def test_both_engines_create_a_table_alike(
    statement: Statement, trino: Runner, duckdb: Runner, lake: Lake
) -> None:
    made = []
    for runner in (trino, duckdb):
        database = f"created_by_{runner.name}"
        if database not in {entry["Name"] for entry in lake.glue.get_databases()["DatabaseList"]}:
            lake.glue.create_database(DatabaseInput={"Name": database})
        runner(bound(statement, database, RUNS[0]), database)
        table = lake.catalog.load_table((database, statement.tokens[2].text.lower()))
        made.append((table.schema().as_struct(), table.spec().fields, table.metadata.format_version))
    assert made[0] == made[1]


def invalid(statement: Statement, trino: Runner) -> str | None:
    """What Trino says against a statement, with the line of its file; None when it is valid."""
    try:
        trino("EXPLAIN (TYPE VALIDATE)\n" + bound(statement, "seed", RUNS[0]))
    except QueryFailed as failure:
        found = re.search(r"line (\d+):", failure.message)
        return f"{statement.at(int(found[1]) - 1 if found else 1)}: {failure.message}"
    return None
