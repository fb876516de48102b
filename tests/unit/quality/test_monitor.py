"""A table is checked by what its contract promises, as far as it has the columns for it; else it is said why not."""

from types import SimpleNamespace

import pytest

from saleslake.contracts.loader import load_contract
from saleslake.contracts.model import PROVENANCE
from saleslake.quality.monitor import check_all, duplicates_statement, subjects, unchecked


@pytest.fixture
def look(published):
    """What the checks of tables say, and what could not be checked, of a release that has these datasets' files."""

    def looked(*tables, names=(), delivered=("web_orders",)):
        files = {name: SimpleNamespace(dataset=name) for name in delivered}
        there = {"web_orders_latest", "customers_latest", "dim_date"}
        wanted = subjects(SimpleNamespace(files=files, tables=dict.fromkeys(there)), published, tables)
        findings = check_all(wanted, names)
        why = [(subject.table, name, why) for subject, name, why in unchecked(wanted, findings, names)]
        return [(finding.table, finding.check, finding.detail) for finding in findings], why

    wanted = [*load_contract("web_orders").columns, *PROVENANCE]
    as_iceberg = {column.name: column.physical_type.replace(",", ", ") for column in wanted}
    published.tables["web_orders_latest"] = as_iceberg | {"line_number": "long"}
    return looked


@pytest.mark.parametrize(
    ("rows", "repeats"),
    [
        ("('a|', 'b'), ('a', '|b')", 0),
        ("('a', NULL), ('a', '')", 0),
        ("('a', NULL), ('a', NULL), ('a', 'b'), ('a', 'b'), ('a', 'b')", 3),
        ("", 0),
    ],
)
def test_a_key_is_repeated_where_all_its_columns_are_alike(published, rows, repeats):
    published.connection.execute("CREATE TABLE t (a VARCHAR, b VARCHAR)")
    if rows:
        published.connection.execute(f"INSERT INTO t VALUES {rows}")
    (row,) = published.query(duplicates_statement("t", ["a", "b"]), database="").dicts()
    assert row == {"found": repeats}


def test_a_dataset_that_nobody_delivers_is_not_checked_which_is_said(look):
    assert look("customers") == ([], [("customers_latest", "", "nothing was delivered yet")])


def test_of_a_table_without_a_contract_only_rows_are_counted(look):
    why = "no contract says what it should hold"
    assert look("dim_date", names=["nulls"]) == ([], [("dim_date", "nulls", why)])


def test_a_table_and_a_check_named_twice_are_checked_once(look, published):
    published.connection.execute("CREATE TABLE web_orders_latest (order_id VARCHAR)")
    twice = ["row_count", "row_count"]
    found = look("web_orders", "web_orders_latest", names=twice)
    assert found == ([("web_orders_latest", "row_count", "0 rows")], [])


@pytest.mark.parametrize("name", ["nulls", "duplicates", "anomalies"])
def test_a_contract_newer_than_its_table_leaves_out_what_it_has_no_columns_for(look, published, name):
    missing = load_contract("web_orders").key[0]
    published.tables["web_orders_latest"].pop(missing)
    why = f"its table has no {missing} until a run adds it"
    assert look("web_orders", names=[name]) == ([], [("web_orders_latest", name, why)])
    assert published.asked == []


def test_the_schema_is_that_of_the_rows_that_are_published(look, published):
    columns = published.tables["web_orders_latest"]
    count = len(columns)
    as_promised = ("web_orders_latest", "schema", f"{count} columns as promised")
    assert look("web_orders", names=["schema"]) == ([as_promised], [])
    columns["total_amount"] = "double"
    wrong = ("web_orders_latest", "schema", "total_amount is double, not decimal(18,2)")
    assert look("web_orders", names=["schema"]) == ([wrong], [])
