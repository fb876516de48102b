"""Seconds and peak memory of the transform as a whole process, beside DuckDB's bare CSV -> Parquet of the same file.

The bare conversion is ``COPY (FROM read_csv(…)) TO … (FORMAT parquet, COMPRESSION zstd)``: all columns, types as DuckDB
guesses them, all cores. It checks nothing, keeps no line and finds no duplicate: it is the floor. It is timed twice: in
the memory that the transform may take, against which the promise holds, and with as much as it likes. All are whole
processes, in turns, started with the packages that the function's layers have. A file of a million rows, and with
LARGE=1 in the environment one of ten million, show whether time grows with the rows and memory does not; so does each
other format of the same rows.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks._reports import CACHE, MILLION, million, ten_million

REPEAT = 3
MEMORY_MIB = 1024  # of the function
PROMISED_SECONDS, PROMISED_MIB, PROMISED_TIMES = 5.0, 512, 1.5

# the layers have neither; pyarrow and duckdb would load them where they find them
LAYERS = "import sys; sys.modules.update(numpy=None, pandas=None)\n"
BARE = """
import sys, duckdb
bare = duckdb.connect()
bare.execute("SET enable_progress_bar = false")
if sys.argv[3]:
    bare.execute(f"SET memory_limit = '{sys.argv[3]}MiB'")
bare.execute(f"COPY (FROM read_csv('{sys.argv[1]}')) TO '{sys.argv[2]}' (FORMAT parquet, COMPRESSION zstd)")
"""
# one row group: the hardest file for a reader that must not hold it all
CONVERT = """
import sys, duckdb
connection = duckdb.connect()
connection.execute("SET enable_progress_bar = false")
connection.execute(f'''COPY (
    SELECT * REPLACE (CAST("Amount" AS DECIMAL(18, 2)) AS "Amount", CAST("Qty" AS INTEGER) AS "Qty")
    FROM read_csv('{sys.argv[1]}', all_varchar = true)) TO '{sys.argv[2]}' ({sys.argv[3]})''')
"""
FORMATS = {"parquet": "FORMAT parquet, ROW_GROUP_SIZE 1000000", "json": "FORMAT json"}
OURS = """
import json, shutil, sys
from pathlib import Path
from saleslake.transform import TransformRequest, transform_file

class Disk:
    def open(self, key): return open(key, "rb")
    def put_file(self, key, path): shutil.copy(path, sys.argv[2])
    def put_json(self, key, value): self.result = value

lake = Disk()
request = TransformRequest(
    run_id="r", dataset="amazon_orders", file_id="f", name="n", raw_key=sys.argv[1],
    landing_order="2026-01-01T00:00:00.000000Z|landing/n|",
    format={"kind": sys.argv[4], "compression": "gzip" if sys.argv[1].endswith(".gz") else ""},
)
result = transform_file(request, lake, memory_mib=int(sys.argv[3]))
assert result.status == "transformed" and result.rows_written, result
"""


class Measured(NamedTuple):
    """Median seconds and largest peak memory of whole processes."""

    seconds: float
    mib: int


def measure(*programs: Sequence[str | Path]) -> list[Measured]:
    """Run some programs in turns, so that all meet the same load; each is code and its arguments."""
    seconds: list[list[float]] = [[] for _ in programs]
    peaks: list[list[int]] = [[] for _ in programs]
    for _ in range(REPEAT):
        for at, (code, *arguments) in enumerate(programs):
            began = time.perf_counter()
            process = subprocess.Popen([sys.executable, "-c", f"{LAYERS}{code}", *arguments])
            _, status, usage = os.wait4(process.pid, 0)
            seconds[at].append(time.perf_counter() - began)
            if status:
                raise SystemExit(f"exit status {status}")
            peaks[at].append(usage.ru_maxrss // 1024)
    return [Measured(median(took), max(peak)) for took, peak in zip(seconds, peaks, strict=True)]


def ours(file: Path, kind: str = "csv") -> list[str | Path]:
    """The transform of a file."""
    return [OURS, file, CACHE / "out.parquet", str(MEMORY_MIB), kind]


def bare(file: Path, mib: int | None = None) -> list[str | Path]:
    """The bare conversion of a file, in so much memory."""
    return [BARE, file, CACHE / "out.parquet", str(mib or "")]


def show(name: str, what: str, found: Measured, told: str = "") -> None:
    """Print a line of the table."""
    print(f"{name:20s} {what:16s} {found.seconds:6.2f} s {found.mib:5d} MiB   {told}", flush=True)


def compare(name: str, file: Path) -> tuple[Measured, float]:
    """Print ours beside the bare conversion; returns ours, and how many times as long it took in the same memory."""
    found, within, free = measure(ours(file), bare(file, PROMISED_MIB), bare(file))
    ratio = found.seconds / within.seconds
    show(name, "transform", found)
    show("", f"bare in {PROMISED_MIB} MiB", within, f"time x{ratio:.2f} (promised x{PROMISED_TIMES})")
    show("", "bare", free, f"time x{found.seconds / free.seconds:.2f}")
    return found, ratio


def compare_formats(source: Path) -> int:
    """Print the figures of the same rows in other formats; returns the largest peak memory (MiB)."""
    largest = 0
    for kind, options in FORMATS.items():
        with tempfile.TemporaryDirectory(dir=CACHE) as folder:
            file = Path(folder) / f"rows.{kind}"
            # in a process of its own: the peak of this one would count for those it starts
            subprocess.run([sys.executable, "-c", CONVERT, source, file, options], check=True)
            size = file.stat().st_size >> 20
            (found,) = measure(ours(file, kind))
        show(f"as {kind}, {size} MiB", "transform", found)
        largest = max(largest, found.mib)
    return largest


def main(report: Path) -> int:
    """Print the figures; 1 when a promise is missed."""
    CACHE.mkdir(parents=True, exist_ok=True)
    usual, _ = compare(report.name[:20], report)
    show("", "promised", Measured(PROMISED_SECONDS, PROMISED_MIB))
    larger, ratio = compare(f"{MILLION:,} rows", million())
    peaks = [usual.mib, larger.mib]
    if os.environ.get("LARGE"):
        largest, _ = compare(f"{10 * MILLION:,} rows", ten_million())
        print(f"{'':20s} ten times the rows: {largest.seconds / larger.seconds:.2f} times as long")
        peaks.append(largest.mib)
    peaks.append(compare_formats(million()))
    return int(usual.seconds > PROMISED_SECONDS or max(peaks) > PROMISED_MIB or ratio > PROMISED_TIMES)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
