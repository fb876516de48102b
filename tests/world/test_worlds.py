"""Five companies, each delivered in its own disorder: every table equals what the oracle makes of the files."""

from __future__ import annotations

import os
from random import Random

import pytest

from tests.world.journey import arrivals, corrected, cut

# The first comes in the usual formats, each of the others in one for all datasets.
FORMATS = {1: None, 2: "csv", 3: "json", 4: "parquet", 5: "avro"}
SEEDS = [1] if os.environ.get("ENGINE") == "trino" else sorted(FORMATS)
DAYS, DAILY, A_DAY = "45", "3", "2025-12-30"  # the calendar ends with the year


@pytest.mark.parametrize("seed", SEEDS)
def test_every_table_equals_the_oracle_after_a_random_journey(seed, world, journey, tmp_path):
    random = Random(seed)
    options = ["--seed", str(seed), "--days", DAYS, "--daily", DAILY, "--late"]
    files = arrivals(world(*options, *(["--format", FORMATS[seed]] if FORMATS[seed] else [])))
    company = journey(f"world-{seed}")

    late = random.sample(files, 6)
    history, middle, last = cut([file for file in files if file not in late], 3, random)
    random.shuffle(history)  # orders before their customers, refunds before their sales
    company.deliver(history)
    company.deliver(middle)
    assert company.wrong() == []

    steps = [
        lambda: company.deliver(last),
        lambda: company.order(date=A_DAY),
        lambda: company.order(backfill={"dataset": random.choice(["customers", "products", "web_orders"])}),
    ]
    random.shuffle(steps)
    for step in steps:
        step()
    company.roll_back(random.choice([1, 2]))
    assert company.wrong() == []

    again = [
        (dataset, corrected(path, tmp_path, "status", "cancelled", random))
        for dataset, path in files
        if dataset in {"web_orders", "rep_transactions"} and path.suffix == ".csv"
    ]
    company.deliver([*late, *again])
    held = sorted(company.held.values(), key=lambda file: file.file_id)
    for file in random.sample(held, min(2, len(held))):
        company.replay(file)
    assert company.wrong() == []
