"""The API: warm answers beside an empty handler and beside pandas per request, cold reports, fifty clients at once.

Cold reports and questions to rollups are asked over a million rows; with LARGE=1 in the environment the latter over ten
million, too.
"""

from __future__ import annotations

import base64
import json
import os
import re
import sys
import threading
import time
from datetime import date, timedelta
from http.client import HTTPConnection
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlsplit

from benchmarks._api_peers import deploy_empty, function_named, pandas_per_request
from benchmarks._cloud import STACK, Cloud, fresh_cloud
from benchmarks._reports import millions
from local import deploy
from local.settings import Settings

PAIRS, WARM_UP, INVOCATIONS = 1500, 200, 200
CLIENTS, EACH = 50, 20
COLD = ("/analytics", "/kpis", "/trends", "/regions", "/categories", "/products", "/channels", "/customers")
ROLLED_UP = (
    {"measures": ["revenue", "lines", "units", "average_line_value"]},
    {"measures": ["revenue", "lines"], "dimensions": ["state"]},
    {"measures": ["revenue", "units"], "dimensions": ["category"], "grain": "day"},
    {"measures": ["revenue", "cancellation_rate"], "dimensions": ["channel"], "grain": "week"},
    {"measures": ["revenue"], "dimensions": ["category", "state"]},
)
UNASKED, FIRST_DAY = 45, date(2022, 4, 1)
REST_SECONDS = 20  # after a load the local cloud is still busy for a while, the longer the more was loaded
COPIES, MOST_GROWTH, LARGE_SQL_MEMORY = 10, 1.3, "6GB"
MOST_P50, MOST_P99, LEAST_FASTER, LEAST_LEANER, MOST_COLD_SECONDS = 1.3, 3.0, 100, 5, 1.5
EVENT = Path(__file__).parent.parent / "events" / "serve.json"


class Asker:
    """One kept connection to one API."""

    def __init__(self, base: str) -> None:
        parts = urlsplit(base)
        self._base = parts.path
        self._connection = HTTPConnection(parts.netloc, timeout=120)

    def ask(self, path: str = "/analytics", body: object = None) -> tuple[float, bytes]:
        """Milliseconds until the whole answer was here, and the answer; with a body it is posted."""
        began = time.perf_counter()
        self._connection.request(
            "GET" if body is None else "POST",
            self._base + path,
            None if body is None else json.dumps(body),
            {"Accept": "application/json", "Content-Type": "application/json"},
        )
        answer = self._connection.getresponse()
        text = answer.read()
        took = (time.perf_counter() - began) * 1000
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status} {text.decode()}")
        return took, text


class Promises:
    """Prints each figure beside its promise and remembers whether one was missed."""

    def __init__(self) -> None:
        self.missed = 0

    def at_most(self, what: str, found: float, most: float, unit: str = "") -> None:
        """A figure that has to be small."""
        self._print(what, f"{found:.2f}{unit}", f"at most {most:g}{unit}", kept=found <= most)

    def at_least(self, what: str, found: float, least: float) -> None:
        """A figure that has to be large."""
        self._print(what, f"{found:.0f}x", f"at least {least:g}x", kept=found >= least)

    def _print(self, what: str, found: str, promise: str, *, kept: bool) -> None:
        print(f"{what:44} {found:>10}   ({promise}){'' if kept else '   MISSED'}", flush=True)
        self.missed += not kept


def cold(base: str, promises: Promises) -> None:
    """Reports nobody has asked yet, each once, on a warm process."""
    asker = Asker(base)
    asker.ask("/health")
    for path in COLD:
        took, body = asker.ask(path)
        if b'"cache":"miss"' not in body:
            raise SystemExit(f"{path} was not cold")
        promises.at_most(f"cold {path}", took / 1000, MOST_COLD_SECONDS, " s")


def warm(cloud: Cloud, promises: Promises) -> None:
    """``GET /analytics`` from memory and the empty handler, in turns, so that both meet the same load."""
    empty = Asker(deploy_empty(cloud.settings, function_named(cloud.settings, STACK, "ServeFunction")))
    real = Asker(cloud.outputs["ApiUrl"])
    times: dict[str, list[float]] = {"empty handler": [], "GET /analytics": []}
    for number in range(WARM_UP + PAIRS):
        pair = empty.ask()[0], real.ask()[0]
        if number >= WARM_UP:
            for took, kept in zip(pair, times.values(), strict=True):
                kept.append(took)
    served = json.loads(real.ask()[1])["metadata"]
    if served["cache"] != "memory":
        raise SystemExit(f"the answers were not warm: {served}")
    p50 = {name: median(kept) for name, kept in times.items()}
    p99 = {name: quantiles(kept, n=100)[98] for name, kept in times.items()}
    for name in times:
        print(f"{name:16} p50 {p50[name]:6.2f} ms   p99 {p99[name]:6.2f} ms")
    promises.at_most(
        "warm p50 over the empty handler", p50["GET /analytics"] / p50["empty handler"], MOST_P50
    )
    promises.at_most(
        "warm p99 over the empty handler", p99["GET /analytics"] / p99["empty handler"], MOST_P99
    )


