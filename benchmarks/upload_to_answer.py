"""Seconds from the start of `saleslake load FILE` to the answer of `GET /analytics`, on a fresh cloud each time."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from statistics import median

from local import cloud, deploy
from local.settings import Settings

REPEAT = 3
STACK = "saleslake-local"
CACHE = Path(__file__).parent.parent / ".cache" / "bench"
PROMISED_SECONDS, PROMISED_TRANSFORM_SECONDS = 25.0, 5.0


def measure(report: Path) -> tuple[float, float]:
    """Seconds until the answer, and of these the Transform state."""
    settings = Settings(cloud.free_port(), CACHE / "cloud")
    shutil.rmtree(settings.state, ignore_errors=True)
    cloud.start(settings)
    try:
        deploy.build(settings)
        outputs = deploy.deploy(settings, STACK)
        deploy.wait_until_healthy(settings, outputs)
        began = time.perf_counter()
        said = subprocess.run(
            [Path(sys.executable).with_name("saleslake"), "--stack", STACK, "load", report],
            env=settings.client_environment(),
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        with urllib.request.urlopen(f"{outputs['ApiUrl']}/analytics", timeout=60) as answer:
            status = json.load(answer)["status"]
        took = time.perf_counter() - began
    finally:
        cloud.stop(settings)
        shutil.rmtree(settings.state, ignore_errors=True)
    transform = re.search(r"Transform\s+([0-9.]+) s", said)
    if status != "success" or transform is None:
        raise SystemExit(f"no answer after:\n{said}")
    return took, float(transform[1])


def main(report: Path) -> int:
    """Print the medians; 1 when a promise is missed."""
    runs = [measure(report) for _ in range(REPEAT)]
    whole, transform = median(run[0] for run in runs), median(run[1] for run in runs)
    print(
        f"upload to answer   {whole:6.1f} s   (promised {PROMISED_SECONDS:g} s; runs {[round(r[0], 1) for r in runs]})"
    )
    print(f"  Transform state  {transform:6.1f} s   (promised {PROMISED_TRANSFORM_SECONDS:g} s)")
    return int(whole > PROMISED_SECONDS or transform > PROMISED_TRANSFORM_SECONDS)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
