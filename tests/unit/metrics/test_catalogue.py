"""metrics.yaml: every entry hangs together, parses, and names columns that there are."""

import re

import pytest
import sqlglot
from pydantic import ValidationError
from sqlglot import exp

from saleslake.errors import UnknownMetric
from saleslake.metrics.loader import catalogue
from saleslake.metrics.model import Catalogue, Measure, Rollup
from saleslake.metrics.statement import Question, on_rollup, on_source
from saleslake.warehouse.columns import columns
from saleslake.warehouse.tables import curated_tables
from saleslake.warehouse.views import views

TABLES = curated_tables()


def columns_of(table: str) -> set[str]:
    return {column.name for column in columns(table)}


def columns_of_view(view: str) -> set[str]:
    statement = sqlglot.parse_one(views()[view].statement, dialect="athena")
    return {column.alias_or_name for column in statement.expression.selects}


def unknown_columns(sql: str) -> set[str]:
    """Columns of a statement that no table it reads has, as far as their table is named."""
    tree = sqlglot.parse_one(sql, dialect="athena")
    tables = {table.alias_or_name: table.name for table in tree.find_all(exp.Table)}
    inner = {
        query.alias: {column.alias_or_name for column in query.this.selects}
        for query in tree.find_all(exp.Subquery)
    }
    known = {alias: columns_of(table) for alias, table in tables.items()} | inner
    return {
        column.sql()
        for column in tree.find_all(exp.Column)
        if column.name not in (known[column.table] if column.table else set().union(*known.values()))
    }


def everything(source: str) -> Question:
    """Every measure of a source by every dimension of it."""
    found = catalogue()
    return Question(
        source=source,
        measures=tuple(measure.name for measure in found.measures if source in measure.sources),
        by=("day", "month", *(dimension.name for dimension in found.dimensions if source in dimension.sql)),
    )


@pytest.mark.parametrize("source", catalogue().sources, ids=lambda source: source.name)
def test_measures_and_dimensions_of_a_source_parse_and_name_columns_that_there_are(source) -> None:
    question = everything(source.name)
    assert question.measures
    assert unknown_columns(on_source(question, catalogue())) == set()


@pytest.mark.parametrize("rollup", catalogue().rollups, ids=lambda rollup: rollup.name)
def test_what_a_rollup_answers_parses_and_names_columns_that_there_are(rollup: Rollup) -> None:
    found = catalogue()
    measures = tuple(m.name for m in found.measures if found.answers(rollup, m.name, rollup.dimensions))
    assert measures
    question = Question(source=rollup.source, measures=measures, by=(*rollup.times, *rollup.dimensions))
    assert unknown_columns(on_rollup(question, rollup, found)) == set()


def test_every_rollup_that_is_built_is_in_the_catalogue() -> None:
    built = {name for name in TABLES if name.startswith("rollup_")} - {
        "rollup_baskets_monthly"
    }  # of product_pairs
    assert {rollup.name for rollup in catalogue().rollups} == built


def test_a_figure_is_a_column_of_the_view_it_names() -> None:
    for entry in (*catalogue().figures, *catalogue().bands):
        assert entry.name in columns_of_view(entry.view), f"{entry.view} has no {entry.name}"


@pytest.mark.parametrize("view", sorted(views()))
def test_every_column_of_a_view_that_has_the_name_of_a_measure_or_figure_is_defined(view: str) -> None:
    """A view may show what it likes, but a share or a score without a definition is a figure nobody can check."""
    defined = {entry.name for entry in (*catalogue().measures, *catalogue().figures)}
    derived = {
        name
        for name in columns_of_view(view)
        if re.search(r"_(rate|share|score|margin|class)$|^(lift|support)$", name)
    }
    assert derived <= defined


@pytest.mark.parametrize("measure", catalogue().measures, ids=lambda measure: measure.name)
def test_a_count_of_different_things_is_never_added_up_from_a_finer_rollup(measure: Measure) -> None:
    """Unless it belongs to one group of the rollup alone: an order to one customer, rep, payment method and day."""
    if measure.additivity == "distinct":
        assert set(measure.rollups) <= {
            "rollup_customer_monthly",
            "rollup_rep_monthly",
            "rollup_payment_monthly",
        }


def test_a_ratio_is_answered_by_a_rollup_only_when_all_its_parts_are() -> None:
    found = catalogue()
    daily = found.rollup("rollup_sales_filters_daily")
    assert found.answers(daily, "profit_margin", ["region"])
    assert not found.answers(daily, "average_order_value", ["region"])
    assert not found.answers(daily, "revenue", ["product_id"])
    assert not found.answers(found.rollup("rollup_sales_daily"), "profit", ["channel"])


def test_a_part_that_its_measure_has_no_source_for_is_refused() -> None:
    document = catalogue().model_dump()
    document["measures"][0]["sources"] = ["customer_sales"]
    document["measures"][0]["rollups"] = {}
    with pytest.raises(ValidationError, match="net_revenue has a source that its part revenue has not"):
        Catalogue.model_validate(document)


def test_a_name_that_is_not_defined_is_told_with_those_that_are() -> None:
    with pytest.raises(UnknownMetric, match=r"metrics\.yaml has no turnover; it has revenue, refunds"):
        catalogue().measure("turnover")


def test_the_views_score_by_the_cut_points_of_the_catalogue() -> None:
    for band in catalogue().bands:
        lines = [
            f"WHEN {line.when} THEN {_literal(line.result)}" for line in band.lines if line.when != "true"
        ]
        written = " ".join((*lines, f"ELSE {_literal(band.lines[-1].result)}"))
        assert written in " ".join(views()[band.view].statement.split()), band.name


def _literal(value: str | int) -> str:
    return str(value) if isinstance(value, int) else f"'{value}'"
