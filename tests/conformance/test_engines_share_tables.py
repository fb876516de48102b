"""What one engine writes the other reads and goes on with, through restore, publish and rollback."""

from collections.abc import Callable

import pytest

from tests.conformance.conftest import Runner
from tests.conformance.lake import Lake

BOTH_WAYS = pytest.mark.parametrize(("first", "second"), [("trino", "duckdb"), ("duckdb", "trino")])
TABLE = """CREATE TABLE shared (id int, name string, amount decimal(18,2), day date)
PARTITIONED BY (month(day)) LOCATION 's3://lake/{database}/shared/' TBLPROPERTIES ('table_type' = 'ICEBERG')"""
ROWS = """INSERT INTO shared VALUES
(1, 'one', DECIMAL '1.00', DATE '2022-04-30'), (2, 'two', DECIMAL '2.00', DATE '2022-05-01'),
(3, NULL, NULL, DATE '2022-05-31')"""
MERGE = """MERGE INTO shared USING (VALUES (2, DECIMAL '2.50'), (4, DECIMAL '4.00')) AS s (id, amount)
ON shared.id = s.id
WHEN MATCHED THEN UPDATE SET amount = s.amount
WHEN NOT MATCHED THEN INSERT (id, name, amount, day) VALUES (s.id, 'new', s.amount, DATE '2022-06-01')"""
ALL = "SELECT id, name, amount, day FROM shared ORDER BY id"


@pytest.fixture
def engines(trino: Runner, duckdb: Runner) -> dict[str, Runner]:
    return {"trino": trino, "duckdb": duckdb}


@pytest.fixture
def database(lake: Lake, request: pytest.FixtureRequest) -> str:
    """An empty database of the test's own."""
    name = f"shared_{abs(hash(request.node.name)) % 10**8}"
    lake.glue.create_database(DatabaseInput={"Name": name})
    return name


def contents(runner: Runner, database: str, sql: str = ALL) -> list[tuple[str | None, ...]]:
    return list(runner(sql, database).rows)


@BOTH_WAYS
def test_one_engine_creates_and_fills_what_the_other_merges_into(
    first: str, second: str, engines: dict[str, Runner], database: str
) -> None:
    one, other = engines[first], engines[second]
    one(TABLE.format(database=database), database)
    assert one(ROWS, database).update_count == 3
    assert other(MERGE, database).update_count == 2
    assert one("DELETE FROM shared WHERE day = DATE '2022-05-31'", database).update_count == 1
    assert one("UPDATE shared SET name = 'uno' WHERE id = 1", database).update_count == 1
    expected = [
        ("1", "uno", "1.00", "2022-04-30"),
        ("2", "two", "2.50", "2022-05-01"),
        ("4", "new", "4.00", "2022-06-01"),
    ]
    assert contents(one, database) == contents(other, database) == expected


@BOTH_WAYS
def test_the_old_snapshot_still_answers_after_the_other_engine_wrote(
    first: str, second: str, engines: dict[str, Runner], database: str, lake: Lake
) -> None:
    one, other = engines[first], engines[second]
    one(TABLE.format(database=database), database)
    one(ROWS, database)
    before = lake.snapshot("shared", database)
    other(MERGE, database)
    pinned = f"SELECT count(*), sum(amount) FROM shared FOR VERSION AS OF {before}"
    assert contents(one, database, pinned) == contents(other, database, pinned) == [("3", "3.00")]


@BOTH_WAYS
def test_a_published_table_changes_only_when_its_pointer_moves(
    first: str, second: str, engines: dict[str, Runner], database: str, lake: Lake
) -> None:
    build, reader = engines[first], engines[second]
    build(TABLE.format(database=database), database)
    build(ROWS, database)
    published = f"{database}_published"
    lake.glue.create_database(DatabaseInput={"Name": published})
    lake.copy_table(database, published, "shared")
    count: Callable[[Runner], list[tuple[str | None, ...]]] = lambda runner: contents(  # noqa: E731
        runner, published, "SELECT count(*), sum(amount) FROM shared"
    )
    old = lake.pointer(published, "shared")
    build(MERGE, database)
    assert count(build) == count(reader) == [("3", "3.00")]
    lake.point(published, "shared", lake.pointer(database, "shared"))
    assert count(build) == count(reader) == [("4", "7.50")]
    lake.point(published, "shared", old)
    assert count(build) == count(reader) == [("3", "3.00")]


@BOTH_WAYS
def test_after_a_restore_the_next_write_builds_on_what_was_published(
    first: str, second: str, engines: dict[str, Runner], database: str, lake: Lake
) -> None:
    failed, next_run = engines[first], engines[second]
    next_run(TABLE.format(database=database), database)
    next_run(ROWS, database)
    published = lake.pointer(database, "shared")
    failed("DELETE FROM shared WHERE id < 3", database)
    lake.point(database, "shared", published)
    next_run(MERGE, database)
    expected = [("1", "1.00"), ("2", "2.50"), ("3", None), ("4", "4.00")]
    sql = "SELECT id, amount FROM shared ORDER BY id"
    assert contents(failed, database, sql) == contents(next_run, database, sql) == expected


def test_a_view_of_one_engine_answers_in_the_other(engines: dict[str, Runner], database: str) -> None:
    trino, duckdb = engines["trino"], engines["duckdb"]
    trino(TABLE.format(database=database), database)
    trino(ROWS, database)
    for runner in (trino, duckdb):
        view = f"by_month_{runner.name}"
        runner(
            f"CREATE VIEW {view} AS SELECT month(day) AS month, sum(amount) AS total FROM shared GROUP BY 1",
            database,
        )
        sql = f"SELECT month, total FROM {view} ORDER BY month"
        assert (
            contents(trino, database, sql)
            == contents(duckdb, database, sql)
            == [("4", "1.00"), ("5", "2.00")]
        )


def test_a_write_of_over_a_hundred_partitions_fails_on_both(
    engines: dict[str, Runner], database: str
) -> None:
    engines["trino"](TABLE.format(database=database), database)
    rows = ", ".join(
        f"({n}, 'x', DECIMAL '1.00', DATE '{1950 + n // 12}-{n % 12 + 1:02d}-01')" for n in range(101)
    )
    for runner in engines.values():
        with pytest.raises(
            Exception, match="ICEBERG_TOO_MANY_OPEN_PARTITIONS: Exceeded limit of 100 open writers"
        ):
            runner(f"INSERT INTO shared VALUES {rows}", database)
