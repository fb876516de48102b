"""Which release a reader sees, without asking the ledger for every answer."""

import time
from collections.abc import Callable

from saleslake.aws.ledger import READER_HOLD_SECONDS, Current, Ledger


class ReadersRelease:
    """The release readers see, from a look at the ledger that is at most half a second old.

    That is never too old: a flip is written with the time from which on it counts, further ahead than any reader
    goes without looking. So all readers change at one moment, and none goes back.
    """

    def __init__(self, ledger: Ledger, clock: Callable[[], float] = time.time) -> None:
        self._ledger = ledger
        self._clock = clock
        self._current: Current | None = None
        self._looked_at = float("-inf")

    def current_release(self) -> str | None:
        """Id of the release that readers see now, or None before the first one."""
        now = self._clock()
        # a clock that was set back makes the last look worthless, too
        if not 0 <= now - self._looked_at < READER_HOLD_SECONDS:
            self._current = self._ledger.current()
            self._looked_at = now
        return self._current.seen_at(now) if self._current else None

    def status(self, release_id: str) -> str | None:
        """``published``, ``withdrawn`` or ``expired``; None when there is no such release. Looked up each time."""
        item = self._ledger.get("release", release_id)
        return str(item["status"]) if item and "status" in item else None
