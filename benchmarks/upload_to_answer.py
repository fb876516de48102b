"""Seconds from the start of `saleslake load FILE` to the answer of `GET /analytics`, on a fresh cloud each time."""

from __future__ import annotations

import json
import re
import sys
import time
import urllib.request
from pathlib import Path
from statistics import median

from benchmarks._cloud import fresh_cloud

REPEAT = 3
PROMISED_SECONDS, PROMISED_TRANSFORM_SECONDS = 25.0, 5.0


def measure(report: Path) -> tuple[float, float]:
    """Seconds until the answer, and of these the Transform state."""
    with fresh_cloud("cloud") as cloud:
        began = time.perf_counter()
        said = cloud.load(report)
        with urllib.request.urlopen(f"{cloud.outputs['ApiUrl']}/analytics", timeout=60) as answer:
            status = json.load(answer)["status"]
        took = time.perf_counter() - began
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
