"""Incremental is rebuild: however files are cut into runs, and in whatever order these run, the warehouse is the same.

What it has to be the oracle says, from the files and their landing order alone.
"""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.oracle.warehouse import warehouse
from tests.oracle.warehouse_files import Delivered
from tests.world.compare import differences
from tests.world.small_files import Files, batches, small_files
from tests.world.workbench import Workbench, published, workbench

pytestmark = [
    pytest.mark.xdist_group("workbench"),
    pytest.mark.skipif(os.environ.get("ENGINE") == "trino", reason="built on the embedded engine alone"),
]
EXAMPLES = int(os.environ.get("CASES") or 12)
GENTLY = settings(
    max_examples=EXAMPLES,
    deadline=None,
    print_blob=True,
    phases=[
        Phase.explicit,
        Phase.reuse,
        Phase.generate,
    ],  # each example builds a warehouse: too slow to shrink
    suppress_health_check=list(HealthCheck),
)


def deliveries(files: Files, folder: Path) -> list[Delivered]:
    """Files on disk, landed one a minute in the order given."""
    delivered = []
    for number, (dataset, text) in enumerate(files):
        path = folder / f"{number}.csv"
        path.write_text(text)
        at = f"2024-12-31T00:{number:02d}:00.000000Z"
        delivered.append(Delivered(dataset, path, f"{at}|landing/{dataset}/{path.name}|"))
    return delivered


def wrong(bench: Workbench, delivered: list[Delivered]) -> list[str]:
    """How the published tables differ from what these files say."""
    expected = warehouse(delivered).tables
    return differences(expected, published(bench, expected))


@GENTLY
@given(st.data())
def test_any_batching_and_any_order_of_runs_give_the_same_warehouse(data: st.DataObject) -> None:
    files = data.draw(small_files(4, 12))
    runs = data.draw(batches(len(files)))
    with TemporaryDirectory() as folder, workbench() as bench:
        delivered = deliveries(files, Path(folder))
        for numbers in runs:
            for number in numbers:
                bench.land(delivered[number])
            bench.run()
        assert wrong(bench, delivered) == []


@GENTLY
@given(st.data())
def test_after_a_rollback_the_next_runs_build_on_what_was_gone_back_to(data: st.DataObject) -> None:
    files = data.draw(small_files(6, 12))
    runs = data.draw(batches(len(files)).filter(lambda cut: len(cut) >= 3))
    kept = data.draw(st.integers(0, len(runs) - 3))
    with TemporaryDirectory() as folder, workbench() as bench:
        delivered = deliveries(files, Path(folder))
        releases = []
        for position, numbers in enumerate(runs):
            if position == len(runs) - 1:
                bench.roll_back(releases[kept])
            for number in numbers:
                bench.land(delivered[number])
            releases.append(bench.run())
        loaded = {number for numbers in [*runs[: kept + 1], runs[-1]] for number in numbers}
        assert wrong(bench, [delivered[number] for number in sorted(loaded)]) == []
