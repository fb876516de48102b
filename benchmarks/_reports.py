"""Generated reports of a million rows and more; made once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

CACHE = Path(__file__).parent.parent / ".cache" / "bench"
MILLION = 1_000_000


def generated(name: str, *options: str) -> Path:
    """A report as datagen makes it, in a folder of its own."""
    folder = CACHE / name
    if not any(folder.glob("amazon_orders.csv*")):
        command = [sys.executable, "-m", "datagen", "amazon_orders", *options, "--out", str(folder)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    (report,) = folder.glob("amazon_orders.csv*")
    return report


def million() -> Path:
    """A report of a million rows."""
    return generated("million", "--rows", str(MILLION), "--seed", "2")


def millions(copies: int) -> Iterator[Path]:
    """The rows of the million again and again, each time of other orders: a digit more in each number."""
    for copy in range(copies):
        report = CACHE / "millions" / f"amazon_orders_{copy}.csv"
        if not report.exists():
            report.parent.mkdir(exist_ok=True)
            with report.open("wb") as file:
                header, *rows = million().read_bytes().splitlines(keepends=True)
                file.writelines([header, *_again(rows, copy)])
        yield report


def ten_million() -> Path:
    """Ten such copies in one report."""
    report = CACHE / "ten-million" / "amazon_orders.csv"
    if not report.exists():
        report.parent.mkdir(exist_ok=True)
        header, *rows = million().read_bytes().splitlines(keepends=True)
        with report.open("wb") as file:
            file.write(header)
            for copy in range(10):
                file.writelines(_again(rows, copy))
    return report


def _again(rows: list[bytes], copy: int) -> Iterator[bytes]:
    return (row.replace(b",", b",%d" % copy, 1) for row in rows)
