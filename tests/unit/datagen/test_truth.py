"""The generator's truth against an independent reading of the file it wrote."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datagen.amazon_orders import generate
from datagen.amazon_orders.faults import DEFECTS
from tests.oracle.amazon import answers

NOT_READ_FROM_ROWS = {"file", "seed", "defect_lines"}


def without(truth: dict, names: set[str]) -> dict:
    return {name: value for name, value in truth.items() if name not in names}


@pytest.mark.parametrize(("rows", "seed"), [(1, 0), (2, 1), (1_000, 2), (7_777, 3)])
def test_an_independent_reading_gives_every_answer_of_the_truth(make: Callable, rows: int, seed: int):
    made = make(rows, seed)
    assert answers(made.report) == without(made.truth, NOT_READ_FROM_ROWS)


def test_it_does_so_across_the_blocks_a_large_file_is_written_in(large):
    assert answers(large.report) == without(large.truth, NOT_READ_FROM_ROWS)


def test_every_defect_is_counted_exactly_and_leaves_the_other_rows_alone(spoilt):
    found = answers(spoilt.report)
    assert found["defects"] == {name: nth + 2 for nth, name in enumerate(DEFECTS)}
    assert found == without(spoilt.truth, NOT_READ_FROM_ROWS)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 2**40),
    rows=st.integers(40, 400),
    defects=st.dictionaries(st.sampled_from(sorted(DEFECTS)), st.integers(0, 5), max_size=4),
    days=st.integers(1, 800),
)
def test_the_truth_holds_for_any_seed_size_calendar_and_defects(seed, rows, defects, days, tmp_path: Path):
    files = generate(rows, seed, tmp_path, defects=defects, days=days)
    truth = json.loads(files.truth.read_text(encoding="utf-8"))
    assert answers(files.report) == without(truth, NOT_READ_FROM_ROWS)
    assert truth["rows"] == rows == truth["published"] + truth["quarantined"] + truth["duplicates"]


def test_half_of_a_tiny_file_may_be_duplicates(make: Callable):
    made = make(10, 5, defects={"duplicate_row": 5})
    assert answers(made.report)["duplicates"] == 5


def test_the_truth_names_the_line_of_every_defect(spoilt):
    lines = spoilt.report.read_text(encoding="utf-8").splitlines()
    dates = {lines[at - 1].split(",")[2] for at in spoilt.truth["defect_lines"]["empty_date"]}
    assert {date.strip() for date in dates} == {""}
    for at in spoilt.truth["defect_lines"]["duplicate_row"]:
        assert lines.count(lines[at - 1]) >= 2
    everywhere = [at for lines in spoilt.truth["defect_lines"].values() for at in lines]
    assert len(everywhere) == len(set(everywhere))
