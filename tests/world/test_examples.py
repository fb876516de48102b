"""The examples of docs/examples, run against an API that wants a key and answers ahead.

Those of other programs send what they send.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from tests.conftest import Stack
from tests.integration.lake import Lake, wait_for

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


@pytest.fixture(scope="module")
def api(deploy_stack: Callable[..., Stack], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A stack with a small report; what the examples take from the environment."""
    stack = deploy_stack("api-examples", ApiAuth="key", ApiRefresh="true")
    folder = tmp_path_factory.mktemp("report")
    command = [
        sys.executable,
        "-m",
        "datagen",
        "amazon_orders",
        "--rows",
        "1500",
        "--seed",
        "3",
        "--out",
        str(folder),
    ]
    subprocess.run(command, check=True, cwd=EXAMPLES.parents[1])
    lake = Lake(stack.client, stack.outputs)
    lake.load(folder / "amazon_orders.csv")
    wait_for(lambda: answered_ahead(lake) > 10, "named reports to be answered after the run", 120)
    key = stack.client("apigateway").get_api_key(apiKey=stack.outputs["ApiKeyId"], includeValue=True)["value"]
    return {"SALESLAKE_API": stack.outputs["ApiUrl"], "SALESLAKE_KEY": str(key)}


def answered_ahead(lake: Lake) -> int:
    """How many answers of the current release are kept."""
    prefix = f"api/{lake.release()['release_id']}/"
    listed = lake.client("s3").list_objects_v2(Bucket=lake.outputs["LakeBucketName"], Prefix=prefix)
    return int(listed["KeyCount"])


def run(api: dict[str, str], *command: str | Path) -> list[str]:
    """Lines that a command prints."""
    environment = {"PATH": os.environ["PATH"], **api}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def ask(api: dict[str, str], address: str, question: dict[str, object] | None = None) -> dict[str, object]:
    """An answer of the API, numbers as decimals."""
    body = None if question is None else json.dumps(question).encode()
    request = urllib.request.Request(address, body, {"x-api-key": api["SALESLAKE_KEY"]})
    with urllib.request.urlopen(request, timeout=60) as answer:
        found: dict[str, object] = json.load(answer, parse_float=Decimal)
    return found


def test_after_a_run_the_first_to_ask_does_not_wait_for_athena(api: dict[str, str]) -> None:
    answer = ask(api, f"{api['SALESLAKE_API']}/kpis")
    assert answer["metadata"]["cache"] == "object"  # type: ignore[index]


def test_curl(api: dict[str, str]) -> None:
    lines = run(api, "bash", EXAMPLES / "sales.sh")
    headline = json.loads(lines[1])["data"]
    assert headline["revenue"] > 0
    after = lines.index("# two states, as CSV")
    assert lines[after + 1].startswith("state,revenue")
    assert {line.split(",")[0] for line in lines[after + 2 : after + 4]} == {"Maharashtra", "Karnataka"}
    assert "304" in lines
    assert '"day","state","category","revenue","units"' in lines


def test_python(api: dict[str, str]) -> None:
    first, *rows, last = run(api, sys.executable, EXAMPLES / "sales.py")
    total = ask(api, f"{api['SALESLAKE_API']}/kpis")["data"]["revenue"]  # type: ignore[index]
    assert Decimal(first.rpartition(" ")[2]) == total
    assert sum(Decimal(row.split()[2]) for row in rows) == total
    assert last.startswith("release r-")


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node on this machine")
def test_javascript(api: dict[str, str]) -> None:
    *states, release, refused = run(api, "node", EXAMPLES / "sales.mjs")
    assert len(states) == 3
    assert release.startswith("release r-")
    assert "did you mean state" in refused


def test_what_power_query_sends_is_answered_with_the_columns_it_types(api: dict[str, str]) -> None:
    text = (EXAMPLES / "sales.pq").read_text()
    written = re.search(r"Question = \[(.*)\],\n", text)
    assert written
    as_json = re.sub(r"(\w+) = ", r'"\1": ', written[1]).replace("{", "[").replace("}", "]")
    answer = ask(api, f"{api['SALESLAKE_API']}/query", json.loads(f"{{{as_json}}}"))
    typed = re.findall(r'\{"(\w+)", [\w.]+(?: \w+)?\}', text)
    assert list(answer["data"][0]) == typed  # type: ignore[index]
    assert answer["metadata"]["next"] is None  # type: ignore[index]


def panels() -> Sequence[dict[str, object]]:
    return json.loads((EXAMPLES / "grafana.json").read_text())["panels"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("panel", panels(), ids=lambda panel: panel["title"])
def test_what_grafana_sends_is_answered_with_the_columns_its_panel_shows(
    api: dict[str, str], panel: dict
) -> None:
    (target,) = panel["targets"]
    address = target["url"].replace("${api}", api["SALESLAKE_API"])
    address = address.replace("${__from:date:YYYY-MM-DD}", "2022-04-01").replace(
        "${__to:date:YYYY-MM-DD}", "2022-06-30"
    )
    assert "$" not in address
    rows = ask(api, address)[target["root_selector"]]
    assert rows
    assert {column["selector"] for column in target["columns"]} <= set(rows[0])  # type: ignore[index]
