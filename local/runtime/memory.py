"""Resident memory of a function's process tree, from /proc. Elsewhere than on Linux nothing is measured."""

from __future__ import annotations

import os
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE")
MIB = 1024 * 1024
MEASURED = Path("/proc/self/statm").exists()


def resident_bytes(pid: int) -> int:
    """Resident bytes of the process and all its descendants now; 0 when it is gone."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as statm:  # noqa: PTH123 - on the path of every invocation
            total = int(statm.read().split()[1]) * PAGE
        with open(f"/proc/{pid}/task/{pid}/children", "rb") as children:  # noqa: PTH123
            return total + sum(resident_bytes(int(child)) for child in children.read().split())
    except (FileNotFoundError, ProcessLookupError):
        return 0


def peak_bytes(pid: int) -> int:
    """The most the process itself ever held; 0 when it is gone."""
    try:
        with open(f"/proc/{pid}/status", "rb") as status:  # noqa: PTH123
            for line in status:
                if line.startswith(b"VmHWM:"):
                    return int(line.split()[1]) * 1024
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return 0
