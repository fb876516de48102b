"""Where every column comes from, read from the SQL that writes it."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import cast

import sqlglot
from sqlglot import exp
from sqlglot.lineage import Node, lineage
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import build_scope

from saleslake.contracts.loader import contracts
from saleslake.contracts.model import PROVENANCE
from saleslake.warehouse import models
from saleslake.warehouse.columns import columns
from saleslake.warehouse.tables import curated_tables
from saleslake.warehouse.views import views

DIALECT = "athena"
type Origins = Mapping[str, tuple[str, ...]]
"""Column -> the columns it is computed from, as ``table.column``."""


@cache
def table_origins(table: str) -> Origins:
    """The origins of a curated table's columns, over all statements that write it."""
    found: dict[str, set[str]] = {column.name: set() for column in columns(table)}
    for statement in models.models()[table]:
        for target, query in _written(statement.text, list(found)):
            for column, origins in _origins(query, target).items():
                found[column] |= set(origins)
    return {column: tuple(sorted(origins)) for column, origins in found.items()}


@cache
def view_origins(view: str) -> Origins:
    """The origins of a view's columns, in their order."""
    query = _query(views()[view].statement)
    return _origins(query, query.named_selects)


def _query(statement: str) -> exp.Query:
    return cast(exp.Query, sqlglot.parse_one(statement, dialect=DIALECT).expression)


def _written(text: str, all_columns: Sequence[str]) -> Iterator[tuple[Sequence[str], exp.Query]]:
    """The query of an INSERT or MERGE, and the columns its own columns are written to."""
    tree = sqlglot.parse_one(text, dialect=DIALECT)
    if isinstance(tree, exp.Insert) and isinstance(tree.expression, exp.Query):
        named = tree.this.expressions if isinstance(tree.this, exp.Schema) else []
        yield [column.name for column in named] or all_columns, tree.expression
    elif isinstance(tree, exp.Merge):
        query = tree.args["using"].this
        yield [name if name in all_columns else "" for name in query.named_selects], query


def _origins(query: exp.Query, target: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The origins of a query's columns, by the names of the columns they are written to; unnamed ones are left out."""
    qualified = qualify(
        query.copy(), schema=_schema(), dialect=DIALECT, identify=False, quote_identifiers=False
    )
    if isinstance(qualified, exp.Select):  # two columns may have one name: their place tells them apart
        numbered = [
            exp.alias_(column.unalias(), f"c{place}") for place, column in enumerate(qualified.selects)
        ]
        qualified.set("expressions", numbered)
    nodes = lineage(
        None, qualified, _schema(), scope=build_scope(qualified), dialect=DIALECT, trim_selects=False
    )
    assert isinstance(nodes, dict)
    named = zip(target, nodes.values(), strict=True)
    return {column: tuple(sorted(_leaves(node))) for column, node in named if column}


def _leaves(node: Node) -> set[str]:
    return {
        f"{leaf.expression.name}.{leaf.name.rpartition('.')[2]}"
        for leaf in node.walk()
        if isinstance(leaf.expression, exp.Table) and leaf.expression.name
    }


@cache
def _schema() -> dict[str, object]:
    """Columns of everything that statements read: curated tables, processed tables, views."""
    schema: dict[str, object] = {
        table: {column.name: column.type for column in columns(table)} for table in curated_tables()
    }
    for contract in contracts():
        own = {column.name: column.physical_type for column in contract.columns}
        own |= {column.name: column.physical_type for column in PROVENANCE}
        schema[contract.dataset] = own | {"run_id": "string"}
    for name, view in views().items():
        schema[name] = dict.fromkeys(_query(view.statement).named_selects, "string")
    return schema
