"""A tiny company on disk, and its files read back with nothing but plain readers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from datagen.world.calendar import calendar
from datagen.world.generate import generate
from datagen.world.setting import Setting
from datagen.world.sizes import sizes
from tests.oracle.warehouse import Warehouse, warehouse
from tests.oracle.warehouse_contracts import Row
from tests.oracle.warehouse_files import Delivered

TINY = sizes(customers=90, products=45, reps=12, orders=420, events=3_200, days=75)


@dataclass(frozen=True)
class Company:
    """Where it was written, and what is there."""

    out: Path

    @cached_property
    def arrivals(self) -> list[dict[str, Any]]:
        return json.loads((self.out / "arrivals.json").read_text())

    @cached_property
    def truth(self) -> dict[str, Any]:
        return json.loads((self.out / "truth.json").read_text())

    def delivered(self, until: str = "9999") -> list[Delivered]:
        """The files up to a day, in the order they arrived."""
        return [
            Delivered(file["dataset"], self.out / file["path"], f"2026-06-01T00:00:00+00:00|{nth:05}")
            for nth, file in enumerate(self.arrivals)
            if file["day"] <= until
        ]

    @cached_property
    def warehouse(self) -> Warehouse:
        """All that follows from the files, worked out without the generator."""
        return warehouse(self.delivered())

    def rows(self, dataset: str) -> list[Row]:
        """The latest row of each key."""
        return self.warehouse.tables[f"{dataset}_latest"]


def make(
    out: Path,
    seed: int = 1,
    *,
    format_: str | None = None,
    late: bool = False,
    defects: Mapping[str, int] | None = None,
    days: int = TINY.days,
    daily: int = 3,
) -> Company:
    """Write a tiny company."""
    setting = Setting(seed, TINY, calendar(date(2025, 12, 31), days, daily), late)
    generate(setting, out, format_=format_, defects=defects or {})
    return Company(out)


Maker = Callable[..., Company]
