"""INSERT, DELETE, UPDATE, MERGE and snapshots of Iceberg tables on the embedded engine.

https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg.html
"""

import threading

import pytest

from local.athena import iceberg
from local.athena.engine import QueryFailed

TABLE = "id bigint, day date, name string, amount decimal(18,2)"
ROWS = "(1, DATE '2022-04-30', 'a', 1.50), (2, DATE '2022-05-01', 'b', 2), (3, DATE '2022-05-31', NULL, NULL)"
ALL = [("1", "2022-04-30", "a", "1.50"), ("2", "2022-05-01", "b", "2.00"), ("3", "2022-05-31", None, None)]


@pytest.fixture
def sales(athena):
    """A table of three rows in two months."""
    athena.iceberg("sales", TABLE, "month(day)")
    athena.result(f"INSERT INTO sales VALUES {ROWS}")
    yield "sales"
    athena.result("DROP TABLE sales")


def everything(athena, table="sales"):
    return athena.rows(f"SELECT * FROM {table} ORDER BY id")


def snapshots(athena):
    return [row[0] for row in athena.rows('SELECT snapshot_id FROM "sales$snapshots" ORDER BY committed_at')]


def data_files(athena, table="sales"):
    return {row[0] for row in athena.rows(f'SELECT file_path FROM "{table}$files"')}


def test_inserted_rows_come_back(athena, sales):
    assert everything(athena) == ALL
    result = athena.result("INSERT INTO sales (day, id) SELECT DATE '2022-06-01', 4")
    assert result.update_count == 1
    assert everything(athena)[-1] == ("4", "2022-06-01", None, None)


def test_one_file_is_written_per_partition_under_its_folder(athena, sales):
    folders = {path.rpartition("/")[0] for path in data_files(athena)}
    assert folders == {
        "s3://embedded/sales/data/day_month=2022-04",
        "s3://embedded/sales/data/day_month=2022-05",
    }


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ("(1, DATE '2022-01-01', 'a', 1.234)", "Query: [integer, date, varchar(1), decimal(4,3)]"),
        ("(1, '2022-01-01', 'a', 1)", "Table: [bigint, date, varchar, decimal(18,2)]"),
        ("(1, DATE '2022-01-01')", "TYPE_MISMATCH: line 1:13: Insert query has mismatched column types"),
    ],
)
def test_values_that_do_not_widen_to_the_column_are_refused(athena, sales, values, message):
    assert message in athena.error(f"INSERT INTO sales VALUES {values}")
    assert everything(athena) == ALL


def test_delete_leaves_files_without_such_rows_alone(athena, sales):
    before = data_files(athena)
    assert athena.result("DELETE FROM sales WHERE id = 2").update_count == 1
    assert everything(athena) == [ALL[0], ALL[2]]
    assert len(before & data_files(athena)) == 1


def test_delete_of_a_whole_month_only_drops_its_file(athena, sales):
    before = data_files(athena)
    athena.result("DELETE FROM sales WHERE day >= DATE '2022-05-01' AND day < DATE '2022-06-01'")
    assert data_files(athena) < before
    assert everything(athena) == ALL[:1]


def test_delete_of_whole_months_reads_nothing(athena, sales):
    whole = athena.result("DELETE FROM sales WHERE day >= DATE '2022-05-01' AND day < DATE '2022-07-01'")
    assert (whole.update_count, whole.scanned_bytes) == (2, 0)
    assert everything(athena) == ALL[:1]
    assert athena.result("DELETE FROM sales").update_count == 1


@pytest.mark.parametrize(
    ("condition", "left"),
    [
        ("day >= DATE '2022-05-02'", ALL[:2]),
        ("day >= DATE '2022-05-01' AND id = 2", [ALL[0], ALL[2]]),
        ("amount > 1.60", [ALL[0], ALL[2]]),
        ("day >= DATE '2022-05-01' AND amount = 2", [ALL[0], ALL[2]]),
        ("day >= DATE '2022-05-01' AND name IS NOT NULL", [ALL[0], ALL[2]]),
        ("day >= DATE '2022-05-01' OR id = 1", []),
        ("NOT day BETWEEN DATE '2022-05-01' AND DATE '2022-05-31'", ALL[1:]),
        ("day IN (DATE '2022-05-31', DATE '2022-05-01')", ALL[:1]),
        ("\"$path\" = 'elsewhere'", ALL),
    ],
)
def test_delete_takes_only_the_rows_of_its_condition(athena, sales, condition, left):
    athena.result(f"DELETE FROM sales WHERE {condition}")
    assert everything(athena) == left


def test_delete_of_nothing_makes_no_snapshot(athena, sales):
    before = snapshots(athena)
    assert athena.result("DELETE FROM sales WHERE id = 99").update_count == 0
    assert snapshots(athena) == before


