"""The SQL models as a graph: derived from their text, so adding one is adding a file."""

import pytest

from saleslake import sql
from saleslake.contracts.loader import contracts
from saleslake.errors import ModelsInvalid
from saleslake.warehouse import models
from saleslake.warehouse.latest import create_statement, latest_table, merge_statement
from saleslake.warehouse.tables import curated_tables


def test_every_model_writes_a_table_that_a_deployment_creates():
    assert set(models.models()) == set(curated_tables())


def test_tables_come_after_what_they_read():
    order = list(models.models())
    for table, statements in models.models().items():
        for source in set().union(*(statement.sources for statement in statements)) & set(order):
            assert order.index(source) < order.index(table), f"{table} reads {source}"


def test_the_rollup_reads_the_fact_table_and_is_written_by_months():
    delete, insert = models.models()["rollup_sales_daily"]
    assert insert.sources == {"fact_sales", "dim_geography"}
    assert delete.by_days
    assert insert.by_days


def test_what_a_run_brings_never_waits_for_what_is_written_by_months():
    by_months = {
        table
        for table, statements in models.models().items()
        if table not in models.datasets() and any(statement.by_days for statement in statements)
    }
    for table, statements in models.models().items():
        if table not in by_months:
            assert not by_months & set().union(*(statement.sources for statement in statements)), table


def test_statements_of_one_table_run_one_after_the_other_and_tables_side_by_side():
    texts = {"fact_sales": ["s1", "s2"], "fact_reviews": ["r1"], "rollup_sales_daily": ["u1"]}
    assert list(models.levels(texts)) == [
        [("fact_reviews", "r1"), ("fact_sales", "s1")],
        [("fact_sales", "s2")],
        [("rollup_sales_daily", "u1")],
    ]


def test_a_statement_that_names_too_few_parameters_is_refused():
    with pytest.raises(ModelsInvalid, match="fact_sales: 2 places for the parameters run id"):
        models.parse("-- Parameters: run id.\nDELETE FROM fact_sales WHERE sale_date >= ? AND sale_date < ?")


def test_published_tables_are_no_dependency():
    statement = models.parse("INSERT INTO dim_channel SELECT channel FROM published.fact_sales")
    assert statement.sources == set()
    assert (
        sql.in_database(statement.text, "order")
        == 'INSERT INTO dim_channel SELECT channel FROM "order".fact_sales'
    )
    assert sql.in_database("SELECT 'published.x'", "sales") == "SELECT 'published.x'"


@pytest.mark.parametrize("contract", contracts(), ids=lambda contract: contract.dataset)
def test_a_latest_table_has_every_column_of_its_contract_with_its_description(contract):
    created = create_statement(contract)
    for column in contract.columns:
        assert (
            f"    {column.name} {column.physical_type} COMMENT {sql.literal(column.description)}" in created
        )
    merged = merge_statement(contract)
    assert f"MERGE INTO {latest_table(contract.dataset)} AS target" in merged
    assert ("version_hash" in merged) == bool(contract.tracked)
