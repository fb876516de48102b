"""What the planner reads from rollups is what the facts say: random requests, each answered both ways."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

from saleslake.metrics.built import catalogue
from saleslake.metrics.planner import plan
from tests.world.questions import random_requests, unlike
from tests.world.test_marts import OPTIONS, Company, empty_a_group
from tests.world.workbench import workbench

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
