"""Other deliveries of the same report: its beginning, a later export, many small files, renamed copies."""

import random
import shutil
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from datagen.amazon_orders.faults import HEADER
from datagen.amazon_orders.places import STATES, spellings
from datagen.tables import read_rows, write_rows

NAMES = ("Amazon Sale Report (1).csv", "rapport d’été ₹ 2022..final.csv", "..June 2022 – अंतिम.csv")
_STATE_OF = {text.strip().lower(): state.name for state in STATES for text, _ in spellings(state)}


def first_rows(report: Path, target: Path, rows: int) -> Path:
    """The beginning of a report: its header and so many rows."""
    content = read_rows(report)
    return write_rows(target, (row for _, row in zip(range(rows + 1), content, strict=False)))


def split(report: Path, folder: Path, parts: int = 20) -> list[Path]:
    """A report as so many smaller ones: every row in exactly one of them, all rows of an order in the same.

    Nth occurrences are counted within a file, so an order cut in two would be another report.
    """
    header, *rows = read_rows(report)
    at = header.index("Order ID")
    shares: list[list[list[str]]] = [[] for _ in range(parts)]
    part_of: dict[str, int] = {}
    for nth, row in enumerate(rows):
        order = row[at] if len(row) > at else ""
        shares[part_of.setdefault(order, nth * parts // len(rows))].append(row)
    width = len(str(parts))
    return [
        write_rows(folder / f"part-{nth + 1:0{width}}.csv", [header, *share])
        for nth, share in enumerate(shares)
    ]


def renamed(report: Path, folder: Path) -> list[Path]:
    """Copies, byte for byte, under names with spaces, accents, other scripts and ``..``."""
    folder.mkdir(parents=True, exist_ok=True)
    ending = ".gz" if report.suffix == ".gz" else ""
    return [Path(shutil.copyfile(report, folder / f"{name}{ending}")) for name in NAMES]


@dataclass
class Part:
    """Active lines, their units and revenue."""

    lines: int = 0
    units: int = 0
    revenue: Decimal = Decimal(0)

    def add(self, units: int, revenue: Decimal) -> None:
        """Count one line."""
        self.lines += 1
        self.units += units
        self.revenue += revenue


@dataclass
class Cancelled:
    """What a later export takes away from the answers of the earlier one: exactly this, in every group."""

    orders: int
    total: Part = field(default_factory=Part)
    by_month: dict[str, Part] = field(default_factory=lambda: defaultdict(Part))
    by_state: dict[str, Part] = field(default_factory=lambda: defaultdict(Part))
    by_category: dict[str, Part] = field(default_factory=lambda: defaultdict(Part))

    def add(self, row: list[str]) -> None:
        """Count a line that turned Cancelled."""
        line = dict(zip(HEADER, row, strict=True))
        month, _, year = line["Date"].split("-")
        state = _STATE_OF[line["ship-state"].strip().lower()]
        for part in (
            self.total,
            self.by_month[f"20{year}-{month}"],
            self.by_state[state],
            self.by_category[line["Category"]],
        ):
            part.add(int(line["Qty"]), Decimal(line["Amount"] or "0"))


def cancel_orders(report: Path, target: Path, orders: int = 500, seed: int = 0) -> Cancelled:
    """A later export of a report, in which so many active orders turned Cancelled, with all their lines.

    Amounts and quantities stay as they were: a cancelled line no longer counts, whatever it carries.

    Parameters
    ----------
    report
        A report with the generator's header and without defects.
    target
        Where to write the later export.

    Raises
    ------
    ValueError
        A report with another header, with rows of another length, or with too few active orders.
    """
    header, *rows = read_rows(report)
    if tuple(header) != HEADER or any(len(row) != len(HEADER) for row in rows):
        raise ValueError(
            f"{report.name}: only a report in the original columns, without defects, can be derived from"
        )
    order_id, status, courier = (HEADER.index(name) for name in ("Order ID", "Status", "Courier Status"))
    active = list(dict.fromkeys(row[order_id] for row in rows if row[status] != "Cancelled"))
    if len(active) < orders:
        raise ValueError(f"{report.name}: only {len(active):,} active orders, not {orders:,}")
    # Not for secrecy: the same seed must choose the same orders.
    chosen = set(random.Random(seed).sample(active, orders))  # noqa: S311
    difference = Cancelled(orders)
    for row in rows:
        if row[order_id] in chosen and row[status] != "Cancelled":
            difference.add(row)
            row[status] = row[courier] = "Cancelled"
    write_rows(target, [header, *rows])
    return difference
