"""Write while the next tables are made."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

WAITING = 6  # tables made and not yet written


class Background:
    """One thread that writes while the next tables are made; what is asked of it happens in that order."""

    def __enter__(self) -> "Background":
        self._pool, self._asked = ThreadPoolExecutor(1), list[Future[None]]()
        return self

    def run(self, task: Callable[..., None], *arguments: Any) -> None:
        """Do something later; wait when too much is waiting, fail when something failed."""
        self._asked.append(self._pool.submit(task, *arguments))
        while len(self._asked) > WAITING:
            self._asked.pop(0).result()

    def __exit__(self, kind: object, *_: object) -> None:
        self._pool.shutdown(cancel_futures=kind is not None)
        if kind is None:
            for asked in self._asked:
                asked.result()
