"""Each module of end-to-end tests has a deployed stack of its own, so none depends on what another loaded."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from datagen.amazon_orders.report import generate
from tests.conftest import Stack
from tests.integration.lake import Lake

REAL_REPORT = Path(__file__).parents[3] / "shared" / "data" / "amazon_sale_report.csv.gz"


@pytest.fixture(scope="module")
def lake(deploy_stack: Callable[[str], Stack], request: pytest.FixtureRequest) -> Lake:
    """A fresh deployment of the real template, named after the test module."""
    name = "sales-" + re.sub(r"[^a-z]+", "-", request.module.__name__.rsplit("test_", 1)[-1])
    stack = deploy_stack(name)
    return Lake(stack.client, stack.outputs)


@pytest.fixture(scope="session")
def real_report() -> Path:
    """The real Amazon sale report; the tests that want it say so where it is not."""
    if not REAL_REPORT.exists():
        pytest.skip("the real Amazon sale report is not on this machine (../shared/data)")
    return REAL_REPORT


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Generated reports, made once per seed and size."""
    made: dict[tuple[object, ...], Path] = {}

    def report(rows: int, seed: int, **defects: int) -> Path:
        key = (rows, seed, *sorted(defects.items()))
        if key not in made:
            made[key] = generate(rows, seed, tmp_path_factory.mktemp("report"), defects=defects).report
        return made[key]

    return report


def pytest_itemcollected(item: pytest.Item) -> None:
    """The tests of a module share a stack, hence one test process."""
    item.add_marker(pytest.mark.xdist_group(item.module.__name__))
