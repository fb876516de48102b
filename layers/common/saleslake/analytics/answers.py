"""From a question to the text of its answer, through the caches, always on the release readers see now."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal, NamedTuple

from saleslake.analytics.cache import ObjectStore, TextMemory
from saleslake.analytics.cost import cost_usd
from saleslake.analytics.deadline import Deadline
from saleslake.analytics.json_text import json_text
from saleslake.analytics.ports import Engine, Objects, Releases
from saleslake.analytics.release import PublishedRelease, choose_release, read_release
from saleslake.analytics.report import Question

type Origin = Literal["miss", "object", "memory"]


class Cost(NamedTuple):
    """What an answer cost: bytes read, and what Athena bills for them."""

    scanned: int
    usd: Decimal


FREE = Cost(0, Decimal(0))


@dataclass(frozen=True)
class Answer:
    """One answer on its way out. ``body`` is None when the asker already has it."""

    body: str | None
    etag: str
    release: str
    cache: Origin | Literal["asker"]
    bytes_scanned: int


class Answers:
    """Answers reports on the current release, or on an earlier one that is asked for.

    Which release that is, ``releases`` is asked for every answer, so once a publish or a rollback has ended, the
    next answer shows it. A question asked before costs nothing else.
    """

    def __init__(self, releases: Releases, lake: Objects, engine: Engine, *, database: str) -> None:
        self._releases = releases
        self._lake = lake
        self._engine = engine
        self._database = database
        self._memory = TextMemory()
        self._objects = ObjectStore(lake)

    def current_release(self) -> str | None:
        """Id of the release readers see now."""
        return self._releases.current_release()

    def kept_releases(self, most: int) -> list[PublishedRelease]:
        """The release readers see and those before it that are kept, newest first, at most so many."""
        found: list[PublishedRelease] = []
        name = self.current_release()
        while name and len(found) < most and self._releases.status(name) == "published":
            found.append(read_release(name, self._lake))
            name = found[-1].parent
        return found

    def answer(
        self, report: Question, *, deadline: Deadline, known: str | None = None, release: str | None = None
    ) -> Answer:
        """Answer a report.

        Parameters
        ----------
        deadline
            Queries still running then are stopped.
        known
            ``If-None-Match`` of the request: entity tags the asker holds.
        release
            The release to answer from; None for the one readers see now.

        Raises
        ------
        NoRelease
            Nothing has been published yet.
        UnknownRelease, ReleaseGone
            There is no such release, or none any more.
        Unavailable
            Athena did not answer, or not in time.
        """
        release = choose_release(release, self._releases)
        # Weak: two answers of one release differ in their time stamp and cost, never in a figure.
        etag = f'W/"{release}-{report.key[:16]}"'
        if known and holds(known, etag):
            return Answer(None, etag, release, "asker", 0)
        stored, origin, cost = self._stored(report, release, deadline)
        return Answer(_stamped(stored, origin, cost), etag, release, origin, cost.scanned)

    def _stored(self, report: Question, release: str, deadline: Deadline) -> tuple[str, Origin, Cost]:
        text = self._memory.get(release, report.key)
        if text is not None:
            return text, "memory", FREE
        cost = FREE
        origin: Origin = "object"
        text = self._objects.get(release, report.key)
        if text is None:
            text, cost = self._compute(report, release, deadline)
            origin = "miss"
            self._objects.put(release, report.key, text)
        self._memory.put(release, report.key, text)
        return text, origin, cost

    def _compute(self, report: Question, release: str, deadline: Deadline) -> tuple[str, Cost]:
        document = read_release(release, self._lake)
        computed = report.compute(document, self._engine, database=self._database, deadline=deadline)
        metadata = {**computed.records.model_dump(), "release": release, "data_as_of": document.data_as_of}
        text = json_text({"data": computed.data.model_dump(), "metadata": metadata})
        return text, Cost(sum(computed.scanned), cost_usd(computed.scanned))


def holds(if_none_match: str, etag: str) -> bool:
    """Whether ``If-None-Match`` names this entity tag, by weak comparison (RFC 9110, section 13.1.2).

    ``*`` names whatever answer there is; whether there is one, only the answer tells: it names none.
    """
    tags = (tag.strip().removeprefix("W/") for tag in if_none_match.split(","))
    return etag.removeprefix("W/") in tags


def _stamped(stored: str, origin: Origin, cost: Cost) -> str:
    """A stored answer with what differs each time it is given: its time, and at its very end its cost."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    opening = f'{{"status":"success","timestamp":"{now}",'
    paid = f'"bytes_scanned":{cost.scanned},"cost_usd":{cost.usd:f},"cache":"{origin}"'
    return f"{opening}{stored[1:-2]},{paid}}}}}"
