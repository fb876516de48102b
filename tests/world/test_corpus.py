"""Small files with one fault each, or a mix: what becomes of them is written beside each of them, by hand.

``tests/corpus/NAME`` is landed as it is; ``NAME.yaml`` says what is to come of it (README.md there).
"""

from __future__ import annotations

import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.lake import Lake
from tests.world.inbox import Inbox

pytestmark = pytest.mark.xdist_group("cloud-1")
CORPUS = Path(__file__).parents[1] / "corpus"
EXPECTED = {
    path.name.removesuffix(".yaml"): yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in sorted(CORPUS.glob("*.yaml"))
}
PARTS = ("read", "published", "quarantined", "duplicates", "superseded")
DOOR_SECONDS = 60


@pytest.fixture(scope="module")
def lake(deploy_stack):
    """A stack of its own, from outside."""
    stack = deploy_stack("corpus")
    return Lake(stack.client, stack.outputs)


@pytest.fixture(scope="module")
def inbox(lake):
    """Somebody who has subscribed to the alerts before anything lands."""
    return Inbox(lake, "alerts-of-corpus")


@pytest.fixture(scope="module")
def deliveries(lake, inbox):
    """Every file landed, wave by wave, and every run they caused at its end."""
    landed: dict[str, str] = {}
    for wave in sorted({expected.get("wave", 1) for expected in EXPECTED.values()}):
        if landed:
            time.sleep(1)  # S3 tells landing times to the second; the later wave is the later one
        own = {
            name: lake.drop(CORPUS / name, dataset=expected["folder"])
            for name, expected in EXPECTED.items()
            if expected.get("wave", 1) == wave
        }
        began = time.monotonic()
        for delivery in own.values():
            lake.delivered(delivery, DOOR_SECONDS)
        print(
            f"{len(own)} files of wave {wave} were in the ledger {time.monotonic() - began:.1f} s after they landed"
        )
        landed |= own
    lake.settle(300)
    failed = [run["reason"] for run in lake.items("run") if run["status"] == "failed"]
    assert failed == []
    return {name: lake.delivered(delivery) for name, delivery in landed.items()}


@pytest.fixture(scope="module")
def accounts(lake, deliveries):
    """What the release says of each file, by its hash."""
    return lake.release()["files"]


@pytest.fixture(scope="module")
def reasons(lake, deliveries):
    """By file and line: rule and column of every fault, the text that was kept, the value at fault of each column."""
    runs = ", ".join(f"'{run['sk']}'" for run in lake.items("run"))
    faults: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    texts: dict[tuple[str, int], str] = {}
    values: dict[str, dict[int, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for dataset in sorted({delivery["dataset"] for delivery in deliveries.values() if delivery["dataset"]}):
        found = lake.query(
            f"""SELECT file_id, line_number, raw_text, rule, "column", value
            FROM {dataset}_quarantine CROSS JOIN UNNEST(reasons) AS t (rule, "column", value, expected)
            WHERE run_id IN ({runs})""",
            "BuildDatabaseName",
        )
        for file_id, line, text, rule, column, value in found:
            faults[file_id][int(line)].append(f"{rule} {column}" if column else rule)
            texts[file_id, int(line)] = text
            values[file_id][int(line)][column or rule] = value
    return faults, texts, values


def told(delivery: dict[str, Any], account: dict[str, Any] | None, faults: dict[int, list[str]]) -> dict:
    """What came of a file, in the words of its expectation."""
    found: dict[str, Any] = {"outcome": delivery["outcome"]}
    if delivery["reasons"]:
        found["refusal"] = delivery["reasons"][0]
    if account and delivery["outcome"] == "accepted":
        found["rows"] = {part: account[part]["rows"] for part in PARTS}
        found["amount"] = {part: account[part]["amount"] for part in PARTS}
        found["quarantined"] = {line: sorted(rules) for line, rules in faults.items()}
        found["warnings"] = account["warnings"]
        found["days"] = [account["first_day"], account["last_day"]]
    found["added"] = sorted(change["column"] for change in delivery["changes"] if change["kind"] == "added")
    return found


def asked(expected: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """Of what came of a file, what its expectation speaks of."""
    speaks = {"outcome", "added", *(expected.keys() - {"fault", "folder", "wave"})}
    if expected["outcome"] == "accepted":
        speaks |= {"rows", "quarantined", "warnings"}
    kept = {name: found.get(name) for name in speaks}
    for name in ("refusal", "amount"):  # an expectation may leave out parts of these
        if name in speaks:
            kept[name] = {part: (found.get(name) or {}).get(part) for part in expected[name]}
    return kept


def wanted(expected: dict[str, Any]) -> dict[str, Any]:
    """An expectation with what it need not say."""
    said = {name: value for name, value in expected.items() if name not in {"fault", "folder", "wave"}}
    said.setdefault("added", [])
    if said["outcome"] == "accepted":
        said.setdefault("warnings", {})
        said["quarantined"] = {line: sorted(rules) for line, rules in said.get("quarantined", {}).items()}
    return said


def test_every_file_has_its_expectation_and_every_expectation_its_file():
    files = {path.name for path in CORPUS.iterdir() if path.suffix not in {".yaml", ".md"}}
    assert files == EXPECTED.keys()
    assert len(files) >= 60


@pytest.mark.parametrize("name", EXPECTED)
def test_what_becomes_of_a_file_is_what_stands_beside_it(name, deliveries, accounts, reasons):
    delivery, (faults, _, values) = deliveries[name], reasons
    found = told(delivery, accounts.get(delivery["file_id"]), faults.get(delivery["file_id"], {}))
    found["values"] = values.get(delivery["file_id"], {})
    assert asked(EXPECTED[name], found) == wanted(EXPECTED[name]), EXPECTED[name]["fault"]


def test_each_refusal_is_told_once_with_its_reason_and_each_new_column_once(deliveries, inbox):
    messages = inbox.messages()
    refused = {name for name, expected in EXPECTED.items() if expected["outcome"] == "refused"}
    told = [subject for subject, _ in messages if subject.endswith(" was refused")]
    assert sorted(told) == sorted(f"saleslake: {name} was refused" for name in refused)
    texts = dict(messages)
    for name in refused:
        assert deliveries[name]["reasons"][0]["message"] in texts[f"saleslake: {name} was refused"]
    added = [column for expected in EXPECTED.values() for column in expected.get("added", [])]
    told_of = [line for _, text in messages for line in text.splitlines() if line.startswith("- added: ")]
    assert sorted(line.split("'")[1] for line in told_of) == sorted(set(added))


def test_a_quarantined_line_is_kept_as_it_was_delivered(deliveries, reasons):
    _, texts, _ = reasons
    compared = 0
    for name, expected in EXPECTED.items():
        if not name.endswith((".csv", ".jsonl")) or name in {
            "amazon-packed-unsaid.csv",
            "amazon-joined-rows.csv",
        }:
            continue
        lines = (CORPUS / name).read_bytes().splitlines()
        for line in expected.get("quarantined", {}):
            kept = texts[deliveries[name]["file_id"], line]
            text = lines[line - 1].strip() if name.endswith(".jsonl") else lines[line - 1]
            assert kept.encode() == text, f"{name}, line {line}"
            compared += 1
    assert compared > 50
