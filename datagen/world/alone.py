"""One dataset alone: the others are made as well, small, so that what it speaks of is coherent."""

import datetime as dt
import json
from pathlib import Path

from datagen.world.calendar import Batch, Calendar, calendar
from datagen.world.deliveries import deliveries
from datagen.world.formats import open_writer
from datagen.world.generate import USUAL, ending
from datagen.world.setting import Setting
from datagen.world.sizes import Sizes
from datagen.world.world import world

ALONE = tuple(dataset for dataset in USUAL if dataset != "amazon_orders")  # which has a command of its own


class OneFile(Calendar):
    """A calendar whose days are all in one file."""

    @property
    def batches(self) -> tuple[Batch, ...]:
        """The one."""
        return (Batch("all", self.first, self.last),)


def sizes_for(dataset: str, rows: int, days: int) -> Sizes:
    """A company in which a dataset has so many rows, or a few more."""
    own = {
        "customers": {"customers": rows},
        "products": {"products": rows},
        "sales_reps": {"reps": rows},
        "rep_transactions": {"sales": rows},
        "web_orders": {"web": rows},
        "web_order_items": {"web": rows},
        "web_events": {"web": 1 + rows // 60, "events": rows + 100},
        # A product is counted on Sundays, or when that would be too much at the end of months.
        "inventory": {"products": 10 + rows // (30 if rows < 400_000 else 8)},
        "reviews": {"web": 50 + rows * 5},
    }[dataset]
    few = {
        "customers": 20 + rows // 5,
        "products": 20 + min(rows // 5, 5_000),
        "reps": 5 + min(rows // 50, 300),
    }
    rest = {"amazon": 1, "web": 1, "sales": 1, "events": 1, "days": days}
    return Sizes(**{**few, **rest, **own})


def generate_alone(
    dataset: str, rows: int, seed: int, out: Path, *, format_: str | None, until: dt.date, days: int = 365
) -> Path:
    """Write a file of exactly so many rows of a dataset, and truth.json beside it.

    Parameters
    ----------
    dataset
        One of ``ALONE``.
    format_
        One of ``FORMATS``; without it the dataset's usual one.
    """
    whole = calendar(until, days, 0)
    setting = Setting(seed, sizes_for(dataset, rows, days), OneFile(whole.first, whole.last, 0))
    path = out / f"{dataset}.{ending(dataset, format_)}"
    out.mkdir(parents=True, exist_ok=True)
    writer, left = open_writer(path), rows
    for table in deliveries(world(setting))[dataset](0):
        part = table.slice(0, left)
        if part.num_rows:
            writer.write(part)
        left -= part.num_rows
    writer.close()
    if left:
        raise AssertionError(f"{dataset}: {left} of {rows} rows are missing")
    truth = {"dataset": dataset, "file": path.name, "seed": seed, "rows": rows}
    (out / "truth.json").write_text(json.dumps(truth, indent=2) + "\n", encoding="utf-8")
    return path
