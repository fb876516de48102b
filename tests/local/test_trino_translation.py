"""Athena's DDL in Trino's words: no Java needed."""

import pytest

from local.athena.engine import QueryFailed
from local.athena.trino.translate import translate

ICEBERG = """CREATE TABLE IF NOT EXISTS db.t (
    id int COMMENT 'The key', name string, tags array<string>, at timestamp, price decimal(18,2)
)
PARTITIONED BY (month(at), bucket(16, id), name)
LOCATION 's3://lake/t/'
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet', 'vacuum_max_snapshot_age_seconds' = '60')"""


def one(sql: str) -> str:
    (statement,) = translate(sql, lambda table: {})
    return " ".join(statement.sql.split())


def test_a_table_with_transforms_and_properties() -> None:
    assert one(ICEBERG) == (
        'CREATE TABLE IF NOT EXISTS "db"."t" ( "id" INTEGER COMMENT \'The key\', "name" VARCHAR, '
        '"tags" ARRAY(VARCHAR), "at" TIMESTAMP(6), "price" DECIMAL(18, 2) ) WITH (location = \'s3://lake/t/\', '
        "format = 'PARQUET', extra_properties = MAP(ARRAY['vacuum_max_snapshot_age_seconds'], ARRAY['60']), "
        "partitioning = ARRAY['month(at)', 'bucket(id, 16)', 'name'])"
    )


@pytest.mark.parametrize(
    ("athena", "trino"),
    [
        ("SELECT 1 -- one\n;", "SELECT 1"),
        (
            "MERGE INTO t USING s ON a = b WHEN MATCHED THEN DELETE",
            "MERGE INTO t USING s ON a = b WHEN MATCHED THEN DELETE",
        ),
        (
            "OPTIMIZE db.t REWRITE DATA USING BIN_PACK WHERE x = 'a;b'",
            'ALTER TABLE "db"."t" EXECUTE optimize WHERE x = \'a;b\'',
        ),
        ("ALTER TABLE t ADD COLUMNS (a bigint)", 'ALTER TABLE "t" ADD COLUMN "a" BIGINT'),
        ("ALTER TABLE t DROP COLUMN a", 'ALTER TABLE "t" DROP COLUMN "a"'),
        ("ALTER TABLE t CHANGE COLUMN a a bigint", 'ALTER TABLE "t" ALTER COLUMN "a" SET DATA TYPE BIGINT'),
        ("DROP TABLE IF EXISTS `t`", 'DROP TABLE IF EXISTS "t"'),
        ("SHOW DATABASES", "SHOW SCHEMAS"),
        ("CREATE OR REPLACE VIEW v AS SELECT 1 AS a", "CREATE OR REPLACE VIEW v AS SELECT 1 AS a"),
    ],
)
def test_a_statement_in_trinos_words(athena: str, trino: str) -> None:
    assert one(athena) == trino


def test_create_table_as_keeps_the_query_and_where_its_errors_are() -> None:
    sql = "CREATE TABLE t WITH (table_type = 'ICEBERG', location = 's3://x/', is_external = false) AS SELECT nope"
    (statement,) = translate(sql, lambda table: {})
    assert statement.sql == "CREATE TABLE \"t\" WITH (location = 's3://x/') AS SELECT nope"
    assert statement.sql.index("nope") - statement.added == sql.index("nope")


def test_vacuum_expires_by_the_age_in_the_tables_properties() -> None:
    held = {'"db"."t$properties"': {"vacuum_max_snapshot_age_seconds": "7"}}
    assert [statement.sql for statement in translate("VACUUM db.t", held.__getitem__)] == [
        'ALTER TABLE "db"."t" EXECUTE expire_snapshots(retention_threshold => \'7s\')',
        'ALTER TABLE "db"."t" EXECUTE remove_orphan_files(retention_threshold => \'7s\')',
    ]


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        (
            "CREATE TABLE t (a int) LOCATION 's3://x/' TBLPROPERTIES ('table_type' = 'ICEBERG', 'x' = '1')",
            "property key: x",
        ),
        ("CREATE TABLE t (a int) LOCATION 's3://x/'", "NOT_SUPPORTED"),
        ("CREATE TABLE t (a int) TBLPROPERTIES ('table_type' = 'ICEBERG')", "LOCATION"),
        ("UNLOAD (SELECT 1) TO 's3://x/' WITH (format = 'PARQUET')", "NOT_SUPPORTED: UNLOAD"),
        ("CREATE", "SYNTAX_ERROR|NOT_SUPPORTED"),
        ("", "NOT_SUPPORTED"),
    ],
)
def test_what_is_not_known_is_refused_with_a_reason(sql: str, reason: str) -> None:
    with pytest.raises(QueryFailed, match=reason):
        translate(sql, lambda table: {})
