"""The views of the published database: one file each in sql/views, and the saved query that shows each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter

from saleslake import sql
from saleslake.aws.backend import Backend

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
    reads = {name: set(_READ.findall(view.statement)) & found.keys() for name, view in sorted(found.items())}
    return {name: found[name] for name in TopologicalSorter(reads).static_order()}


def create_views(backend: Backend) -> None:
    """Create the views in the published database, or replace what they were; safe to repeat."""
    for view in views().values():
        backend.athena.query(view.statement, database=backend.settings.database)


def _view(name: str) -> View:
    (statement,) = sql.read(f"views/{name}")
    header = _HEADER.match(statement)
    assert header, f"sql/views/{name}.sql opens with its purpose, its grain and its order"
    parts = {part: " ".join(text.replace("\n--", " ").split()) for part, text in header.groupdict().items()}
    return View(name, parts["purpose"], parts["grain"], parts["order"], statement)
