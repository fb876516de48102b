"""A name that a contract may use can stand without quotes in all SQL that follows from it."""

import duckdb
import pytest
import sqlglot

from saleslake.contracts.loader import load_contract
from saleslake.contracts.model import Contract
from saleslake.contracts.names import OWN, name_fault
from saleslake.quality.profile import profile_statement
from saleslake.warehouse.latest import merge_statement
from saleslake.warehouse.models import parse

WORDS = [
    word
    for (word,) in duckdb.sql("SELECT DISTINCT keyword_name FROM duckdb_keywords() ORDER BY 1").fetchall()
]


def contract(name):
    """A contract with one column more, of this name."""
    orders = load_contract("web_orders")
    more = orders.by_name["customer_id"].model_copy(update={"name": name, "required": False})
    fields = {field: getattr(orders, field) for field in Contract.model_fields}
    return Contract.model_construct(**{**fields, "columns": (*orders.columns, more)})


@pytest.mark.parametrize("name", [word for word in WORDS if name_fault(word) is None])
def test_a_keyword_that_is_let_in_is_read_as_a_name(name):
    parse(merge_statement(contract(name)))
    sqlglot.parse_one(profile_statement(contract(name)), dialect="athena")
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE t ({name} INT)")
        connection.execute(f"SELECT t.{name}, {name} + 1 AS more FROM t WHERE {name} = 1 GROUP BY {name}")


@pytest.mark.parametrize(
    "name", ["when", "select", "group", "null", "date", "user", "limit", "ilike", *sorted(OWN)]
)
def test_words_of_sql_and_columns_of_every_table_are_not(name):
    assert f"{name}_ would do" in (name_fault(name) or "")


def test_a_dataset_may_have_the_name_of_a_column():
    assert name_fault("occurrence", column=False) is None
