"""Answers kept by release: texts in this process, over objects in the lake that every process shares.

A key names the release and the question, so an answer is never stale and nothing has to be invalidated.
"""

from collections import OrderedDict

from saleslake.analytics.ports import Objects
from saleslake.zones import api_result_key

_MEMORY_BYTES = 32 * 1024 * 1024


class TextMemory:
    """The texts used last, up to a number of characters in all; one request at a time, as Lambda has it."""

    def __init__(self, capacity: int = _MEMORY_BYTES) -> None:
        self._capacity = capacity
        self._texts: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._size = 0

    def get(self, release: str, key: str) -> str | None:
        """The text kept under this release and key."""
        text = self._texts.get((release, key))
        if text is not None:
            self._texts.move_to_end((release, key))
        return text

    def put(self, release: str, key: str, text: str) -> None:
        """Keep a text, and forget those not used for longest when there is no room."""
        self._size += len(text) - len(self._texts.pop((release, key), ""))
        self._texts[release, key] = text
        while self._size > self._capacity:
            _, forgotten = self._texts.popitem(last=False)
            self._size -= len(forgotten)


class ObjectStore:
    """The same texts as objects below ``api/`` of the lake bucket."""

    def __init__(self, lake: Objects) -> None:
        self._lake = lake

    def get(self, release: str, key: str) -> str | None:
        """The text stored under this release and key."""
        body = self._lake.get_bytes(api_result_key(release, key))
        return None if body is None else body.decode()

    def put(self, release: str, key: str, text: str) -> None:
        """Store a text for every process."""
        self._lake.put_bytes(api_result_key(release, key), text.encode(), "application/json")
