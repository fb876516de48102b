"""One generated report with every defect, made once."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from datagen.amazon_orders import generate
from datagen.amazon_orders.faults import DEFECTS
from datagen.world.faults import KNOWN
from tests.unit.datagen.company import Company
from tests.unit.datagen.company import make as make_company


@dataclass(frozen=True)
class Made:
    """A report and what its truth says."""

    report: Path
    truth: dict[str, Any]


@pytest.fixture(scope="session")
def make(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Made]:
    """Generate a report in a folder of its own."""

    def made(rows: int, seed: int, **options: Any) -> Made:
        files = generate(rows, seed, tmp_path_factory.mktemp("report"), **options)
        return Made(files.report, json.loads(files.truth.read_text(encoding="utf-8")))

    return made


@pytest.fixture(scope="session")
def spoilt(make: Callable[..., Made]) -> Made:
    """5,000 rows; the nth defect spoils n + 2 of them."""
    return make(5_000, 11, defects={name: nth + 2 for nth, name in enumerate(DEFECTS)})


@pytest.fixture(scope="session")
def large(make: Callable[..., Made]) -> Made:
    """60,000 healthy rows: several blocks, enough to measure shares."""
    return make(60_000, 3)


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """A tiny company whose files all come in time."""
    return make_company(tmp_path_factory.mktemp("company"))


@pytest.fixture(scope="session")
def untidy(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Another with late rows and every defect twice."""
    defects = dict.fromkeys(KNOWN, 2)
    return make_company(tmp_path_factory.mktemp("untidy"), 2, late=True, defects=defects, format_="csv")
