"""``python -m saleslake.warehouse.document FILE`` writes docs/datasets.md: every dataset, table, view and figure.

Nothing is said here that contracts, SQL and metrics.yaml do not say themselves.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from saleslake import sql
from saleslake.contracts.loader import contracts
from saleslake.contracts.model import Contract
from saleslake.metrics.loader import catalogue
from saleslake.warehouse import models
from saleslake.warehouse.columns import columns
from saleslake.warehouse.lineage import table_origins, view_origins
from saleslake.warehouse.tables import curated_tables
from saleslake.warehouse.views import View, views

SQL = "../layers/common/saleslake/sql"
_HEADER = re.compile(r"\A(?:-- [^\n]*\n)+")
PARTS = ("fact_", "dim_", "rollup_")
TITLES = {"fact_": "Facts", "dim_": "Dimensions", "rollup_": "Rollups"}


def document() -> str:
    """The whole page."""
    return (
        "\n".join([*_head(), *_diagrams(), *_datasets(), *_tables(), *_views(), *_figures()]).rstrip() + "\n"
    )


def _head() -> Iterator[str]:
    yield "# Datasets, tables and figures"
    yield ""
    yield "<!-- Written by `make docs` from contracts, SQL and metrics.yaml: change those. -->"
    yield ""
    yield "Every column is listed with the columns it is computed from, as the SQL that writes it says. Follow them"
    yield "from a view through rollups and facts to the delivered rows (`<dataset>_latest`), as their contracts say."
    yield ""


def _diagrams() -> Iterator[str]:
    yield from ("## How tables are built from each other", "", "```mermaid", "flowchart LR")
    built = {
        name: set().union(*(s.sources for s in statements)) for name, statements in models.models().items()
    }
    for target, sources in sorted(built.items()):
        if target not in models.datasets():
            yield from (f"    {source} --> {target}" for source in sorted(sources) if source in built)
    yield from ("```", "", "## Star schema", "", "```mermaid", "erDiagram")
    facts = [table for table in curated_tables() if table.startswith("fact_")]
    keys = {columns(table)[0].name: table for table in curated_tables() if table.startswith("dim_")}
    for fact in facts:
        own = [column.name for column in columns(fact)]
        for key, dimension in sorted(keys.items()):
            if key in own:
                yield f"    {dimension} ||--o{{ {fact} : {key}"
        day = next(column.name for column in columns(fact) if column.type == "date")
        yield f"    dim_date ||--o{{ {fact} : {day}"
    for table in [*facts, *sorted(keys.values())]:
        yield f"    {table} {{"
        yield from (f"        {re.sub(r'\W.*', '', column.type)} {column.name}" for column in columns(table))
        yield "    }"
    yield from ("```", "")


def _datasets() -> Iterator[str]:
    yield from ("## Delivered datasets", "")
    for contract in contracts():
        name = contract.dataset
        yield from (f"### {name}", "", " ".join(contract.description.split()), "")
        yield f"- Contract: [`{name}.yaml`](../layers/common/saleslake/contracts/{name}.yaml), owner {contract.owner}"
        yield f"- One row is {_lower(contract.grain)}"
        key = [*contract.key, *(["occurrence"] if contract.occurrence else [])]
        yield f"- Key: {', '.join(f'`{column}`' for column in key) or 'none, every row counts'}"
        yield f"- Late after {contract.freshness_hours} hours"
        if contract.partition_by:
            yield f"- By month of `{contract.partition_by}`"
        yield ""
        yield from _table(("column", "type", "", "what it is"), _contract_rows(contract))
        rules = [(rule.name, rule.action, rule.description) for rule in contract.row_rules]
        rules += [(rule.name, rule.action, rule.description) for rule in contract.table_rules]
        if rules:
            yield from _table(
                ("rule", "a breach", "what it says"),
                ((f"`{name}`", f"{action}s", description) for name, action, description in rules),
            )


def _contract_rows(contract: Contract) -> Iterator[tuple[str, ...]]:
    for column in contract.columns:
        notes = [
            *(["key"] if column.key_position is not None else []),
            *(["required"] if column.required and column.key_position is None else []),
            *(["money"] if column.money else []),
            *(["history"] if column.tracked else []),
            *([f"PII: {column.pii}"] if column.pii else []),
        ]
        yield f"`{column.name}`", column.physical_type, ", ".join(notes), column.description


def _tables() -> Iterator[str]:
    for part in PARTS:
        yield from (f"## {TITLES[part]}", "")
        for table in (table for table in curated_tables() if table.startswith(part)):
            folder = "rollups" if part == "rollup_" else "curated"
            yield from (f"### {table}", "", *_said(sql.read(f"tables/{table}")[0]))
            yield f"SQL: [`sql/{folder}/{table}.sql`]({SQL}/{folder}/{table}.sql)"
            yield ""
            origins = table_origins(table)
            yield from _table(
                ("column", "type", "what it is", "from"),
                ((f"`{c.name}`", c.type, c.description, _from(origins[c.name])) for c in columns(table)),
            )


def _views() -> Iterator[str]:
    yield from ("## Views", "", "Of the published database; `saleslake query NAME` shows one.", "")
    for view in sorted(views().values(), key=lambda view: view.name):
        yield from (f"### {view.name}", "", view.purpose, "", f"One row is {_lower(view.grain)}.", "")
        yield f"SQL: [`sql/{view.path}`]({SQL}/{view.path})"
        yield ""
        yield from _table(("column", "what it is", "from"), _view_rows(view))


def _view_rows(view: View) -> Iterator[tuple[str, ...]]:
    meaning = {measure.name: measure.description for measure in catalogue().measures}
    meaning |= {figure.name: figure.formula for figure in catalogue().figures if figure.view == view.name}
    for column, origins in view_origins(view.name).items():
        yield f"`{column}`", meaning.get(column) or _as_there(origins), _from(origins)


def _as_there(origins: Sequence[str]) -> str:
    """What a column is that a view takes as it is from a table."""
    table, _, name = origins[0].partition(".") if len(origins) == 1 else ("", "", "")
    found = columns(table) if table in curated_tables() else ()
    return next((column.description for column in found if column.name == name), "")


def _figures() -> Iterator[str]:
    found = catalogue()
    yield from (
        "## Measures",
        "",
        "Defined in [`metrics.yaml`](../layers/common/saleslake/metrics.yaml).",
        "",
    )
    for measure in found.measures:
        yield from (
            f"### {measure.name}",
            "",
            measure.description,
            "",
            "```sql",
            _sql(measure.sql),
            "```",
            "",
        )
        exact = [r.name for r in found.rollups if found.answers(r, measure.name)]
        yield f"- Formula: {measure.formula}"
        yield f"- {measure.additivity.replace('_', '-').capitalize()}, in {measure.unit}, shown as {measure.format}"
        yield f"- Computed from: {', '.join(measure.sources)}"
        yield f"- Exact from: {', '.join(f'`{name}`' for name in exact) or 'the facts alone'}"
        yield ""
    yield from ("## Dimensions of measures", "")
    yield from _table(
        ("dimension", "type", "what it is", "of"),
        ((f"`{d.name}`", d.type, d.description, ", ".join(d.sql)) for d in found.dimensions),
    )
    yield from ("## Sources of measures", "")
    yield from _table(("source", "what it is"), ((f"`{s.name}`", s.description) for s in found.sources))
    yield from (
        "## Figures of views",
        "",
        "Ranks, scores and comparisons, which no group of rows has by itself.",
        "",
    )
    yield from _table(
        ("figure", "view", "unit", "formula"),
        ((f"`{figure.name}`", f"`{figure.view}`", figure.unit, figure.formula) for figure in found.figures),
    )
    yield from ("## Cut points", "")
    for band in found.bands:
        yield from (
            f"### {band.name}",
            "",
            f"{band.formula[0].upper()}{band.formula[1:]}. The first that holds:",
            "",
        )
        yield from (
            f"- **{line.result}**: {'else' if line.when == 'true' else f'`{line.when}`'}"
            for line in band.lines
        )
        yield ""


def _said(statement: str) -> Iterator[str]:
    """The comment a statement opens with, without what its `?` are."""
    header = _HEADER.match(statement)
    assert header, f"a table says what it is: {statement[:60]}"
    text = " ".join(line.removeprefix("-- ") for line in header[0].splitlines())
    yield re.sub(r"\s*Parameter: [^.]*\.", "", text)
    yield ""


def _from(origins: Sequence[str]) -> str:
    return ", ".join(f"`{origin}`" for origin in origins)


def _sql(text: str) -> str:
    return re.sub(r"\{(\w+)\}", r"\1", " ".join(text.split()))


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(' '.join(cell.split()).replace('|', chr(92) + '|') for cell in row)} |"
    yield ""


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(document(), encoding="utf-8")
