"""A company's history from landing to release, then one more day, beside a plain pandas program of the same load.

The cloud is fresh, the files lie in landing at once; pandas loads all files each time, for it has no increments.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import click

from benchmarks._cloud import CACHE, fresh_cloud
from benchmarks._memory import PeakMemory
from local.settings import REGION, ROOT_KEY, Settings
from saleslake.aws.executions import visits

PROMISED = {"medium": (120.0, 25.0)}  # seconds: the history, the next day
PROMISED_MIB = 2048
LONGEST = 3600
COUNTED = ("fact_sales", "fact_web_events", "fact_inventory", "fact_reviews", "dim_customer", "dim_product")


@dataclass(frozen=True)
class Delivery:
    """One file of the generated company."""

    dataset: str
    path: Path
    day: str


class Lake:
    """A deployed stack as far as a load needs it."""

    def __init__(self, settings: Settings, outputs: dict[str, str]) -> None:
        self.outputs = outputs
        session = boto3.Session(ROOT_KEY, ROOT_KEY, region_name=REGION)
        self.client = lambda service: session.client(service, endpoint_url=settings.endpoint)
        self.landed: list[list[str]] = []

    def load(self, files: list[Delivery]) -> tuple[float, dict[str, float]]:
        """Land files; seconds until a release has them all, and those of each state."""
        s3, began, known = self.client("s3"), time.time(), set(self._executions())
        for file in files:
            key = f"landing/{file.dataset}/{file.path.name}"
            s3.upload_file(str(file.path), self.outputs["LandingBucketName"], key)
            self.landed.append(
                [file.dataset, str(file.path), f"2026-01-01T00:00:00.{len(self.landed):06d}Z|{key}|"]
            )
        ended = self._wait(began)
        states: Counter[str] = Counter()
        for arn in set(self._executions()) - known:
            pages = self.client("stepfunctions").get_paginator("get_execution_history")
            events = [e for page in pages.paginate(executionArn=arn) for e in page["events"]]
            for state in visits(events):
                if state.left is not None:
                    states[state.name] += (state.left - state.entered).total_seconds()
        return ended - began, dict(states)

    def query(self, sql: str) -> list[str]:
        """The one row of a query."""
        athena = self.client("athena")
        query_id = athena.start_query_execution(
            QueryString=sql,
            QueryExecutionContext={"Database": self.outputs["DatabaseName"]},
            WorkGroup=self.outputs["WorkGroupName"],
        )["QueryExecutionId"]
        while True:
            status = athena.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]["Status"]
            if status["State"] == "SUCCEEDED":
                break
            if status["State"] == "FAILED":
                raise SystemExit(f"{sql}: {status}")
            time.sleep(0.1)
        row = athena.get_query_results(QueryExecutionId=query_id)["ResultSet"]["Rows"][1]
        return [cell["VarCharValue"] for cell in row["Data"]]

    def _wait(self, began: float) -> float:
        """When the release that has every file landed so far became current."""
        while time.time() < began + LONGEST:
            time.sleep(0.5)
            current = self._item("release", "current")
            if current is None:
                continue
            key = f"releases/{current['release_id']['S']}.json"
            body = self.client("s3").get_object(Bucket=self.outputs["LakeBucketName"], Key=key)["Body"]
            if len(json.load(body)["files"]) == len(self.landed):
                ended = time.time()
                while self._executions("RUNNING"):  # it plans again and finds nothing
                    time.sleep(0.2)
                return ended
        raise SystemExit(f"no release with all {len(self.landed)} files after {LONGEST} s")

    def _executions(self, status: str = "") -> list[str]:
        extra = {"statusFilter": status} if status else {}
        machine = self.outputs["StateMachineArn"]
        found = self.client("stepfunctions").list_executions(stateMachineArn=machine, **extra)["executions"]
        return [execution["executionArn"] for execution in found if "mapRunArn" not in execution]

    def _item(self, kind: str, name: str) -> dict[str, Any] | None:
        key = {"pk": {"S": kind}, "sk": {"S": name}}
        return (
            self.client("dynamodb").get_item(TableName=self.outputs["LedgerTableName"], Key=key).get("Item")
        )


def company(scale: str) -> list[Delivery]:
    """A generated company's files in the order they arrive; made once."""
    folder = CACHE / f"world-{scale}"
    listed = folder / "arrivals.json"
    if not listed.exists():
        options = f"world --scale {scale} --seed 1 --daily 1 --out {folder}".split()
        subprocess.run([sys.executable, "-m", "datagen", *options], check=True, stdout=subprocess.DEVNULL)
    entries = json.loads(listed.read_text())
    return [Delivery(entry["dataset"], folder / entry["path"], entry["day"]) for entry in entries]


