"""Exports: questions too big for a request, answered by Athena in its own time as a CSV file.

An export is known by what it asks of which release, so asking twice is one export.
"""

import hashlib
import json
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, Protocol

from pydantic import BaseModel, Field

from saleslake import sql
from saleslake.analytics.cost import cost_usd
from saleslake.analytics.ports import Objects, Releases
from saleslake.analytics.release import PublishedRelease, choose_release, read_release
from saleslake.errors import QueryFailed, SaleslakeError, UnknownExport
from saleslake.zones import export_key

URL_SECONDS = 900
_ID = re.compile(r"e-[0-9a-f]{24}")
RETRY_SECONDS = 2


class Progress(Protocol):
    """How far a query is."""

    @property
    def state(self) -> Literal["running", "succeeded", "failed"]: ...
    @property
    def key(self) -> str: ...
    @property
    def bytes_scanned(self) -> int: ...
    @property
    def failure(self) -> SaleslakeError | None: ...


class Queries(Protocol):
    """Queries that nobody waits for."""

    def start(self, sql: str, *, database: str, token: str) -> str:
        """Start a query, once per token."""

    def progress(self, query_id: str) -> Progress | None:
        """How far it is."""


class Files(Objects, Protocol):
    """The lake bucket, as far as exports need it."""

    def head(self, key: str) -> Any:
        """What is known of an object, None when there is none."""

    def presigned(self, key: str, filename: str, seconds: int) -> str:
        """An address anybody can fetch it from for a while."""


class Exportable(Protocol):
    """A question that can be exported."""

    @property
    def question(self) -> str:
        """Names it, and only it."""

    def statement(self) -> str:
        """The statement that gives all its rows, not yet pinned to a release."""


class Kept(BaseModel, defer_build=True):
    """What is kept of an export."""

    query_id: str
    release: str
    data_as_of: str | None
    created_at: str
    attempt: int = 0


class Export(BaseModel, defer_build=True):
    """An export: what it is of, how far it is, and where its file is."""

    id: str = Field(examples=["e-0123456789abcdef01234567"])
    status: Literal["running", "succeeded", "failed"]
    release: str = Field(description="The release every figure is of")
    data_as_of: str | None = Field(description="How far the data of the release reach")
    created_at: str = Field(json_schema_extra={"format": "date-time"})
    bytes_scanned: int = Field(ge=0, description="Bytes Athena has read for it")
    cost_usd: Decimal = Field(ge=0, description="What Athena bills for that")
    url: str | None = Field(
        description="Where the CSV file is fetched from, without any key; null until then"
    )
    url_expires_at: str | None = Field(description="Until when; ask again for a new one")
    detail: str | None = Field(description="Why it failed")


class Exports:
    """Starts exports and says how far they are."""

    def __init__(
        self,
        releases: Releases,
        lake: Files,
        queries: Queries,
        *,
        database: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._releases = releases
        self._lake = lake
        self._queries = queries
        self._database = database
        self._clock = clock

    def start(self, asked: Exportable, release: str | None) -> Export:
        """Start the export of a question, or find the one that there is of it already.

        Raises
        ------
        NoRelease, UnknownRelease, ReleaseGone
            There is nothing to export from.
        Throttled
            Athena takes no more queries now.
        """
        document = read_release(choose_release(release, self._releases), self._lake)
        name = hashlib.sha256(f"{document.release_id} {asked.question}".encode()).hexdigest()
        export_id = f"e-{name[:24]}"
        kept = self._kept(export_id)
        attempt = 0
        if kept is not None:
            found = self._shown(export_id, kept)
            if found is not None and found.status != "failed":
                return found
            attempt = kept.attempt + 1
        kept = self._begin(name, attempt, asked, document)
        self._lake.put_bytes(export_key(export_id), kept.model_dump_json().encode(), "application/json")
        shown = self._shown(export_id, kept)
        if shown is None:
            raise UnknownExport(f"export {export_id} could not be found after it was started")
        return shown

    def find(self, export_id: str) -> Export:
        """An export as it is now.

        Raises
        ------
        UnknownExport
            There is none of this id, or none any more.
        """
        kept = self._kept(export_id) if _ID.fullmatch(export_id) else None
        shown = None if kept is None else self._shown(export_id, kept)
        if shown is None:
            raise UnknownExport(f"there is no export {export_id}, or none any more: POST /exports makes one")
        return shown

    def _begin(self, name: str, attempt: int, asked: Exportable, release: PublishedRelease) -> Kept:
        text = sql.pin(asked.statement(), release.snapshots)
        token = hashlib.sha256(f"{name} {attempt} {int(self._clock() // 86400)}".encode()).hexdigest()
        return Kept(
            query_id=self._queries.start(text, database=self._database, token=token),
            release=release.release_id,
            data_as_of=release.data_as_of,
            created_at=_moment(self._clock()),
            attempt=attempt,
        )

    def _kept(self, export_id: str) -> Kept | None:
        body = self._lake.get_bytes(export_key(export_id))
        return None if body is None else Kept.model_validate(json.loads(body))

    def _shown(self, export_id: str, kept: Kept) -> Export | None:
        progress = self._queries.progress(kept.query_id)
        if progress is None:
            return None
        done = progress.state == "succeeded"
        if done and self._lake.head(progress.key) is None:
            return None  # its file has expired
        scanned = progress.bytes_scanned
        is_billed = done or (scanned > 0 and not isinstance(progress.failure, QueryFailed))
        filename = f"{kept.release}-{export_id}.csv"
        return Export(
            id=export_id,
            status=progress.state,
            release=kept.release,
            data_as_of=kept.data_as_of,
            created_at=kept.created_at,
            bytes_scanned=scanned,
            cost_usd=cost_usd([scanned] if is_billed else []),
            url=self._lake.presigned(progress.key, filename, URL_SECONDS) if done else None,
            url_expires_at=_moment(self._clock() + URL_SECONDS) if done else None,
            detail="Athena could not finish it; ask again." if progress.failure else None,
        )


def _moment(seconds: float) -> str:
    found = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(seconds))
    return found.isoformat().replace("+00:00", "Z")
