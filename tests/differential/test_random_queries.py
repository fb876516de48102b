"""Random queries on both engines: the embedded one answers as Trino does, or refuses, seldom.

CASES and SEED choose how many and which: `make differential CASES=2000`.
"""

import os
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from local.athena.engine import QueryFailed, Result
from local.athena.errors import NotSupportedHere
from tests.conformance.compare import differences
from tests.conformance.conftest import Runner
from tests.conformance.lake import RUNS, Lake
from tests.differential.expressions import kind_of
from tests.differential.queries import Queries, Table

CASES = int(os.environ.get("CASES") or 200)
SEED = int(os.environ.get("SEED") or 20220430)
REFUSED_AT_MOST = 0.05
ILL_TYPED_AT_MOST = 0.02  # a generator that makes invalid queries tests nothing
INVALID = ("TYPE_MISMATCH", "SYNTAX_ERROR", "FUNCTION_NOT_FOUND", "COLUMN_NOT_FOUND", "EXPRESSION_NOT")


@dataclass
class Tally:
    """What became of the queries."""

    same: int = 0
    failed_alike: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    invalid: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)

    @property
    def well_typed(self) -> int:
        return self.same + self.failed_alike.total() + self.refused.total() + len(self.different)

    def add(self, sql: str, expected: Result | QueryFailed, found: Result | QueryFailed) -> None:
        if isinstance(expected, QueryFailed) and expected.message.startswith(INVALID):
            self.invalid.append(f"{expected.message}\n    {sql}")
        elif isinstance(found, NotSupportedHere):
            self.refused[found.message.partition("refuses ")[2].partition(" rather than")[0]] += 1
        elif isinstance(expected, QueryFailed) and isinstance(found, QueryFailed):
            self._add_failures(sql, expected, found)
        elif isinstance(expected, Result) and isinstance(found, Result):
            faults = differences(sql, expected, found)
            self.same += not faults
            self.different += [f"{fault}\n    {sql}" for fault in faults[:1]]
        else:
            self.different.append(f"{_told(expected)} in Trino, {_told(found)} in DuckDB\n    {sql}")

    def _add_failures(self, sql: str, expected: QueryFailed, found: QueryFailed) -> None:
        one, other = expected.message.partition(":")[0], found.message.partition(":")[0]
        if one == other:
            self.failed_alike[one] += 1
        else:
            self.different.append(f"{expected.message} in Trino, {found.message} in DuckDB\n    {sql}")

    def __str__(self) -> str:
        lines = [
            f"seed {SEED}: {self.well_typed} well-typed queries, {self.same} answered alike, "
            f"{self.failed_alike.total()} failed alike {dict(self.failed_alike)}, {self.refused.total()} refused, "
            f"{len(self.different)} different; {len(self.invalid)} ill-typed left out",
            *(f"  refused {count}: {reason}" for reason, count in self.refused.most_common()),
        ]
        return "\n".join(lines)


def test_random_queries_mean_the_same_on_both_engines(
    trino: Runner, duckdb: Runner, lake: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    queries = Queries(random.Random(SEED), tables(lake))
    asked = [queries.next() for _ in range(CASES)]
    tally = Tally()
    with ThreadPoolExecutor(3) as pool:
        for sql, expected in zip(asked, pool.map(lambda sql: outcome(trino, sql), asked), strict=True):
            tally.add(sql, expected, outcome(duckdb, sql))
    with capsys.disabled():
        print(f"\n{tally}")
    assert tally.different == []
    assert tally.refused.total() <= REFUSED_AT_MOST * tally.well_typed
    assert len(tally.invalid) <= ILL_TYPED_AT_MOST * CASES, tally.invalid[:5]


def tables(lake: Lake) -> list[Table]:
    """Every table of the lake with the columns whose types the queries know."""
    found = []
    for entry in lake.glue.get_tables(DatabaseName="seed")["TableList"]:
        columns = {c["Name"]: kind_of(c["Type"]) for c in entry["StorageDescriptor"]["Columns"]}
        known = {name: kind for name, kind in columns.items() if kind}
        injected = entry["Parameters"].get("projection.run_id.type") == "injected"
        if len(known) > 3:
            condition = f"{{alias}}.run_id = '{RUNS[0]}'" if injected else None
            found.append(Table(entry["Name"], known, condition))
    return found


def outcome(runner: Runner, sql: str) -> Result | QueryFailed:
    try:
        return runner(sql)
    except QueryFailed as failure:
        return failure


def _told(outcome: Result | QueryFailed) -> str:
    return f"{len(outcome.rows)} rows" if isinstance(outcome, Result) else outcome.message
