"""Peak memory of every process of one local cloud, by what it runs, sampled from /proc."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

EVERY_SECONDS = 0.2
FUNCTION = b"AWS_LAMBDA_FUNCTION_NAME="


class PeakMemory:
    """Watches a process and all its descendants while the block lasts.

    ``peaks`` has the largest VmHWM (MiB) of any one process per name: that of the Lambda function, ``java``, or
    ``emulator`` for the process itself.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.peaks: dict[str, int] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(EVERY_SECONDS):
            for pid in descendants(self._pid):
                try:
                    name, peak = self._name(pid), high_water(pid)
                except (OSError, StopIteration):
                    continue  # it has ended
                self.peaks[name] = max(self.peaks.get(name, 0), peak)

    def _name(self, pid: int) -> str:
        if pid == self._pid:
            return "emulator"
        entries = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        named = [entry.removeprefix(FUNCTION).decode() for entry in entries if entry.startswith(FUNCTION)]
        if named:  # stack-TransformFunction-B9DDFD873DA81: what a deployment adds says nothing
            return named[0].split("-")[-2]
        return Path(f"/proc/{pid}/comm").read_text().strip()


def high_water(pid: int) -> int:
    """The most memory a process ever had, in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) // 1024


def descendants(pid: int) -> Iterator[int]:
    """A process and all that came of it."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(stat.parent.name))
    left = [pid]
    while left:
        found = left.pop()
        yield found
        left += children.get(found, [])
