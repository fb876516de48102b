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


def contract(names):
    """A contract with more columns, of these names."""
    orders = load_contract("web_orders")
    text = orders.by_name["customer_id"]
    more = [text.model_copy(update={"name": name, "required": False}) for name in names]
    fields = {field: getattr(orders, field) for field in Contract.model_fields}
    return Contract.model_construct(**{**fields, "columns": (*orders.columns, *more)})


def test_a_keyword_that_is_let_in_is_read_as_a_name():
    names = [word for word in WORDS if name_fault(word) is None]
    assert len(names) > 100
    parse(merge_statement(contract(names)))
    sqlglot.parse_one(profile_statement(contract(names)), dialect="athena")
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE t ({', '.join(f'{name} INT' for name in names)})")
        for name in names:
            connection.execute(f"SELECT t.{name}, {name} + 1 AS more FROM t WHERE {name} = 1 GROUP BY {name}")


@pytest.mark.parametrize(
    "name", ["when", "select", "group", "null", "date", "user", "limit", "ilike", *sorted(OWN)]
)
def test_words_of_sql_and_columns_of_every_table_are_not(name):
    assert f"{name}_ would do" in (name_fault(name) or "")


def test_a_dataset_may_have_the_name_of_a_column():
    assert name_fault("occurrence", column=False) is None
