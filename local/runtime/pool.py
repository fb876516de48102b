"""The workers of all functions: reused while warm, one more for each concurrent invocation, ended when idle."""

from __future__ import annotations

import os
import threading
import time
from collections import defaultdict

from local.runtime.function import Function
from local.runtime.outcome import Outcome
from local.runtime.worker import Host, Worker

IDLE_SECONDS = 300.0
SWEEP_SECONDS = 15.0
# AWS starts any number of processes at once on as many machines; here more than this only keep each other waiting.
STARTS_AT_ONCE = max(2, os.cpu_count() or 2)


class Pool:
    """Leases workers. All methods may be called from any thread."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._idle: dict[str, list[Worker]] = defaultdict(list)
        self._busy: set[Worker] = set()
        self._starting: set[Worker] = set()
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._closed = threading.Event()
        threading.Thread(target=self._sweep, name="lambda-idle", daemon=True).start()

    def invoke(
        self, function: Function, payload: bytes, request_id: str, arn: str, trace: str | None
    ) -> Outcome:
        """Run one invocation on a warm worker of exactly this deployment, or on a new one."""
        worker = self._lease(function)
        ended = None
        try:
            ended = worker.invoke(payload, request_id, arn, trace)
            return ended
        finally:
            self._release(worker, reusable=ended is not None and ended.reusable)

    def discard(self, name: str) -> None:
        """End the idle workers of a function that was deleted or deployed anew."""
        with self._lock:
            doomed = self._idle.pop(name, [])
        for worker in doomed:
            worker.close()

    def close(self) -> None:
        """End all workers, busy ones too."""
        self._closed.set()
        with self._lock:
            doomed = [worker for workers in self._idle.values() for worker in workers] + list(self._busy)
            self._idle.clear()
        for worker in doomed:
            worker.close()

    def _lease(self, function: Function) -> Worker:
        stale: list[Worker] = []
        with self._changed:
            while (worker := self._free(function, stale)) is None:
                self._changed.wait()
            self._busy.add(worker)
        for old in stale:
            old.close()
        return worker

    def _free(self, function: Function, stale: list[Worker]) -> Worker | None:
        """A warm worker, else a new one; None while others start. Adds to ``stale`` what is of another deployment."""
        idle = self._idle[function.name]
        old = [worker for worker in idle if worker.function != function and _same(worker, function)]
        stale += old
        idle[:] = [worker for worker in idle if worker not in old]
        fitting = [worker for worker in idle if worker.function == function]
        if fitting:
            idle.remove(fitting[-1])
            return fitting[-1]
        if sum(worker.function.name == function.name for worker in self._starting) >= STARTS_AT_ONCE:
            return None
        worker = Worker(function, self._host, started=self._started)
        self._starting.add(worker)
        return worker

    def _started(self, worker: Worker) -> None:
        with self._changed:
            self._starting.discard(worker)
            self._changed.notify_all()

    def _release(self, worker: Worker, *, reusable: bool) -> None:
        worker.idle_since = time.monotonic()
        with self._changed:
            self._busy.discard(worker)
            self._starting.discard(worker)
            self._changed.notify_all()
            if reusable and not self._closed.is_set():
                self._idle[worker.function.name].append(worker)
                return
        worker.close()

    def _sweep(self) -> None:
        while not self._closed.wait(SWEEP_SECONDS):
            self.end_idle(IDLE_SECONDS)

    def end_idle(self, seconds: float) -> None:
        """End the workers that had nothing to do for so long."""
        limit = time.monotonic() - seconds
        with self._lock:
            doomed = [worker for idle in self._idle.values() for worker in idle if worker.idle_since < limit]
            for worker in doomed:
                self._idle[worker.function.name].remove(worker)
        for worker in doomed:
            worker.close()


def _same(worker: Worker, function: Function) -> bool:
    return worker.function.version == function.version
