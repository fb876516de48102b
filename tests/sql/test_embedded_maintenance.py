"""OPTIMIZE, VACUUM and ALTER TABLE on the embedded engine; what Trino makes of the same is in tests/conformance."""

import pytest

BIN_PACK = "REWRITE DATA USING BIN_PACK"


@pytest.fixture
def kept(athena):
    """Three commits of two months each."""
    athena.iceberg("kept", "id int, day date", "month(day)")
    for number in (1, 2, 3):
        athena.result(f"INSERT INTO kept VALUES ({number}, DATE '2022-01-31'), ({number}, DATE '2022-02-01')")
    yield "kept"
    athena.result("DROP TABLE kept")


def files(athena):
    return sorted(row[0] for row in athena.rows('SELECT record_count FROM "kept$files"'))


def snapshots(athena):
    return [row[0] for row in athena.rows('SELECT snapshot_id FROM "kept$snapshots" ORDER BY committed_at')]


def test_optimize_leaves_one_file_a_partition_and_then_has_nothing_to_do(athena, kept):
    athena.result(f"OPTIMIZE kept {BIN_PACK} WHERE day >= DATE '2022-02-01'")
    assert files(athena) == ["1", "1", "1", "3"]
    athena.result(f"OPTIMIZE db.kept {BIN_PACK}")
    assert files(athena) == ["3", "3"]
    before = snapshots(athena)
    athena.result(f"OPTIMIZE kept {BIN_PACK}")
    assert snapshots(athena) == before
    assert athena.rows("SELECT count(*), sum(id) FROM kept") == [("6", "12")]


def test_optimize_takes_whole_partitions_only(athena, kept):
    assert "Unexpected FilterNode" in athena.error(f"OPTIMIZE kept {BIN_PACK} WHERE day > DATE '2022-02-01'")
    assert "line 1:49" in athena.error(f"OPTIMIZE kept {BIN_PACK} WHERE nope = 1")


def test_vacuum_goes_by_the_age_and_number_the_table_says(athena, kept):
    old = snapshots(athena)
    athena.result("VACUUM kept")
    assert snapshots(athena) == old
    for name, value in (("vacuum_max_snapshot_age_seconds", 0), ("vacuum_min_snapshots_to_keep", 2)):
        athena.result(f"ALTER TABLE kept SET TBLPROPERTIES ('{name}' = '{value}')")
    athena.result("VACUUM kept")
    assert snapshots(athena) == old[1:]
    assert athena.error(f"SELECT * FROM kept FOR VERSION AS OF {old[0]}").startswith("INVALID_ARGUMENTS: ")
    assert athena.rows(f"SELECT count(*) FROM kept FOR VERSION AS OF {old[1]}") == [("4",)]


def test_vacuum_removes_what_no_snapshot_needs(athena, kept):
    athena.result("DELETE FROM kept WHERE id = 1")
    athena.store.write("s3://embedded/kept/data/left-behind.parquet", b"of a statement that failed")
    athena.result("ALTER TABLE kept SET TBLPROPERTIES ('vacuum_max_snapshot_age_seconds' = '0')")
    athena.result("VACUUM kept")
    assert len(athena.store.list("s3://embedded/kept/data/")) == 4
    lists = [uri for uri in athena.store.list("s3://embedded/kept/metadata/") if "/snap-" in uri]
    assert len(lists) == 1


def test_a_gone_file_is_a_failure_of_the_catalog_not_of_the_query(athena, kept):
    for uri in athena.store.list("s3://embedded/kept/data/"):
        athena.store.delete(uri)
    assert athena.error("SELECT sum(id) FROM kept").startswith("ICEBERG_CANNOT_OPEN_SPLIT: ")
    for uri in athena.store.list("s3://embedded/kept/metadata/snap-"):
        athena.store.delete(uri)
    assert athena.error("SELECT sum(id) FROM kept").startswith("ICEBERG_MISSING_METADATA: ")


def test_a_column_is_added_and_dropped(athena, kept):
    athena.result("ALTER TABLE kept ADD COLUMNS (note string COMMENT 'why', at timestamp)")
    columns = athena.store.table("db", "kept")["StorageDescriptor"]["Columns"]
    assert [(c["Name"], c["Type"], c.get("Comment")) for c in columns][2:] == [
        ("note", "string", "why"),
        ("at", "timestamp", None),
    ]
    assert athena.rows("SELECT note, at FROM kept WHERE id = 1") == [(None, None), (None, None)]
    athena.result("ALTER TABLE kept DROP COLUMN note")
    assert athena.rows("SELECT * FROM kept WHERE id = 1 ORDER BY day")[0] == ("1", "2022-01-31", None)


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("OPTIMIZE kept", "SYNTAX_ERROR: mismatched input. Expecting: REWRITE DATA USING BIN_PACK"),
        ("VACUUM nowhere", "TABLE_NOT_FOUND: "),
        ("ALTER TABLE kept ADD COLUMNS (ID int)", "COLUMN_ALREADY_EXISTS: Column 'id' already exists"),
        (
            "ALTER TABLE kept SET TBLPROPERTIES ('x' = '1')",
            "INVALID_TABLE_PROPERTY: Unsupported table property key: x",
        ),
        ("ALTER TABLE kept RENAME TO other", "NOT_SUPPORTED: "),
    ],
)
def test_what_athena_refuses_is_refused(athena, kept, sql, message):
    assert athena.error(sql).startswith(message)
