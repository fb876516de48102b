"""The SQL models as a graph: what each statement writes and reads follows from its text."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from itertools import zip_longest

import sqlglot
from sqlglot import exp

from saleslake import sql
from saleslake.contracts.loader import contracts
from saleslake.errors import ModelsInvalid
from saleslake.warehouse.latest import latest_table, merge_statement

FOLDERS = ("curated", "rollups")
RUN, FIRST_DAY, END_DAY = "run id", "first day", "day after the last"
PUBLISHED = "published"


@dataclass(frozen=True)
class Statement:
    """One statement of a model, not yet rendered."""

    text: str
    target: str
    """The table it writes."""
    sources: frozenset[str]
    """The tables it reads as the run has them; neither its target nor tables of the published database."""
    parameters: tuple[str, ...]

    @property
    def by_days(self) -> bool:
        """Whether it writes a range of days."""
        return FIRST_DAY in self.parameters


@cache
def models() -> Mapping[str, tuple[Statement, ...]]:
    """The statements of each table, tables in an order in which they can be built.

    Raises
    ------
    ModelsInvalid
        Tables read each other in a circle, or a statement says other parameters than it has.
    """
    found: dict[str, list[Statement]] = {}
    for text in _texts():
        statement = parse(text)
        found.setdefault(statement.target, []).append(statement)
    reads = {table: set().union(*(s.sources for s in statements)) for table, statements in found.items()}
    try:
        order = list(TopologicalSorter(reads).static_order())
    except CycleError as circle:
        raise ModelsInvalid(f"tables read each other: {' -> '.join(circle.args[1])}") from circle
    return {table: tuple(found[table]) for table in order if table in found}


def levels(texts: Mapping[str, Sequence[str]]) -> Iterator[list[tuple[str, str]]]:
    """Spread the statements of each table over steps to run one after the other.

    Parameters
    ----------
    texts
        Rendered statements by table.

    Yields
    ------
    list of (table, statement)
        What may run together: no two write one table, and none reads what another of its step writes.
    """
    reads = {
        table: set().union(*(statement.sources for statement in models()[table])) & texts.keys()
        for table in texts
    }
    graph = TopologicalSorter(reads)
    graph.prepare()
    while graph.is_active():
        ready = sorted(graph.get_ready())
        for step in zip_longest(*(texts[table] for table in ready)):
            yield [(table, text) for table, text in zip(ready, step, strict=True) if text is not None]
        graph.done(*ready)


def _texts() -> Iterable[str]:
    for contract in contracts():
        yield merge_statement(contract)
    for folder in FOLDERS:
        for path in sorted((sql.FOLDER / folder).glob("*.sql")):
            yield from sql.read(f"{folder}/{path.stem}")


def parse(text: str) -> Statement:
    """What a statement writes and reads, by its text.

    Raises
    ------
    ModelsInvalid
        It says other parameters than it has.
    """
    tree = sqlglot.parse_one(text, dialect="athena")
    target = tree.this.find(exp.Table).name
    parameters = sql.parameters(text)
    places = len(list(tree.find_all(exp.Placeholder)))
    if places != len(parameters) or not set(parameters) <= {RUN, FIRST_DAY, END_DAY}:
        raise ModelsInvalid(f"{target}: {places} places for the parameters {', '.join(parameters) or 'none'}")
    named = {cte.alias_or_name for cte in tree.find_all(exp.CTE)}
    tables = {table.name for table in tree.find_all(exp.Table) if table.name and table.db != PUBLISHED}
    return Statement(text, target, frozenset(tables - named - {target}), parameters)


def datasets() -> Mapping[str, str]:
    """Name of the latest table -> dataset."""
    return {latest_table(contract.dataset): contract.dataset for contract in contracts()}
