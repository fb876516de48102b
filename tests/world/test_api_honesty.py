"""What the planner reads from rollups is what the facts say: random requests, each answered both ways."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pytest

from saleslake.metrics.built import catalogue
from saleslake.metrics.planner import plan
from tests.oracle.figures import Frames
from tests.oracle.warehouse import warehouse
from tests.oracle.warehouse_files import Delivered
from tests.world.journey import Journey
from tests.world.marts import batches
from tests.world.questions import random_requests, unlike, wrong
from tests.world.test_marts import OPTIONS, Company, answer, empty_a_group
from tests.world.workbench import workbench

SAMPLE = 100
CASES = int(os.environ.get("CASES") or 200)


def test_the_planners_answers_are_those_of_the_facts(world: Callable[..., Path]) -> None:
    with workbench() as bench:
        company = Company(world("--seed", "7", *OPTIONS), bench)
        *history, last = company.batches
        company.load(*history)
        company.load(last)
        empty_a_group(company)  # a day that had web orders has none any more
        requests = list(random_requests(Random(8), CASES))
        assert [odd for request in requests if (odd := unlike(company.run, request))] == []
    tables = Counter(table for request in requests for table in plan(request, catalogue()).tables)
    print(f"{len(requests)} requests, read from: {dict(tables.most_common())}")
    assert {rollup.name for rollup in catalogue().rollups} <= set(tables)  # each was worth something to one


@pytest.mark.skipif(
    os.environ.get("ENGINE") != "trino", reason="the embedded engine is asked above, without a cloud"
)
def test_the_deployed_engine_is_told_the_same(
    world: Callable[..., Path], journey: Callable[[str], Journey]
) -> None:
    found = batches(world("--seed", "7", "--days", "61", "--format", "csv"))
    company = journey("honesty")
    company.deliver(file for files in found.values() for file in files)
    requests = list(random_requests(Random(12), CASES))
    with ThreadPoolExecutor(4) as pool:
        odd = list(pool.map(lambda request: unlike(lambda sql: answer(company, sql), request), requests))
    assert [difference for difference in odd if difference] == []


def test_the_planners_answers_are_those_of_pandas_on_the_generated_files(world: Callable[..., Path]) -> None:
    """Neither the pipeline's tables nor the catalogue's SQL has a part in what is expected."""
    with workbench() as bench:
        company = Company(world("--seed", "10", *OPTIONS), bench)
        files = [file for batch in company.batches.values() for file in batch]
        company.load(*company.batches)
        delivered = [
            Delivered(
                dataset,
                path,
                f"2026-01-01T{n // 60:02}:{n % 60:02}:00.000000Z|landing/{dataset}/{path.name}|",
            )
            for n, (dataset, path) in enumerate(files)
        ]
        frames = Frames(warehouse(delivered).tables)
        found = {source: len(rows) for source, rows in frames.by_source.items()}
        requests = [
            request.model_copy(update={"compare": None, "order": (), "limit": None, "offset": 0})
            for request in random_requests(Random(11), SAMPLE)
        ]
        assert [odd for request in requests if (odd := wrong(company.run, request, frames))] == []
    print(f"{len(requests)} requests beside pandas, over {found}")