def test_update_moves_a_row_to_its_new_partition(athena, sales):
    athena.result("UPDATE sales SET day = date_add('month', 1, day), name = 'z' WHERE id = 2")
    assert everything(athena)[1] == ("2", "2022-06-01", "z", "2.00")
    assert athena.rows("SELECT id FROM sales WHERE day >= DATE '2022-06-01'") == [("2",)]


MERGE = """MERGE INTO sales AS t USING (VALUES {values}) AS s(id, name, gone)
ON t.id = s.id
WHEN MATCHED AND s.gone THEN DELETE
WHEN MATCHED THEN UPDATE SET name = s.name, amount = CAST(t.amount * 2 AS decimal(18,2))
WHEN NOT MATCHED AND NOT s.gone THEN INSERT (id, day, name) VALUES (s.id, DATE '2022-04-01', s.name)"""


def test_merge_takes_the_first_clause_that_applies(athena, sales):
    values = "(1, 'new', false), (2, 'x', true), (8, 'eight', false), (9, 'nine', true)"
    assert athena.result(MERGE.format(values=values)).update_count == 3
    assert everything(athena) == [
        ("1", "2022-04-30", "new", "3.00"),
        ("3", "2022-05-31", None, None),
        ("8", "2022-04-01", "eight", None),
    ]


def test_merge_refuses_two_source_rows_for_one_target_row(athena, sales):
    message = athena.error(MERGE.format(values="(1, 'x', false), (1, 'y', false)"))
    assert message == (
        "MERGE_TARGET_ROW_MULTIPLE_MATCHES: One MERGE target table row matched more than one source row"
    )
    assert everything(athena) == ALL


def test_merge_into_an_empty_table_only_inserts(athena):
    athena.iceberg("fresh", TABLE)
    sql = MERGE.replace("sales", "fresh").format(values="(1, 'a', false), (2, 'b', true), (1, 'c', false)")
    assert athena.result(sql).update_count == 2
    assert athena.rows("SELECT id, name FROM fresh ORDER BY name") == [("1", "a"), ("1", "c")]
    athena.result("DROP TABLE fresh")


def test_merge_rewrites_only_the_files_it_touches(athena, sales):
    before = data_files(athena)
    athena.result(MERGE.format(values="(1, 'x', false)"))
    assert len(before & data_files(athena)) == 1


def test_an_old_snapshot_still_answers(athena, sales):
    first = snapshots(athena)[0]
    athena.result("DELETE FROM sales")
    assert everything(athena) == []
    assert athena.rows(f"SELECT count(*) FROM sales FOR VERSION AS OF {first}") == [("3",)]
    when = athena.rows('SELECT committed_at FROM "sales$snapshots" ORDER BY committed_at')[0][0]
    assert athena.rows(f"SELECT count(*) FROM sales FOR TIMESTAMP AS OF TIMESTAMP '{when}'") == [("3",)]
    assert athena.error("SELECT * FROM sales FOR VERSION AS OF 42").startswith("INVALID_ARGUMENTS")
    assert athena.error(
        "SELECT * FROM sales FOR TIMESTAMP AS OF TIMESTAMP '2001-01-01 00:00:00 UTC'"
    ).startswith("INVALID_ARGUMENTS: No version history table")


def test_two_databases_can_point_into_one_table_history(athena, sales):
    """Publishing is a pointer: what is committed through one is not seen through the other."""
    athena.store.glue("CreateDatabase", DatabaseInput={"Name": "published"})
    table = athena.store.table("db", "sales")
    fields = ("Name", "TableType", "Parameters", "StorageDescriptor", "PartitionKeys")
    athena.store.glue("CreateTable", DatabaseName="published", TableInput={k: table[k] for k in fields})
    athena.result("DELETE FROM sales WHERE id <> 1")
    athena.result("INSERT INTO sales VALUES (7, DATE '2022-04-30', 'x', 1)")
    assert everything(athena, "published.sales") == ALL
    # Restoring the pointer and committing again builds on the published state.
    published = athena.store.table("published", "sales")
    athena.store.glue("UpdateTable", DatabaseName="db", TableInput={k: published[k] for k in fields})
    athena.result("DELETE FROM sales WHERE id = 1")
    assert everything(athena) == ALL[1:]
    assert everything(athena, "published.sales") == ALL


def test_a_commit_against_a_moved_table_is_a_retryable_conflict(athena, sales):
    stale = iceberg.load(athena.store, "db", "sales")
    athena.result("DELETE FROM sales WHERE id = 1")
    from local.athena.duck.commits import commit

    removed = [task.file for task in stale.scan().plan_files()]
    with pytest.raises(QueryFailed) as failed:
        commit(stale, [], removed, only_adds=False)
    assert failed.value.message == "ICEBERG_COMMIT_ERROR: Failed to commit Iceberg update to table: db.sales"
    assert failed.value.retryable
    assert everything(athena) == ALL[1:]


