"""A local cloud for one measurement: fresh, with the stack deployed, gone afterwards."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks._reports import CACHE
from local import cloud, deploy
from local.settings import Settings

STACK = "saleslake-local"


@dataclass(frozen=True)
class Cloud:
    """A running local cloud with the stack in it."""

    settings: Settings
    outputs: dict[str, str]
    pid: int

    def load(self, *reports: Path) -> str:
        """``saleslake load``: what it printed once the reports are in a release."""
        done = subprocess.run(
            [Path(sys.executable).with_name("saleslake"), "--stack", STACK, "load", *reports],
            env=self.settings.client_environment(),
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise SystemExit(f"saleslake load failed:\n{done.stdout}{done.stderr}")
        return done.stdout


@contextmanager
def fresh_cloud(name: str, engine: str = "duckdb", sql_memory: str = Settings.sql_memory) -> Iterator[Cloud]:
    """Start a cloud on a free port with its state in `name`, deploy the stack, end it when the block ends."""
    settings = Settings(cloud.free_port(), CACHE / name, engine, sql_memory)
    shutil.rmtree(settings.state, ignore_errors=True)
    process = cloud.start(settings)
    try:
        deploy.build(settings)
        outputs = deploy.deploy(settings, STACK)
        deploy.wait_until_healthy(settings, outputs)
        yield Cloud(settings, outputs, process.pid)
    finally:
        cloud.stop(settings)
        shutil.rmtree(settings.state, ignore_errors=True)
