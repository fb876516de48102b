"""Write an Amazon sale report of any size, and the exact answers beside it."""

import datetime as dt
import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import numpy as np

from datagen.amazon_orders.blocks import draw_block, pools
from datagen.amazon_orders.faults import DEFECTS, DUPLICATE, HEADER
from datagen.amazon_orders.rows import Pools, Rows, joined, lines
from datagen.amazon_orders.spoil import Plan, plan_defects, spoiled
from datagen.amazon_orders.truth import Tally

__all__ = ["HEADER", "Generated", "InvalidRequestError", "generate"]

START, DAYS = dt.date(2022, 3, 31), 91
BLOCK = 25_000  # rows in memory at a time
MOST_ROWS = 500_000_000  # order ids stay unique up to here


class InvalidRequestError(ValueError):
    """What was asked for can't be made; the message says why, in the user's terms."""


@dataclass(frozen=True)
class Generated:
    """The files written."""

    report: Path
    truth: Path


def generate(
    rows: int,
    seed: int,
    out: Path,
    *,
    defects: Mapping[str, int] | None = None,
    start: dt.date = START,
    days: int = DAYS,
    gzipped: bool = False,
    progress: Callable[[int], object] = lambda _: None,
) -> Generated:
    """Write ``amazon_orders.csv`` and ``truth.json`` into a folder.

    Parameters
    ----------
    rows
        Rows in the file, spoiled and duplicate ones included.
    seed
        Same arguments, same bytes.
    out
        Folder; made if missing. Files of an earlier call are replaced.
    defects
        Rows per defect (``faults.DEFECTS``); a row has one at most.
    start, days
        The calendar the orders fall on.
    gzipped
        Write ``amazon_orders.csv.gz`` instead.
    progress
        Called with the number of rows just written, block by block.

    Returns
    -------
    Generated
        The report and its truth.

    Raises
    ------
    InvalidRequestError
        Too few or too many rows or days, an unknown defect, or defects on more than half of the rows.
    """
    counts = {name: count for name, count in (defects or {}).items() if count}
    _check(rows, seed, counts, start, days)
    drawn_from = pools(seed, start, days)
    blocks = -(-rows // BLOCK)
    edges = [rows * nth // blocks for nth in range(blocks + 1)]
    plan = plan_defects(counts, edges, np.random.default_rng([seed, 2]))
    tally = Tally(drawn_from)
    out.mkdir(parents=True, exist_ok=True)
    report = out / f"amazon_orders.csv{'.gz' if gzipped else ''}"
    partial = report.with_name(f"{report.name}.part")
    with _writing(partial, gzipped) as file:
        file.write(",".join(HEADER).encode() + b"\n")
        for nth in range(blocks):
            first, last = edges[nth], edges[nth + 1]
            drawn = draw_block(
                drawn_from,
                seed=seed,
                block=nth,
                first=first,
                last=last,
                total=rows,
                orders_before=tally.orders,
            )
            hit = plan.within(first, last)
            tally.add(drawn, published=~np.isin(drawn.index, hit.rows))
            file.write(_written(drawn, drawn_from, hit))
            progress(last - first)
    truth = out / "truth.json"
    document = {"file": report.name, "seed": seed, **tally.truth(plan.lines())}
    truth.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    partial.replace(report)
    return Generated(report, truth)


def _written(rows: Rows, drawn_from: Pools, hit: Plan) -> bytes:
    columns = rows.columns(drawn_from)
    return joined(spoiled(lines(columns), columns, hit, int(rows.index[0])))


@contextmanager
def _writing(path: Path, gzipped: bool) -> Iterator[IO[bytes]]:
    """A file to write bytes to; gzip without name and time, so that the same rows are the same bytes."""
    with path.open("wb") as file:
        if not gzipped:
            yield file
            return
        with gzip.GzipFile("", "wb", compresslevel=6, fileobj=file, mtime=0) as packed:
            yield cast(IO[bytes], packed)


def _check(rows: int, seed: int, counts: Mapping[str, int], start: dt.date, days: int) -> None:
    if not 1 <= rows <= MOST_ROWS:
        raise InvalidRequestError(f"rows must be from 1 to {MOST_ROWS:,}, not {rows:,}")
    if seed < 0:
        raise InvalidRequestError(f"the seed must not be negative: {seed}")
    if not 1 <= days <= 36_525:
        raise InvalidRequestError(f"days must be from 1 to 36,525 (a century), not {days:,}")
    # The report writes two digits of the year.
    if start < dt.date(2000, 1, 1) or start + dt.timedelta(days=days) > dt.date(2069, 1, 1):
        raise InvalidRequestError(
            "the calendar must lie between 2000-01-01 and 2068-12-31: the report's years have two digits"
        )
    for name in counts:
        if name not in DEFECTS:
            raise InvalidRequestError(f"unknown defect {name!r}; known: {', '.join(sorted(DEFECTS))}")
    if (spoilt := sum(counts.values())) > rows // 2:
        what = "defects and duplicates" if DUPLICATE in counts else "defects"
        raise InvalidRequestError(
            f"{spoilt:,} {what} in {rows:,} rows: at most half of the rows may have one"
        )