def pandas(landed: list[list[str]]) -> tuple[float, int, dict[str, Any]]:
    """Seconds and peak MiB of the pandas program as a whole process, and what it found."""
    out = CACHE / "pandas"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    (out / "files.json").write_text(json.dumps(landed))
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.pandas_warehouse", out / "files.json", out])
    _, status, usage = os.wait4(process.pid, 0)
    took = time.perf_counter() - began
    if status:
        raise SystemExit(f"the pandas program ended with status {status}")
    return took, usage.ru_maxrss // 1024, json.loads((out / "summary.json").read_text())


def disagreement(lake: Lake, summary: dict[str, Any]) -> list[str]:
    """Tables in which the release and pandas differ in rows, or in revenue."""
    counts = {name: lake.query(f"SELECT COUNT(*) FROM {name}")[0] for name in COUNTED}
    found = [f"{name}: {n} and {summary[name]} rows" for name, n in counts.items() if int(n) != summary[name]]
    (revenue,) = lake.query("SELECT SUM(revenue) FROM rollup_sales_daily")
    return (
        found
        if float(revenue) == summary["revenue"]
        else [*found, f"revenue {revenue} and {summary['revenue']}"]
    )


def measure(name: str, files: list[Delivery], lake: Lake, pid: int, promised: float | None) -> bool:
    """Load files and print how that went beside pandas; whether a promise was missed."""
    with PeakMemory(pid) as memory:
        seconds, states = lake.load(files)
    took, mib, summary = pandas(lake.landed)
    if differ := disagreement(lake, summary):
        raise SystemExit(f"the release and pandas differ: {'; '.join(differ)}")
    promise = f"   (promised {promised:g} s)" if promised else ""
    print(f"{name}: {len(files)} files, {sum(file.path.stat().st_size for file in files) / 1e6:.1f} MB")
    print(
        f"  landing to release {seconds:6.1f} s{promise}   pandas, all files {took:6.1f} s   x{seconds / took:.1f}"
    )
    print("    " + ", ".join(f"{state} {spent:.1f}" for state, spent in states.items() if spent >= 0.05))
    highest = sorted(memory.peaks.items(), key=lambda item: -item[1])
    print(
        f"  peak MiB  {', '.join(f'{process} {peak}' for process, peak in highest[:6])}   pandas {mib}",
        flush=True,
    )
    largest = highest[0][1]
    print(f"            largest process x{largest / mib:.2f} of pandas (promised at most {PROMISED_MIB} MiB)")
    return largest > PROMISED_MIB or (promised is not None and seconds > promised)


@click.command(help=__doc__)
@click.argument("report", required=False)
@click.option("--scale", type=click.Choice(["small", "medium", "large"]), default="medium", show_default=True)
@click.option("--engine", type=click.Choice(["duckdb", "trino"]), default="duckdb", show_default=True)
def main(report: str | None, scale: str, engine: str) -> None:
    files = company(scale)
    last = files[-1].day
    history_promised, day_promised = PROMISED.get(scale, (None, None))
    with fresh_cloud("warehouse-cloud", engine) as cloud:
        lake = Lake(cloud.settings, cloud.outputs)
        history = [file for file in files if file.day != last]
        missed = measure(f"{scale} history", history, lake, cloud.pid, history_promised)
        day = [file for file in files if file.day == last]
        missed |= measure("the next day", day, lake, cloud.pid, day_promised)
    sys.exit(int(missed))


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.warehouse")
