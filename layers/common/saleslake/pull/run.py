"""Pull sources: every page into landing first, then the watermark into the ledger."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from saleslake.aws.backend import Backend
from saleslake.clock import new_run_id, now
from saleslake.errors import SaleslakeError
from saleslake.pull.http import Api
from saleslake.pull.paging import first_url, next_url
from saleslake.pull.source import Source, chosen, load_sources
from saleslake.pull.watermark import greater, highest, not_beyond, since
from saleslake.zones import LANDING

KIND = "source"
SAFETY_SECONDS = 30.0


class PullRequest(BaseModel):
    """Which source to pull, and for how long; no name means all of them."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    source: str | None = None
    seconds: float | None = None


class Pulled(BaseModel):
    """What became of one source: whether its last page was reached, how much was written, how far it is known."""

    model_config = ConfigDict(frozen=True)

    source: str
    dataset: str
    complete: bool
    pages: int = 0
    records: int = 0
    watermark: str | None = None
    reason: str | None = None
    """Why it failed; None when it did not."""


class Progress(BaseModel):
    """A pull under way, as the ledger keeps it when it is not done in one go."""

    model_config = ConfigDict(frozen=True)

    pull_id: str
    url: str
    page: int = 1
    highest: str | None = None


def pull(
    request: PullRequest,
    backend: Backend,
    *,
    seconds_left: Callable[[], float],
    sources: Mapping[str, Source] | None = None,
    backoff_seconds: float = 1.0,
) -> list[Pulled]:
    """Pull one source or all of them, one after the other; a source that fails leaves the others alone.

    Parameters
    ----------
    request
        Which, and for how long.
    backend
        The stack.
    seconds_left
        How long this process may still run.
    sources
        The sources there are; those of the package when not given.
    backoff_seconds
        How long to wait before the second attempt at a page; it doubles with each.

    Raises
    ------
    UnknownSource
        No source has the name.
    """
    end = time.monotonic() + (request.seconds or float("inf"))

    def late() -> bool:
        return seconds_left() < SAFETY_SECONDS or time.monotonic() > end

    wanted = chosen(request.source, load_sources() if sources is None else sources)
    return [_pull_or_tell(source, backend, late, backoff_seconds) for source in wanted]


def _pull_or_tell(
    source: Source, backend: Backend, late: Callable[[], bool], backoff_seconds: float
) -> Pulled:
    pulling = _Pull(source, backend)
    try:
        secret = backend.secrets.entry(source.name) if source.auth.type != "none" else None
        return pulling.run(Api(source, secret, backoff_seconds=backoff_seconds), late)
    except SaleslakeError as error:
        backend.alerts.send(f"saleslake: {source.name} could not be pulled", f"{source.url}\n{error}")
        return pulling.fail(error)


class _Pull:
    """One source on its way into landing."""

    def __init__(self, source: Source, backend: Backend) -> None:
        self.source = source
        self.backend = backend
        kept = backend.ledger.get(KIND, source.name) or {}
        self.watermark: str | None = kept.get("watermark")
        self.progress = (
            Progress.model_validate(kept["unfinished"]) if kept.get("unfinished") else self._begin()
        )
        self.pages = self.records = 0

    def _begin(self) -> Progress:
        mark = self.source.watermark
        start = since(mark, self.watermark) if mark else None
        return Progress(pull_id=new_run_id(), url=first_url(self.source, start))

    def run(self, api: Api, late: Callable[[], bool]) -> Pulled:
        """Write page after page; stop early, to go on the next time, when it is late or enough."""
        asked = 0
        while True:
            if asked and (late() or asked >= self.source.limits.pages):
                return self._keep(unfinished=self.progress)
            asked += 1
            answer = api.get(self.progress.url)
            reached, mark = self.progress.highest, self.source.watermark
            if answer.items:
                reached = highest(mark, answer.items, reached) if mark else None
                self._write(answer.items_text)
                self.pages, self.records = self.pages + 1, self.records + len(answer.items)
            following = next_url(self.source, self.progress.url, answer)
            if following is None:
                self._move_to(reached)
                return self._keep(unfinished=None)
            self.progress = self.progress.model_copy(
                update={"url": following, "page": self.progress.page + 1, "highest": reached}
            )

    def fail(self, error: SaleslakeError) -> Pulled:
        """Keep the watermark, and the place too where asking again may help."""
        return self._keep(unfinished=self.progress if error.retryable else None, reason=str(error))

    def _write(self, text: str) -> None:
        name = f"{self.source.name}-{self.progress.pull_id}-{self.progress.page:05d}.json"
        self.backend.landing.put_bytes(
            f"{LANDING}{self.source.dataset}/{name}", text.encode(), "application/json"
        )

    def _move_to(self, reached: str | None) -> None:
        """Move the watermark, never back: what lies before it has been written."""
        if self.source.watermark is not None and reached is not None:
            bounded = not_beyond(self.source.watermark, reached, datetime.now(UTC))
            self.watermark = greater(self.source.watermark, self.watermark, bounded)

    def _keep(self, *, unfinished: Progress | None, reason: str | None = None) -> Pulled:
        item: dict[str, Any] = {
            "watermark": self.watermark,
            "unfinished": unfinished.model_dump(exclude_none=True) if unfinished else None,
            "pulled_at": now(),
            "pages": self.pages,
            "records": self.records,
            "reason": reason,
        }
        self.backend.ledger.put(KIND, self.source.name, item)
        return Pulled(
            source=self.source.name,
            dataset=self.source.dataset,
            complete=unfinished is None and reason is None,
            pages=self.pages,
            records=self.records,
            watermark=self.watermark,
            reason=reason,
        )
