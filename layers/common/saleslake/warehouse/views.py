"""The views of the published database: one file each in sql/views, and the saved query that shows each."""

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter

from saleslake import sql
from saleslake.aws.backend import Backend
from saleslake.warehouse.tables import AT_ONCE

_HEADER = re.compile(
    r"\A-- (?P<purpose>.*?) Grain: (?P<grain>[^.]*)\.[^\n]*\n-- Order: (?P<order>[^\n]*?)\.(?= |\n)",
    re.DOTALL,
)
_READ = re.compile(r"\b(?:FROM|JOIN)\s+([a-z_][a-z0-9_]*)")


@dataclass(frozen=True)
class View:
    """One view as its file says it."""

    name: str
    purpose: str
    grain: str
    order: str
    statement: str

    @property
    def path(self) -> str:
        """Where its SQL is, below ``sql/``."""
        return f"views/{self.name}.sql"

    @property
    def query(self) -> str:
        """What shows it: the saved query of the Athena console, and of ``saleslake query``."""
        return f"SELECT * FROM {self.name} ORDER BY {self.order}"  # noqa: S608 - names of our own files


@cache
def views() -> Mapping[str, View]:
    """Every view by name, each after those it reads."""
    found = {path.stem: _view(path.stem) for path in (sql.FOLDER / "views").glob("*.sql")}
    return {name: found[name] for name in _graph(found).static_order()}


def create_views(backend: Backend) -> None:
    """Create the views in the published database, or replace what they were; safe to repeat."""
    graph = _graph(views())
    graph.prepare()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while graph.is_active():
            ready = graph.get_ready()
            statements = [views()[name].statement for name in ready]
            list(
                pool.map(
                    lambda text: backend.athena.query(text, database=backend.settings.database), statements
                )
            )
            graph.done(*ready)


def _graph(found: Mapping[str, View]) -> TopologicalSorter[str]:
    """Which views each view reads."""
    return TopologicalSorter(
        {name: set(_READ.findall(view.statement)) & found.keys() for name, view in sorted(found.items())}
    )


def _view(name: str) -> View:
    (statement,) = sql.read(f"views/{name}")
    header = _HEADER.match(statement)
    assert header, f"sql/views/{name}.sql opens with its purpose, its grain and its order"
    parts = {part: " ".join(text.replace("\n--", " ").split()) for part, text in header.groupdict().items()}
    return View(name, parts["purpose"], parts["grain"], parts["order"], statement)
