"""More than a hundred months in one load: Athena writes at most a hundred partitions in one statement."""

from collections import defaultdict

import pytest

from tests.world.journey import arrivals


@pytest.mark.xdist_group("cloud-1")
def test_ten_years_in_one_load_equal_the_oracle(world, journey, tmp_path):
    parts = defaultdict(list)
    for dataset, path in arrivals(world("--seed", "10", "--days", "3700", "--daily", "0", "--format", "csv")):
        parts[dataset].append(path.read_text())
    whole = []
    # each is the whole list: one after the other would repeat every key
    parts["sales_reps"] = parts["sales_reps"][-1:]
    for dataset, texts in parts.items():
        header, _, first = texts[0].partition("\n")
        path = tmp_path / f"{dataset}-decade.csv"
        path.write_text("".join([header, "\n", first, *(text.partition("\n")[2] for text in texts[1:])]))
        whole.append((dataset, path))
    decade = journey("decade")
    decade.deliver(whole)
    months = decade.lake.query("SELECT COUNT(DISTINCT date_trunc('month', sale_date)) FROM fact_sales")
    assert int(months[0][0]) > 100
    assert decade.wrong() == []
