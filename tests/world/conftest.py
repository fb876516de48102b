"""Generated companies and a stack for each, all on one local cloud."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from datagen.world.command import world_command
from tests.conftest import Stack
from tests.world.journey import Journey

REAL_REPORT = Path(__file__).parents[3] / "shared" / "data" / "amazon_sale_report.csv.gz"


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Generate a company: a folder with landing/, arrivals.json and truth.json."""

    def generate(*options: str) -> Path:
        folder = tmp_path_factory.mktemp("world")
        made = CliRunner().invoke(world_command, [*options, "--out", str(folder)], catch_exceptions=False)
        assert made.exit_code == 0, made.output
        return folder

    return generate


@pytest.fixture(scope="session")
def journey(deploy_stack: Callable[[str], Stack]) -> Callable[[str], Journey]:
    """Deploy a stack of this name, with nothing on it yet."""
    return lambda name: Journey(deploy_stack(name))


@pytest.fixture(scope="session")
def real_report() -> Path:
    """The real Amazon sale report; the tests that want it say so where it is not."""
    if not REAL_REPORT.exists():
        pytest.skip("the real Amazon sale report is not on this machine (../shared/data)")
    return REAL_REPORT


def pytest_itemcollected(item: pytest.Item) -> None:
    """All are slow, and those of a module share a stack, hence a test process, unless they say which one they want."""
    item.add_marker(pytest.mark.slow)
    if not item.get_closest_marker("xdist_group"):
        item.add_marker(pytest.mark.xdist_group(item.module.__name__))
