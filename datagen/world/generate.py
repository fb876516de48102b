"""Write a company as files in the order they would arrive, and the exact answers beside them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from datagen.world.background import Background
from datagen.world.calendar import day_text
from datagen.world.deliveries import deliveries
from datagen.world.formats import Writer, open_writer
from datagen.world.setting import Setting
from datagen.world.spoil import Spoiler, spoil_company
from datagen.world.truth.document import Truth
from datagen.world.world import world

USUAL = {
    "customers": "csv",
    "products": "json",
    "sales_reps": "csv",
    "amazon_orders": "csv",
    "web_orders": "csv",
    "web_order_items": "csv",
    "rep_transactions": "csv",
    "web_events": "jsonl.gz",
    "inventory": "parquet",
    "reviews": "csv",
}  # parents first: the order of arrival within a day


@dataclass(frozen=True)
class Generated:
    """What was written."""

    landing: Path
    arrivals: Path
    truth: Path
    files: int
    rows: int


def ending(dataset: str, format_: str | None) -> str:
    """A dataset's file ending in a format; without one in the format it usually comes in."""
    if format_ is None:
        return USUAL[dataset]
    if format_ == "json":
        return USUAL[dataset] if "json" in USUAL[dataset] else "jsonl"
    return format_


def generate(
    setting: Setting,
    out: Path,
    *,
    format_: str | None = None,
    defects: Mapping[str, int] = MappingProxyType({}),
    progress: Callable[[int, int], object] = lambda *_: None,
) -> Generated:
    """Write ``landing/``, ``arrivals.json`` and ``truth.json`` into a folder.

    Parameters
    ----------
    setting
        What to make: the same setting gives the same bytes.
    format_
        One of ``FORMATS`` for all datasets; without it each comes in its usual one.
    defects
        Rows to spoil per fault, named ``dataset.fault`` (:mod:`datagen.world.faults`).
    progress
        Called with the files done and the files to do.
    """
    company = spoil_company(world(setting), defects)
    spoiler = Spoiler(defects, company)
    report = ending("amazon_orders", format_) == "csv"
    truth = Truth(company)
    tables = deliveries(company, report=report, seen=truth.events.add)
    batches = setting.calendar.batches
    arrivals: list[dict[str, Any]] = []
    with Background() as background:
        for nth, batch in enumerate(batches):
            for dataset, of_batch in tables.items():
                name = f"landing/{dataset}/{dataset}-{batch.label}.{ending(dataset, format_)}"
                file = _File(out, name, dataset, nth, spoiler)
                for table in of_batch(nth):
                    if table.num_rows:
                        background.run(file.write, table)
                background.run(file.close)
                arrivals.append({"path": name, "dataset": dataset, "day": day_text(batch.last), "file": file})
                progress(nth * len(tables) + len(arrivals) % len(tables), len(batches) * len(tables))
    written = [
        {**{key: value for key, value in arrival.items() if key != "file"}, "rows": arrival["file"].rows}
        for arrival in arrivals
        if arrival["file"].rows
    ]
    _write_json(out / "arrivals.json", written)
    files = {
        dataset: [arrival["file"] for arrival in arrivals if arrival["dataset"] == dataset]
        for dataset in tables
    }
    healthy = {name: np.array([file.rows - file.spoilt for file in made]) for name, made in files.items()}
    _write_json(out / "truth.json", truth.document(written, healthy, spoiler))
    total = sum(arrival["rows"] for arrival in written)
    return Generated(out / "landing", out / "arrivals.json", out / "truth.json", len(written), total)


@dataclass
class _File:
    """A file that exists once it has a row."""

    out: Path
    name: str
    dataset: str
    batch: int
    spoiler: Spoiler
    rows: int = 0
    spoilt: int = 0
    _writer: list[Writer] = field(default_factory=list)

    def write(self, table: Any) -> None:
        if not self._writer:
            path = self.out / self.name
            path.parent.mkdir(parents=True, exist_ok=True)
            self._writer.append(open_writer(path))
            self.spoilt = self.spoiler.write(self.dataset, self.batch, self.name, table, self._writer[0])
            self.rows += self.spoilt
        self._writer[0].write(table)
        self.rows += table.num_rows

    def close(self) -> None:
        for writer in self._writer:
            writer.close()


def _write_json(path: Path, document: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