def inside(cloud: Cloud, report: Path, promises: Promises) -> None:
    """What Lambda itself says of an invocation, beside pandas in a process that has the same file."""
    functions = deploy.client(cloud.settings, "lambda")
    name = function_named(cloud.settings, STACK, "ServeFunction")
    spent, peaks = [], []
    for _ in range(INVOCATIONS):
        answer = functions.invoke(FunctionName=name, Payload=EVENT.read_bytes(), LogType="Tail")
        line = base64.b64decode(answer["LogResult"]).decode()
        spent.append(_figure(line, r"\tDuration: ([\d.]+) ms") or _figure(line, r"Duration: ([\d.]+) ms"))
        peaks.append(_figure(line, r"Max Memory Used: (\d+) MB"))
    milliseconds, mebibytes = pandas_per_request(report)
    print(f"inside the function  {median(spent):7.2f} ms  {max(peaks):5.0f} MiB")
    print(f"pandas per request   {milliseconds:7.2f} ms  {mebibytes:5.0f} MiB")
    promises.at_least("faster than pandas per request", milliseconds / median(spent), LEAST_FASTER)
    promises.at_least("less memory than pandas per request", mebibytes / max(peaks), LEAST_LEANER)


def _figure(line: str, pattern: str) -> float:
    found = re.search(pattern, line)
    return float(found[1]) if found else 0.0


def crowd(base: str, promises: Promises) -> None:
    """Fifty clients at once, first for what nobody has asked, then for what is there."""
    for path in ("/kpis?state=Goa", "/analytics"):
        took: list[float] = []
        failed: list[Any] = []

        def client(path: str = path, took: list[float] = took, failed: list[Any] = failed) -> None:
            asker = Asker(base)
            for _ in range(EACH):
                try:
                    took.append(asker.ask(path)[0])
                except (SystemExit, OSError) as error:
                    failed.append(error)

        threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - began
        print(
            f"{CLIENTS} clients, {path}: {len(took) / seconds:.0f} answers a second, p50 {median(took):.0f} ms"
        )
        promises.at_most(f"failed requests of {CLIENTS * EACH}", len(failed), 0)


def rollups(base: str) -> float:
    """Median milliseconds of questions that nobody has asked yet and rollups answer alone."""
    time.sleep(REST_SECONDS)
    asker, took = Asker(base), []
    for days in range(UNASKED):
        question = ROLLED_UP[days % len(ROLLED_UP)]
        span = {"from": FIRST_DAY.isoformat(), "to": (FIRST_DAY + timedelta(days=28 + days)).isoformat()}
        milliseconds, body = asker.ask("/query", question | span)
        metadata = json.loads(body)["metadata"]
        if metadata["cache"] != "miss" or any(
            not table.startswith("rollup_") for table in metadata["tables"]
        ):
            raise SystemExit(f"{question} was not answered by rollups: {metadata}")
        took.append(milliseconds)
    return median(took)


def main(report: Path) -> int:
    """Print every figure beside its promise; 1 when one is missed."""
    promises = Promises()
    large = bool(os.environ.get("LARGE"))
    with fresh_cloud("api-cloud", sql_memory=LARGE_SQL_MEMORY if large else Settings.sql_memory) as cloud:
        base = cloud.outputs["ApiUrl"]
        cloud.load(report)
        warm(cloud, promises)
        inside(cloud, report, promises)
        crowd(base, promises)
        (first, *others) = millions(COPIES if large else 1)
        cloud.load(first)
        cold(base, promises)
        one = rollups(base)
        print(f"rollups, a million rows: p50 {one:.0f} ms")
        if others:
            cloud.load(*others)
            ten = rollups(base)
            print(f"rollups, ten million rows: p50 {ten:.0f} ms")
            promises.at_most("rollups over ten times the rows", ten / one, MOST_GROWTH)
    return int(promises.missed > 0)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
