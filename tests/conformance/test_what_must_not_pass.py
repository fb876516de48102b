"""A file that DuckDB likes and Athena does not fails the suite, and is told by file, line and reason."""

from pathlib import Path

import pytest

from tests.conformance.allowlist import faults
from tests.conformance.conftest import Runner
from tests.conformance.lake import Lake
from tests.conformance.statements import Statement, from_files
from tests.conformance.test_every_statement import invalid

HEAD = "-- Revenue per state. Grain: one state.\n"
ONLY_DUCKDB = [
    (
        "SELECT state,\n    SUM(revenue) AS r\nFROM rollup_sales_daily GROUP BY ALL",
        4,
        "SYNTAX_ERROR|COLUMN_NOT_FOUND|TYPE",
    ),
    ("SELECT * EXCLUDE (state)\nFROM rollup_sales_daily", 2, "no function exclude"),
    ("SELECT state\nFROM rollup_sales_daily\nWHERE sale_date = '2022-04-30'", 4, "TYPE_MISMATCH"),
    ("SELECT lines AS l\nFROM rollup_sales_daily\nWHERE l > 1", 4, "COLUMN_NOT_FOUND"),
    (
        "SELECT list_sum([1, 2]),\n    strftime(sale_date, '%Y')\nFROM rollup_sales_daily",
        2,
        "no function list_sum",
    ),
    (
        "SELECT state\nFROM rollup_sales_daily\nQUALIFY row_number() OVER (ORDER BY state) = 1",
        4,
        "SYNTAX_ERROR|no function",
    ),
    ("SELECT state,\n    revenue::varchar\nFROM rollup_sales_daily", 3, "SYNTAX_ERROR"),
    ("SELECT state\nFROM rollup_sales_daily\nORDER BY state LIMIT 2 OFFSET 1", 4, "SYNTAX_ERROR"),
]
ONLY_TRINO = [
    ("SELECT any_value(state)\nFROM rollup_sales_daily", 2, "no function any_value"),
    (
        "SELECT state,\n    dot_product(ARRAY[1e0], ARRAY[2e0])\nFROM rollup_sales_daily",
        3,
        "no function dot_product",
    ),
    ("TRUNCATE TABLE rollup_sales_daily", 2, "no statement TRUNCATE TABLE"),
    ("WITH RECURSIVE n (x) AS (SELECT 1)\nSELECT x FROM n", 2, "WITH RECURSIVE"),
]


def written(tmp_path: Path, sql: str) -> list[Statement]:
    """The statements that the walk finds in a folder with one new file."""
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "new.sql").write_text(HEAD + sql)
    return from_files(tmp_path)


def complaints(statement: Statement, trino: Runner) -> list[str]:
    """What the first two gates say."""
    of_trino = invalid(statement, trino)
    return [str(fault) for fault in faults(statement)] + ([of_trino] if of_trino else [])


@pytest.mark.parametrize(("sql", "line", "reason"), ONLY_DUCKDB, ids=[reason for *_, reason in ONLY_DUCKDB])
def test_a_construct_of_duckdb_is_refused_with_file_line_and_reason(
    sql: str, line: int, reason: str, tmp_path: Path, trino: Runner, lake: Lake
) -> None:
    (statement,) = written(tmp_path, sql)
    told = complaints(statement, trino)
    assert any(text.startswith(f"api/new.sql:{line}: ") for text in told), told
    assert any(name in text for text in told for name in reason.split("|")), told


@pytest.mark.parametrize(("sql", "line", "reason"), ONLY_TRINO, ids=[reason for *_, reason in ONLY_TRINO])
def test_what_trino_has_and_athena_lacks_is_refused_with_file_line_and_reason(
    sql: str, line: int, reason: str, tmp_path: Path
) -> None:
    (statement,) = written(tmp_path, sql)
    told = [str(fault) for fault in faults(statement)]
    assert [text for text in told if text.startswith(f"api/new.sql:{line}: ") and reason in text], told


def test_the_second_statement_of_a_file_is_told_by_its_own_line(tmp_path: Path) -> None:
    _, second = written(tmp_path, "SELECT 1;\n\n-- and then\nSELECT\n    any_value(2)")
    assert [fault.where for fault in faults(second)] == ["api/new.sql:6"]


def test_a_table_property_athena_lacks_is_refused(tmp_path: Path) -> None:
    sql = "CREATE TABLE t (a int)\nLOCATION 's3://x/'\nTBLPROPERTIES ('table_type' = 'ICEBERG',\n'commit.retry' = '3')"
    (statement,) = written(tmp_path, sql)
    assert [(f.where, f.reason.partition(" (")[0]) for f in faults(statement)] == [
        ("api/new.sql:5", "Athena has no table property commit.retry")
    ]
