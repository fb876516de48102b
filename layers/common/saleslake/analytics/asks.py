"""What is asked, and how often: counted in memory, written down now and then, read by the refresh."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import uuid4

from aws_lambda_powertools import Logger

from saleslake.analytics.ports import Objects
from saleslake.zones import ASKS, asks_key

FIRST_SECONDS, SECONDS = 10, 300
_MOST_QUESTIONS = 1000
_ANSWERED = (200, 304)
_FREE = frozenset({"/", "/health", "/openapi.json", "/docs", "/meta"})
_OF_A_PAGE_OR_RELEASE = frozenset({"cursor", "release"})

logger = Logger(child=True)

# Method, path, query parameters in order, body: a question as it came.
type Ask = tuple[str, str, tuple[tuple[str, tuple[str, ...]], ...], str]


class Listed(Objects, Protocol):
    """The lake bucket, with what lies below a prefix."""

    def keys(self, prefix: str) -> Iterable[str]:
        """Keys that begin with ``prefix``."""


class Asks:
    """Counts the questions of one process. One small object every five minutes, whatever the traffic."""

    def __init__(self, lake: Objects, clock: Callable[[], float] = time.time) -> None:
        self._lake = lake
        self._clock = clock
        self._process = uuid4().hex
        self._asked: Counter[Ask] = Counter()
        self._due = clock() + FIRST_SECONDS

    def note(self, event: Mapping[str, Any], status: int) -> None:
        """Count a question that was answered; of one page or one release it will not be asked again."""
        parameters = event.get("multiValueQueryStringParameters") or {}
        if (
            status in _ANSWERED
            and event["path"] not in _FREE
            and not _OF_A_PAGE_OR_RELEASE & parameters.keys()
        ):
            given = tuple(sorted((name, tuple(values)) for name, values in parameters.items()))
            ask = (event["httpMethod"], event["path"], given, event.get("body") or "")
            if ask in self._asked or len(self._asked) < _MOST_QUESTIONS:
                self._asked[ask] += 1
        if self._asked and self._clock() >= self._due:
            self._write()

    def _write(self) -> None:
        now = self._clock()
        day = datetime.fromtimestamp(now, UTC).date().isoformat()
        counted = [[*ask, count] for ask, count in self._asked.most_common()]
        self._due = now + SECONDS
        try:
            self._lake.put_bytes(
                asks_key(day, self._process), json.dumps(counted).encode(), "application/json"
            )
        except Exception:  # whoever asked has an answer; only the count is late
            logger.exception("what is asked could not be written down")


def most_asked(lake: Listed, number: int) -> list[Ask]:
    """The questions asked most, by every process, as far as the lake keeps them."""
    asked: Counter[Ask] = Counter()
    for key in lake.keys(ASKS):
        for method, path, given, body, count in json.loads(lake.get_bytes(key) or b"[]"):
            parameters = tuple((name, tuple(values)) for name, values in given)
            asked[method, path, parameters, body] += count
    return [ask for ask, _ in asked.most_common(number)]
