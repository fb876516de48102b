"""Reports: SQL files that are run together on one release, and the answer made of their rows."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from pydantic import BaseModel

from saleslake import sql
from saleslake.analytics.deadline import Deadline
from saleslake.analytics.json_text import json_text
from saleslake.analytics.ports import Engine, Rows
from saleslake.analytics.release import PublishedRelease
from saleslake.errors import Unavailable, UnknownTable

type RowsByStatement = Mapping[str, list[dict[str, Any]]]


class Computed(NamedTuple):
    """The figures of one report on one release, and the bytes that each of its queries read."""

    data: BaseModel
    records: BaseModel
    scanned: tuple[int, ...]


class Question(Protocol):
    """Whatever answers can be asked for: a report of SQL files, a question of the catalogue."""

    @property
    def name(self) -> str:
        """What the logs call it."""

    @property
    def key(self) -> str:
        """Equal questions, and only those, have the same key."""

    def compute(
        self, release: PublishedRelease, engine: Engine, *, database: str, deadline: Deadline
    ) -> Computed:
        """The figures, on the snapshots of one release."""


@dataclass(frozen=True)
class Report:
    """A named question: which statements of ``sql/api`` it runs, and how their rows become its answer.

    Attributes
    ----------
    name
        Folder below ``sql/api`` and name of the endpoint.
    statements
        File names in that folder; they run at the same time.
    assemble
        Rows by statement name to the ``data`` and the record counts of the answer.
    """

    name: str
    statements: tuple[str, ...]
    assemble: Callable[[RowsByStatement], tuple[BaseModel, BaseModel]]

    @cached_property
    def key(self) -> str:
        """SHA-256 of the question in its normal form: equal questions, and only those, have the same key.

        The SQL and the code behind the answer are part of the question, so a deployment that changes either
        never serves what the one before it stored.
        """
        question = {
            "report": self.name,
            "code": code_fingerprint(),
            "sql": [self.text(statement) for statement in self.statements],
        }
        return hashlib.sha256(json_text(question).encode()).hexdigest()

    def compute(
        self, release: PublishedRelease, engine: Engine, *, database: str, deadline: Deadline
    ) -> Computed:
        """Run the statements side by side on the snapshots of one release.

        Raises
        ------
        Unavailable
            The release is older than a table this report reads.
        QueryFailed, QueryTimedOut, Throttled
            As the engine says; queries that run past ``deadline`` are stopped.
        """

        def rows(statement: str) -> Rows:
            return engine.query(
                self._pinned(statement, release),
                database=database,
                timeout_seconds=deadline.seconds_left(),
            )

        with ThreadPoolExecutor(max_workers=len(self.statements)) as pool:
            results: Sequence[Rows] = list(pool.map(rows, self.statements))
        by_statement = {
            statement: result.dicts() for statement, result in zip(self.statements, results, strict=True)
        }
        data, records = self.assemble(by_statement)
        return Computed(data, records, tuple(result.bytes_scanned for result in results))

    def text(self, statement: str) -> str:
        """The SQL of one of its statements."""
        (text,) = sql.read(f"api/{self.name}/{statement}")
        return text

    def _pinned(self, statement: str, release: PublishedRelease) -> str:
        try:
            return sql.pin(self.text(statement), release.snapshots)
        except UnknownTable as error:
            raise Unavailable(f"release {release.release_id} cannot answer {self.name}: {error}") from error


@cache
def code_fingerprint() -> str:
    """Of the code behind the answers."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
