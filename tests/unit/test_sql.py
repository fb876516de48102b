"""Values get into SQL as exact literals, and only where a value belongs."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleslake import sql
from saleslake.errors import UnknownTable


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Maharashtra", "'Maharashtra'"),
        ("O'Brien; DROP TABLE x --", "'O''Brien; DROP TABLE x --'"),
        (7, "7"),
        (True, "true"),
        (Decimal("1234.50"), "DECIMAL '1234.50'"),
        (Decimal("1E+3"), "DECIMAL '1000'"),
        (date(2022, 4, 30), "DATE '2022-04-30'"),
    ],
)
def test_a_value_becomes_its_exact_literal(value, text):
    assert sql.literal(value) == text


def test_a_float_has_no_exact_literal():
    with pytest.raises(TypeError, match="float"):
        sql.literal(0.1)


@given(st.text())
def test_a_quoted_string_reads_back_as_itself(text):
    quoted = sql.literal(text)
    assert quoted[0] == quoted[-1] == "'"
    assert quoted[1:-1].replace("''", "'") == text
    assert "'" not in quoted[1:-1].replace("''", "")


def test_question_marks_in_strings_and_comments_are_not_places():
    statement = "SELECT '?' AS a, \"b?\" -- why?\nFROM t /* ? */ WHERE c = ? AND d = ?"
    assert sql.render(statement, ["x?", 2]) == (
        "SELECT '?' AS a, \"b?\" -- why?\nFROM t /* ? */ WHERE c = 'x?' AND d = 2"
    )


@pytest.mark.parametrize("values", [[], [1], [1, 2, 3]])
def test_too_few_or_too_many_values_are_refused(values):
    with pytest.raises(ValueError, match=r"too (few|many)"):
        sql.render("SELECT ? WHERE a = ?", values)


def test_a_file_with_two_statements_is_read_as_two():
    delete, insert = sql.read("rollups/rollup_sales_daily")
    assert "DELETE FROM rollup_sales_daily" in delete
    assert "INSERT INTO rollup_sales_daily" in insert


def test_pinning_names_the_snapshot_of_every_table_read():
    statement = "SELECT a.x FROM fact_sales AS a JOIN dim_geography ON a.g = dim_geography.g -- FROM here"
    assert sql.pin(statement, {"fact_sales": "9007199254740993", "dim_geography": "12"}) == (
        "SELECT a.x FROM fact_sales FOR VERSION AS OF 9007199254740993 AS a "
        "JOIN dim_geography FOR VERSION AS OF 12 ON a.g = dim_geography.g -- FROM here"
    )


def test_pinning_leaves_a_query_s_own_ctes_alone():
    statement = "WITH totals AS (SELECT 1 FROM fact_sales) SELECT * FROM totals"
    assert sql.pin(statement, {"fact_sales": "1"}) == (
        "WITH totals AS (SELECT 1 FROM fact_sales FOR VERSION AS OF 1) SELECT * FROM totals"
    )


def test_a_table_outside_the_release_is_refused():
    with pytest.raises(UnknownTable, match="secrets is not a table of this release"):
        sql.pin("SELECT * FROM secrets", {"fact_sales": "1"})


def test_a_snapshot_that_is_no_number_never_gets_into_sql():
    with pytest.raises(ValueError, match="invalid literal"):
        sql.pin("SELECT * FROM fact_sales", {"fact_sales": "1; DROP"})


def test_a_table_never_written_to_has_nothing_to_pin():
    assert sql.pin("SELECT * FROM fact_sales", {"fact_sales": None}) == "SELECT * FROM fact_sales"
