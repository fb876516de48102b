"""Five companies, each delivered in its own disorder: every table equals what the oracle makes of the files."""

from __future__ import annotations

import os
from random import Random

import pytest

from tests.world.journey import arrivals, corrected, cut

# The first comes in the usual formats, each of the others in one for all datasets.
FORMATS = {1: None, 2: "csv", 3: "json", 4: "parquet", 5: "avro"}
SEEDS = [1] if os.environ.get("ENGINE") == "trino" else sorted(FORMATS)
OPTIONS = ("--days", "45", "--daily", "3", "--late", "--defects", "all=1")
A_DAY = "2025-12-30"  # the calendar ends with the year


@pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=pytest.mark.xdist_group(f"cloud-{seed % 2}")) for seed in SEEDS]
)
def test_every_table_equals_the_oracle_after_a_random_journey(seed, world, journey, tmp_path):
    random = Random(seed)
    chosen = ["--format", FORMATS[seed]] if FORMATS[seed] else []
    files = arrivals(world("--seed", str(seed), *OPTIONS, *chosen))
    company = journey(f"world-{seed}")

    late = random.sample(files, 6)
    history, middle, last = cut([file for file in files if file not in late], 3, random)
    random.shuffle(history)  # orders before their customers, refunds before their sales
    company.deliver(history)
    company.deliver(middle)
    steps = [
        lambda: company.deliver(last),
        lambda: company.order(date=A_DAY),
        lambda: company.order(backfill={"dataset": random.choice(["customers", "products", "web_orders"])}),
    ]
    random.shuffle(steps)
    for step in steps:
        step()
    company.roll_back(random.choice([1, 2, 3]))
    assert company.wrong() == []

    again = [
        (dataset, corrected(path, tmp_path, "status", "cancelled", random))
        for dataset, path in files
        if dataset in {"web_orders", "rep_transactions"} and path.suffix == ".csv"
    ]
    company.deliver([*late, *again])
    known = sorted((company.held | company.loaded).values(), key=lambda file: file.file_id)
    company.replay(random.sample(known, 3))
    assert company.wrong() == []
