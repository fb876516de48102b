"""Hive tables of Parquet files on the embedded engine: partition projection, structs, missing columns.

https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html
"""

from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

DDL = """CREATE EXTERNAL TABLE {name} (order_id string, amount decimal(18,2), day date,
    reasons array<struct<rule:string,expected:string>>)
PARTITIONED BY (run_id string)
STORED AS PARQUET
LOCATION 's3://embedded/{name}/'
TBLPROPERTIES ('projection.enabled' = 'true', 'projection.run_id.type' = 'injected',
    'storage.location.template' = 's3://embedded/{name}/run_id=${{run_id}}/')"""


@pytest.fixture(scope="module")
def quarantine(athena):
    """Two runs of one row each; the first run's file lacks the column `reasons`."""
    athena.result(DDL.format(name="quarantine"))
    amount = pa.array([Decimal("150.00")], pa.decimal128(18, 2))
    day = pa.array([19000], pa.int32()).cast(pa.date32())
    old = pa.table({"order_id": ["o1"], "amount": amount, "day": day})
    kind = pa.list_(pa.struct([("rule", pa.string()), ("expected", pa.string())]))
    reasons = pa.array(
        [[{"rule": "date", "expected": "MM-DD-YY"}, {"rule": "amount", "expected": None}]], kind
    )
    put(athena, "s3://embedded/quarantine/run_id=r1/a.parquet", old)
    put(athena, "s3://embedded/quarantine/run_id=r2/b.parquet", old.append_column("reasons", reasons))
    put(athena, "s3://embedded/quarantine/run_id=r2/_hidden.parquet", old)
    return "quarantine"


def put(athena, uri, table):
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    athena.store.write(uri, sink.getvalue().to_pybytes())


def test_rows_of_the_runs_named_are_read_and_no_others(athena, quarantine):
    sql = "SELECT order_id, amount, day, run_id FROM quarantine WHERE run_id = 'r1'"
    assert athena.rows(sql) == [("o1", "150.00", "2022-01-08", "r1")]
    assert athena.rows("SELECT run_id FROM quarantine WHERE run_id IN ('r1', 'r2', 'r9') ORDER BY 1") == [
        ("r1",),
        ("r2",),
    ]
    assert athena.rows("SELECT count(*) FROM quarantine WHERE run_id = 'none'") == [("0",)]


@pytest.mark.parametrize(
    "condition", ["", "WHERE run_id > 'r1'", "WHERE run_id = 'r1' OR amount > 1", "WHERE run_id = order_id"]
)
def test_an_injected_partition_needs_an_equality_in_where(athena, quarantine, condition):
    assert athena.error(f"SELECT * FROM quarantine {condition}") == (
        "CONSTRAINT_VIOLATION: For the injected projected partition column run_id, the WHERE clause must contain "
        "only static equality conditions, and at least one such condition must be present."
    )


def test_the_condition_reaches_the_table_through_a_subquery(athena, quarantine):
    sql = "WITH q AS (SELECT * FROM quarantine) SELECT count(*) FROM q WHERE run_id = 'r2'"
    assert athena.rows(sql) == [("1",)]


def test_arrays_of_structs_unnest_into_columns(athena, quarantine):
    sql = """SELECT q.order_id, r.rule, r.expected FROM quarantine AS q
        CROSS JOIN UNNEST(q.reasons) AS r(rule, expected) WHERE q.run_id = 'r2' ORDER BY r.rule"""
    assert athena.rows(sql) == [("o1", "amount", None), ("o1", "date", "MM-DD-YY")]
    printed = "[{rule=date, expected=MM-DD-YY}, {rule=amount, expected=null}]"
    assert athena.rows("SELECT reasons FROM quarantine WHERE run_id = 'r2'") == [(printed,)]
    assert athena.rows("SELECT reasons[1].rule FROM quarantine WHERE run_id = 'r2'") == [("date",)]


def test_a_column_a_file_lacks_is_null(athena, quarantine):
    assert athena.rows("SELECT reasons FROM quarantine WHERE run_id = 'r1'") == [(None,)]


def test_the_path_of_a_row_is_its_file(athena, quarantine):
    sql = "SELECT \"$path\" FROM quarantine WHERE run_id = 'r1'"
    assert athena.rows(sql) == [("s3://embedded/quarantine/run_id=r1/a.parquet",)]


def test_rows_of_a_hive_table_cannot_be_changed(athena, quarantine):
    assert athena.error("DELETE FROM quarantine WHERE run_id = 'r1'").startswith("NOT_SUPPORTED: line 1:13")


def test_enumerated_and_integer_partitions_are_projected(athena):
    athena.result(
        """CREATE EXTERNAL TABLE logs (n bigint) PARTITIONED BY (zone string, hour int) STORED AS PARQUET
        LOCATION 's3://embedded/logs/' TBLPROPERTIES ('projection.enabled' = 'true',
        'projection.zone.type' = 'enum', 'projection.zone.values' = 'eu,us',
        'projection.hour.type' = 'integer', 'projection.hour.range' = '0,2', 'projection.hour.digits' = '2')"""
    )
    put(athena, "s3://embedded/logs/zone=eu/hour=01/x.parquet", pa.table({"n": [1]}))
    put(athena, "s3://embedded/logs/zone=us/hour=02/x.parquet", pa.table({"n": [2]}))
    put(athena, "s3://embedded/logs/zone=asia/hour=02/x.parquet", pa.table({"n": [3]}))
    assert athena.rows("SELECT n, zone, hour FROM logs ORDER BY n") == [("1", "eu", "1"), ("2", "us", "2")]
    assert athena.rows("SELECT n FROM logs WHERE zone = 'us' AND hour = 2") == [("2",)]


def test_tables_of_other_formats_are_refused(athena):
    athena.result("CREATE EXTERNAL TABLE texts (a string) LOCATION 's3://embedded/texts/'")
    assert athena.error("SELECT * FROM texts").startswith("NOT_SUPPORTED")


def test_show_and_describe_tell_what_is_there(athena, quarantine):
    assert ("quarantine",) in athena.rows("SHOW TABLES")
    assert ("db",) in athena.rows("SHOW DATABASES")
    described = [tuple(cell.strip() for cell in row[:2]) for row in athena.rows("DESCRIBE quarantine")]
    assert described[0] == ("order_id", "string")
    assert described[-1] == ("run_id", "string")
