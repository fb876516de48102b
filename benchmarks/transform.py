"""Seconds and peak memory of the transform as a whole process, beside DuckDB's bare CSV -> Parquet of the same file.

The bare conversion is ``COPY (FROM read_csv(…)) TO … (FORMAT parquet, COMPRESSION zstd)``: all columns, types as DuckDB
guesses them, all cores, as much memory as it likes. It checks nothing, keeps no line and finds no duplicate: it is the
floor. Both are whole processes, started with the packages that the function's layers have. A file of a million rows,
and with LARGE=1 in the environment one of ten million, show whether time grows with the rows and memory does not; so
does each other format of the same rows.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

REPEAT = 3
ROWS = 1_000_000
MEMORY_MIB = 1024  # of the function
CACHE = Path(__file__).parent.parent / ".cache" / "bench"
PROMISED_SECONDS, PROMISED_MIB, PROMISED_TIMES = 5.0, 512, 1.5

# the layers have neither; pyarrow and duckdb would load them where they find them
LAYERS = "import sys; sys.modules.update(numpy=None, pandas=None)\n"
BARE = """
import sys, duckdb
bare = duckdb.connect()
bare.execute("SET enable_progress_bar = false")
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


def measure(code: str, file: Path, kind: str = "csv") -> tuple[float, int]:
    """Median seconds and largest peak memory (MiB) of whole processes that run ``code`` on ``file``."""
    seconds, peaks = [], []
    for _ in range(REPEAT):
        began = time.perf_counter()
        arguments = [file, CACHE / "out.parquet", str(MEMORY_MIB), kind]
        process = subprocess.Popen([sys.executable, "-c", LAYERS + code, *arguments])
        _, status, usage = os.wait4(process.pid, 0)
        seconds.append(time.perf_counter() - began)
        if status:
            raise SystemExit(f"exit status {status}")
        peaks.append(usage.ru_maxrss // 1024)
    return median(seconds), max(peaks)


def compare(name: str, file: Path) -> tuple[float, int]:
    """Print ours beside the bare conversion; returns ours."""
    bare_seconds, bare_mib = measure(BARE, file)
    seconds, mib = measure(OURS, file)
    print(
        f"{name:20s} transform {seconds:6.2f} s {mib:5d} MiB   bare {bare_seconds:6.2f} s {bare_mib:5d} MiB",
        end="",
    )
    print(
        f"   time x{seconds / bare_seconds:.2f}, memory x{mib / bare_mib:.2f} (promised x{PROMISED_TIMES})",
        flush=True,
    )
    return seconds, mib


def generated() -> Path:
    """A report of a million rows; made once."""
    folder = CACHE / "million"
    report = folder / "amazon_orders.csv"
    if not report.exists():
        options = f"amazon_orders --rows {ROWS} --seed 2 --out".split()
        command = [sys.executable, "-m", "datagen", *options, str(folder)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return report


def ten_million(source: Path) -> Path:
    """The rows of a report ten times, each time of other orders: a digit more in each number."""
    large = CACHE / "ten-million" / "amazon_orders.csv"
    if not large.exists():
        large.parent.mkdir(exist_ok=True)
        header, *rows = source.read_bytes().splitlines(keepends=True)
        with large.open("wb") as file:
            file.write(header)
            for copy in range(10):
                file.writelines(row.replace(b",", b",%d" % copy, 1) for row in rows)
    return large


def compare_formats(source: Path) -> int:
    """Print the figures of the same rows in other formats; returns the largest peak memory (MiB)."""
    largest = 0
    for kind, options in FORMATS.items():
        with tempfile.TemporaryDirectory(dir=CACHE) as folder:
            file = Path(folder) / f"rows.{kind}"
            # in a process of its own: the peak of this one would count for those it starts
            subprocess.run([sys.executable, "-c", CONVERT, source, file, options], check=True)
            size = file.stat().st_size >> 20
            seconds, mib = measure(OURS, file, kind)
        print(f"{f'as {kind}, {size} MiB':20s} transform {seconds:6.2f} s {mib:5d} MiB", flush=True)
        largest = max(largest, mib)
    return largest


def main(report: Path) -> int:
    """Print the figures; 1 when a promise is missed."""
    CACHE.mkdir(parents=True, exist_ok=True)
    seconds, mib = compare(report.name[:20], report)
    print(f"{'':20s} promised  {PROMISED_SECONDS:6.2f} s {PROMISED_MIB:5d} MiB")
    million, larger = compare(f"{ROWS:,} rows", generated())
    if os.environ.get("LARGE"):
        largest, _ = compare(f"{10 * ROWS:,} rows", ten_million(generated()))
        print(f"{'':20s} ten times the rows: {largest / million:.2f} times as long")
    largest = compare_formats(generated())
    return int(seconds > PROMISED_SECONDS or max(mib, larger, largest) > PROMISED_MIB)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
