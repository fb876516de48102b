"""Make the next of some values while the latest is worked on."""

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor


def read_ahead[Item](items: Iterator[Item]) -> Generator[Item]:
    """The same values in the same order, one of them made ahead on a thread of its own."""
    missing = object()
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="ahead") as thread:
        waiting = thread.submit(next, items, missing)
        while (item := waiting.result()) is not missing:
            waiting = thread.submit(next, items, missing)
            yield item  # type: ignore[misc]