def test_inserts_at_the_same_time_all_arrive(athena, sales):
    failures = []

    def insert(number):
        try:
            athena.result(f"INSERT INTO sales VALUES ({number}, DATE '2022-04-30', 'x', 1)")
        except QueryFailed as error:
            failures.append(error.message)

    threads = [threading.Thread(target=insert, args=(number,)) for number in range(100, 103)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert athena.rows("SELECT count(*) FROM sales WHERE id >= 100") == [("3",)]


def test_a_statement_writes_at_most_100_partitions(athena):
    athena.iceberg("long", "day date", "month(day)")
    months = "INSERT INTO long SELECT date_add('month', CAST(n AS bigint), DATE '2000-01-01') FROM "
    series = "UNNEST(sequence(0, {last})) AS s(n)"
    source = f"(SELECT n FROM (VALUES 1) AS o(x) CROSS JOIN {series}) AS numbers"
    message = athena.error(months + source.format(last=100))
    assert (
        message
        == "ICEBERG_TOO_MANY_OPEN_PARTITIONS: Exceeded limit of 100 open writers for partitions/buckets."
    )
    assert athena.rows("SELECT count(*) FROM long") == [("0",)]
    athena.result(months + source.format(last=99))
    assert athena.rows("SELECT count(*) FROM long") == [("100",)]
    athena.result("DROP TABLE long")


def test_partitions_left_out_are_not_read(athena, sales):
    whole = athena.result("SELECT name FROM sales").scanned_bytes
    month = athena.result("SELECT name FROM sales WHERE day < DATE '2022-05-01'").scanned_bytes
    assert 0 < month < whole + athena.result("SELECT day FROM sales").scanned_bytes
    assert athena.result("SELECT count(*) FROM sales").scanned_bytes == 0
    assert athena.result("SELECT name FROM sales WHERE day > DATE '2023-01-01'").scanned_bytes == 0


def test_a_condition_on_the_outer_query_leaves_no_file_of_it_out(athena, sales):
    inner = "SELECT 1 FROM (VALUES 1) AS v(x) WHERE sales.day = DATE '2022-04-30'"
    assert athena.rows(f"SELECT id FROM sales WHERE NOT EXISTS ({inner}) ORDER BY id") == [("2",), ("3",)]


def test_scanned_bytes_are_the_column_chunks_of_the_files(athena, sales):
    import pyarrow.parquet as pq

    expected = 0
    for uri in data_files(athena):
        metadata = pq.read_metadata(athena.store.path(uri))
        chunks = [metadata.row_group(0).column(i) for i in range(metadata.num_columns)]
        expected += sum(c.total_compressed_size for c in chunks if c.path_in_schema in ("name", "amount"))
    assert athena.result("SELECT name, sum(amount) FROM sales GROUP BY name").scanned_bytes == expected


def test_dropping_a_table_deletes_its_files(athena):
    athena.iceberg("gone", TABLE)
    athena.result(f"INSERT INTO gone VALUES {ROWS}")
    assert athena.store.list("s3://embedded/gone/")
    athena.result("DROP TABLE gone")
    assert athena.store.list("s3://embedded/gone/") == []
    assert athena.result("DROP TABLE IF EXISTS gone").statement_type == "DDL"
    assert athena.error("DROP TABLE gone").startswith("TABLE_NOT_FOUND")


@pytest.mark.parametrize(
    ("ddl", "message"),
    [
        ("CREATE TABLE t (a int) LOCATION 's3://embedded/t/'", "External keyword required"),
        ("CREATE TABLE t (a int) TBLPROPERTIES ('table_type' = 'ICEBERG')", "MISSING_LOCATION"),
        ("CREATE TABLE t (a int) LOCATION 's3://embedded/t/' TBLPROPERTIES ('table_type' = 'ICEBERG', 'x' = 'y')",
         "INVALID_TABLE_PROPERTY: Unsupported table property key: x"),
        ("CREATE TABLE t (a int) PARTITIONED BY (month(b)) LOCATION 's3://embedded/t/' "
         "TBLPROPERTIES ('table_type' = 'ICEBERG')", "COLUMN_NOT_FOUND"),
        ("CREATE TABLE nobase.t (a int) LOCATION 's3://embedded/t/' TBLPROPERTIES ('table_type' = 'ICEBERG')",
         "SCHEMA_NOT_FOUND"),
    ],
)  # fmt: skip
def test_a_table_athena_would_not_create_is_refused(athena, ddl, message):
    assert message in athena.error(ddl)


def test_column_comments_stand_in_the_catalog(athena):
    athena.iceberg("said", "a int COMMENT 'what it is', b string")
    columns = athena.store.table("db", "said")["StorageDescriptor"]["Columns"]
    assert [(c["Name"], c["Type"], c.get("Comment")) for c in columns] == [
        ("a", "int", "what it is"),
        ("b", "string", None),
    ]
    athena.result("DROP TABLE said")
