"""The embedded engine answers as Trino does, fails as Trino does, or refuses; it never answers differently."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from local.athena.engine import QueryFailed, Result
from local.athena.errors import NotSupportedHere
from tests.conformance import odd
from tests.conformance.compare import differences
from tests.conformance.conftest import Runner
from tests.conformance.lake import Lake
from tests.conformance.statements import tokens_of

HERE = Path(__file__).parent


def _yaml(name: str) -> Any:
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))


def parts(text: str) -> list[str]:
    """The select items of a text without FROM; a text with FROM stays whole."""
    tokens = tokens_of(text)
    if any(token.word in ("FROM", "DISTINCT") for token in tokens):
        return [text]
    depth, start, found = 0, 0, []
    for token in tokens:
        depth += (token.text in "([{") - (token.text in ")]}")
        if token.text == "," and depth == 0:
            found.append(text[start : token.start].strip())
            start = token.start + 1
    return [*found, text[start:].strip()]


REFUSED = frozenset(_yaml("refused.yaml"))
CASES = [
    pytest.param(text, id=f"{topic}-{number}")
    for topic, cases in _yaml("traps.yaml").items()
    for number, text in enumerate(cases)
]


@pytest.fixture(scope="module")
def snapshot(lake: Lake, trino: Runner) -> str:
    """The tables of odd values, and a snapshot to read fact_sales at."""
    odd.make(lake, trino)
    return lake.snapshot("fact_sales")


@pytest.mark.parametrize("text", CASES)
def test_the_embedded_engine_means_the_same_or_refuses(
    text: str, trino: Runner, duckdb: Runner, snapshot: str
) -> None:
    text = text.replace("SNAPSHOT", snapshot)
    whole, items = outcome(trino, f"SELECT {text}"), parts(text)
    faults = []
    for number, item in enumerate(items):
        expected = whole if len(items) == 1 or isinstance(whole, QueryFailed) else _column(whole, number)
        faults += fault(item.replace(snapshot, "SNAPSHOT"), expected, outcome(duckdb, f"SELECT {item}"))
    assert faults == []


def test_every_refusal_on_the_list_is_a_case() -> None:
    items = {item for cases in _yaml("traps.yaml").values() for text in cases for item in parts(text)}
    assert items >= REFUSED


def fault(item: str, expected: Result | QueryFailed, found: Result | QueryFailed) -> list[str]:
    """What is wrong with the embedded engine's outcome for one select item."""
    if isinstance(found, NotSupportedHere):
        known = item in REFUSED or isinstance(expected, QueryFailed)
        return [] if known else [f"refused, and not on the list: {item}: {found.message}"]
    if item in REFUSED:
        return [f"no longer refused, take it off the list: {item}"]
    if isinstance(expected, QueryFailed) or isinstance(found, QueryFailed):
        one, other = _code(expected), _code(found)
        return [] if one == other else [f"{item}: {one} in Trino, {other} in DuckDB"]
    return [f"{item}: {difference}" for difference in differences(f"SELECT {item}", expected, found)]


def outcome(runner: Runner, sql: str) -> Result | QueryFailed:
    try:
        return runner(sql)
    except QueryFailed as failure:
        return failure


def _column(result: Result, number: int) -> Result:
    name = result.columns[number]
    if name.name.startswith("_col"):  # alone it is the first
        name = type(name)("_col0", name.type, name.precision, name.scale)
    return Result((name,), [(row[number],) for row in result.rows])


def _code(outcome: Result | QueryFailed) -> str:
    if isinstance(outcome, Result):
        return f"the answer {list(outcome.rows)[:3]}"
    return outcome.message.partition(":")[0]
