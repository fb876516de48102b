"""Generated requests against the deployed API: no fault of ours, and every answer as its description has it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.world.api_description import PATH, known_to
from tests.world.journey import Journey
from tests.world.marts import batches

CASES = int(os.environ.get("CASES") or 300)
THOROUGH = 3000
OPERATIONS = sum(map(len, json.loads(PATH.read_text(encoding="utf-8"))["paths"].values()))
# Which values there are, the release knows and not the description; and which go together, nobody can describe.
CONFIGURATION = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "400", "404", "410", "422"]

[phases.coverage]
unexpected-methods = ["delete", "get", "patch", "post", "put"]
"""


def test_generated_requests_get_the_answers_that_are_described(
    world: Callable[..., Path], journey: Callable[[str], Journey], tmp_path: Path
) -> None:
    company = journey("api-schema")
    found = batches(world("--seed", "11", "--days", "14", "--format", "csv"))
    company.deliver(file for files in found.values() for file in files)
    release, _ = company.releases[-1]
    api = company.lake.outputs["ApiUrl"]
    ids = {
        name: [row[name] for row in company.lake.get(f"/{path}?limit=3").json["data"]]
        for name, path in (("product_id", "products"), ("customer_id", "customers"))
    }
    narrowed = tmp_path / "openapi.json"
    narrowed.write_text(json.dumps(known_to(release, ids)))
    phases = "examples,coverage,fuzzing" if CASES >= THOROUGH else "fuzzing"
    # half of the requests know the release, half know no more than the description says
    seen: Counter[str] = Counter()
    for description, mode in ((narrowed, "positive"), (PATH, "all")):
        seen += generated_requests(description, mode, api, tmp_path, phases)
    print(f"{seen.total()} requests: {dict(sorted(seen.items()))}")
    assert seen["200"] > seen.total() // 20, "most of what was sent was refused: it says little"


def generated_requests(description: Path, mode: str, api: str, folder: Path, phases: str) -> Counter[str]:
    """Send requests made from a description and hold the answers to it; how many got which status."""
    configuration, report = folder / "schemathesis.toml", folder / "report.ndjson"
    configuration.write_text(CONFIGURATION)
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(configuration), "run"),
        *(str(description), "--url", api, "--checks", "all", "--mode", mode),
        *("--seed", "1", "--max-examples", str(max(1, CASES // OPERATIONS // 2)), "--phases", phases),
        *("--continue-on-failure", "--workers", "2", "--request-timeout", "30", "--no-color"),
        *("--suppress-health-check", "all", "--report", "ndjson", "--report-ndjson-path", str(report)),
    ]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    assert ran.returncode == 0, ran.stdout[-8000:] + ran.stderr[-2000:]
    return statuses(report)


def statuses(report: Path) -> Counter[str]:
    """How often each status is in a report."""
    found: Counter[str] = Counter()

    def look(value: object) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("status_code"), int):
                found[str(value["status_code"])] += 1
            for inner in value.values():
                look(inner)
        elif isinstance(value, list):
            for inner in value:
                look(inner)

    for line in report.read_text().splitlines():
        look(json.loads(line))
    return found
