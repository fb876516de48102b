"""Import time of the API's function in a fresh process, beside a Powertools hello world that has boto3."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from local.runtime.environment import create
from local.settings import CHECKOUT

ROUNDS = 15
PROMISED_RATIO = 1.5
LAYER = CHECKOUT / ".aws-sam" / "build" / "CommonLayer" / "python"

HELLO = """
import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayRestResolver

logger = Logger()
dynamodb = boto3.client("dynamodb")
api = APIGatewayRestResolver()


@api.get("/hello")
def hello():
    return {"message": "hello"}


@logger.inject_lambda_context
def handler(event, context):
    return api.resolve(event, context)
"""
STACK = (
    "LAKE_BUCKET", "LANDING_BUCKET", "LEDGER_TABLE", "DATABASE", "BUILD_DATABASE", "WORKGROUP", "ALERT_TOPIC_ARN",
    "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "POWERTOOLS_SERVICE_NAME",
)  # fmt: skip


def cpu_milliseconds(python: Path, folder: Path) -> float:
    """Processor time of a process that imports ``app`` of a folder and ends, less that of one that does nothing."""
    return _spent(python, folder, "import app") - _spent(python, folder, "pass")


def _spent(python: Path, folder: Path, code: str) -> float:
    path = os.pathsep.join(map(str, [folder, CHECKOUT / "layers" / "common", LAYER]))
    environment = dict.fromkeys(STACK, "test") | {"AWS_DEFAULT_REGION": "eu-central-1", "PYTHONPATH": path}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([python, "-c", code], env=environment, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000


def main() -> int:
    """Print both and their ratio in processor time, which other work leaves alone; 1 when the promise is missed."""
    python = create(CHECKOUT / ".cache")
    times: dict[str, list[float]] = {"hello world": [], "functions/serve": []}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "app.py").write_text(HELLO, encoding="utf-8")
        folders = {"hello world": Path(folder), "functions/serve": CHECKOUT / "functions" / "serve"}
        for where in folders.values():  # compiles what it imports, as the layer has it compiled
            cpu_milliseconds(python, where)
        for _ in range(ROUNDS):
            for name, kept in times.items():
                kept.append(cpu_milliseconds(python, folders[name]))
    for name, kept in times.items():
        print(f"{name:16} {median(kept):6.0f} ms")
    ratio = median(times["functions/serve"]) / median(times["hello world"])
    print(f"ratio            {ratio:6.2f}      (promised {PROMISED_RATIO:g})")
    return int(ratio > PROMISED_RATIO)


if __name__ == "__main__":
    sys.exit(main())
