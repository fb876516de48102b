"""A question of the catalogue as a report: one statement on one release, and its rows as the answer."""

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, cached_property
from typing import Any

from pydantic import BaseModel, RootModel

from saleslake import sql
from saleslake.analytics.cursor import Cursor, past_the_end
from saleslake.analytics.deadline import Deadline
from saleslake.analytics.gaps import MOST_ROWS, filled
from saleslake.analytics.json_text import json_text
from saleslake.analytics.ports import Engine
from saleslake.analytics.release import PublishedRelease
from saleslake.analytics.report import Computed, code_fingerprint
from saleslake.errors import NotFound, Unavailable, UnknownTable
from saleslake.metrics import built
from saleslake.metrics.clauses import ROWS_IN_ALL
from saleslake.metrics.planner import Column, Plan, plan
from saleslake.metrics.request import Request, ViewRequest
from saleslake.metrics.view import view_statement, view_tables

type Row = dict[str, Any]

_RUNS_SECONDS = 300


class RowList(RootModel[list[dict[str, Any]]]):
    """Rows of an answer."""


class OneRow(RootModel[dict[str, Any]]):
    """The answer of an endpoint that is about one thing."""


class Facts(BaseModel, defer_build=True):
    """Where the rows come from, and how many more there are."""

    rollup: str | None
    tables: list[str]
    total: int
    truncated: bool
    next: str | None


@dataclass(frozen=True)
class Asked:
    """What one request asks for.

    Attributes
    ----------
    columns
        Every column of its statement.
    shown
        Those the answer shows, in this order.
    limit, offset
        The page.
    fill
        Whether parts of time without a row are shown.
    single
        Whether the answer is one object.
    of_runs
        Whether it tells of runs: its tables are no part of a release, and an answer is kept for minutes.
    """

    name: str
    request: Request | ViewRequest
    columns: tuple[Column, ...]
    shown: tuple[str, ...]
    limit: int
    offset: int = 0
    fill: bool = False
    single: bool = False
    of_runs: bool = False

    @cached_property
    def question(self) -> str:
        """SHA-256 of everything but the page: what a cursor belongs to."""
        asked = {
            "name": self.name,
            "request": self.request.model_dump_json(),
            "shown": list(self.shown),
            "fill": self.fill,
            "code": _fingerprint(),
        }
        return hashlib.sha256(json_text(asked).encode()).hexdigest()

    @property
    def key(self) -> str:
        """SHA-256 of the question in its normal form: equal questions, and only those, have the same key."""
        if not self.of_runs:
            return self._page_key
        minutes = int(time.time() / _RUNS_SECONDS)
        return hashlib.sha256(f"{self._page_key} {minutes}".encode()).hexdigest()

    @cached_property
    def _page_key(self) -> str:
        return hashlib.sha256(f"{self.question} {self.limit} {self.offset}".encode()).hexdigest()

    def compute(
        self, release: PublishedRelease, engine: Engine, *, database: str, deadline: Deadline
    ) -> Computed:
        """Run the statement on the snapshots of one release.

        Raises
        ------
        Unavailable
            The release is older than a table this question reads.
        FaultyParameters
            There would be too many rows, or its page lies behind the last one.
        NotFound
            The one thing asked for is not there.
        """
        planned = self.plan()
        try:
            free = dict.fromkeys(planned.tables) if self.of_runs else {}
            text = sql.pin(planned.statement, {**release.snapshots, **free})
        except UnknownTable as error:
            raise Unavailable(f"release {release.release_id} cannot answer {self.name}: {error}") from error
        result = engine.query(text, database=database, timeout_seconds=deadline.seconds_left())
        found = result.dicts()
        if self.fill and isinstance(self.request, Request):
            found = filled(found, self.request, planned.columns)
            total, found = len(found), found[self.offset : self.offset + self.limit]
        else:
            total = found[0][ROWS_IN_ALL] if found else 0
        if self.offset and not found:
            raise past_the_end()
        rows = [self._row(row) for row in found]
        facts = self._facts(planned, release.release_id, total, len(rows))
        return Computed(self._data(rows), facts, (result.bytes_scanned,))

    def plan(self) -> Plan:
        """Its statement, not yet pinned to a release."""
        if isinstance(self.request, ViewRequest):
            paged = self.request.model_copy(update={"limit": self.limit, "offset": self.offset})
            return Plan(view_statement(paged), view_tables(paged.view, paged.body), self.columns)
        page = {"limit": MOST_ROWS + 1} if self.fill else {"limit": self.limit, "offset": self.offset}
        return plan(self.request.model_copy(update=page), built.catalogue())

    def _row(self, row: Mapping[str, Any]) -> Row:
        formats = {column.name: column.format for column in self.columns}
        return {name: _cell(row[name], formats[name]) for name in self.shown}

    def _data(self, rows: Sequence[Row]) -> BaseModel:
        if not self.single:
            return RowList(list(rows))
        if not rows:
            raise NotFound(f"there is no such {self.name}")
        return OneRow(rows[0])

    def _facts(self, planned: Plan, release: str, total: int, rows: int) -> Facts:
        end = self.offset + rows
        more = end < total
        following = Cursor(release, self.question[:16], end).text() if more else None
        rollup = next((name for name in planned.tables if name.startswith("rollup_")), None)
        return Facts(rollup=rollup, tables=list(planned.tables), total=total, truncated=more, next=following)


def _cell(value: Any, form: str) -> Any:
    """A value as the answer shows it. Money has two places, or the SQL is wrong; nothing is rounded here."""
    match value:
        case Decimal() if form == "money" and value.as_tuple().exponent != -2:
            raise ValueError(f"{value} is no amount of money")
        case date():
            return value.isoformat()
        case _:
            return value


@cache
def _fingerprint() -> str:
    """Of the code, the catalogue and the views: a deployment that changes one never serves old answers."""
    views = b"".join(path.read_bytes() for path in sorted((sql.FOLDER / "views").glob("*.sql")))
    metrics = b"".join(path.read_bytes() for path in sorted(built.TEXT.parent.glob("*.py")))
    whole = code_fingerprint().encode() + metrics + built.TEXT.read_bytes() + views
    return hashlib.sha256(whole).hexdigest()
