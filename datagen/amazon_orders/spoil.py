"""Put the defects into the rows chosen for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from datagen.amazon_orders.faults import DEFECTS, DUPLICATE
from datagen.draw import quoted


@dataclass(frozen=True)
class Plan:
    """Which rows (counted from 0, ascending) get which defect, and in which variant."""

    names: tuple[str, ...]
    rows: np.ndarray
    defect: np.ndarray  # code into names
    variant: np.ndarray

    def within(self, first: int, last: int) -> "Plan":
        """The part of the plan that concerns rows ``first`` up to ``last``."""
        low, high = np.searchsorted(self.rows, [first, last])
        return Plan(self.names, self.rows[low:high], self.defect[low:high], self.variant[low:high])

    def lines(self) -> dict[str, list[int]]:
        """Physical line numbers in the file (the header is line 1) of each defect."""
        return {name: (self.rows[self.defect == nth] + 2).tolist() for nth, name in enumerate(self.names)}


def plan_defects(counts: Mapping[str, int], edges: Sequence[int], rng: np.random.Generator) -> Plan:
    """Choose the rows to spoil, anywhere in the file.

    Parameters
    ----------
    counts
        Rows per defect; at most half of the file in all.
    edges
        Where the file's blocks begin, and its length.
    """
    names = tuple(counts)
    total = sum(counts.values())
    rows = rng.permutation(rng.choice(edges[-1], total, replace=False))
    defect = np.repeat(np.arange(len(names)), [counts[name] for name in names])
    order = np.argsort(rows)
    return Plan(names, rows[order], defect[order], rng.integers(0, 10**6, total))


def spoiled(rows: Any, columns: Sequence[Any], plan: Plan, first: int) -> Any:
    """The lines of a block with its defects in place.

    Parameters
    ----------
    rows, columns
        The block's lines, and the fields they are made of.
    plan
        Its defects.
    first
        The row its first line is.
    """
    if not len(plan.rows):
        return rows
    at = plan.rows - first
    source = np.where(_is_duplicate(plan), _originals(at, len(rows)), at)
    fields = [column.take(pa.array(source)).to_pylist() for column in columns]
    texts = [
        _line([column[nth] for column in fields], plan.names[defect], int(variant))
        for nth, (defect, variant) in enumerate(zip(plan.defect, plan.variant, strict=True))
    ]
    take = np.arange(len(rows))
    take[at] = len(rows) + np.arange(len(texts))
    return pa.concat_arrays([rows, pa.array(texts, pa.string())]).take(pa.array(take))


def _is_duplicate(plan: Plan) -> np.ndarray:
    return np.asarray(np.array([name == DUPLICATE for name in plan.names])[plan.defect])


def _originals(at: np.ndarray, rows: int) -> np.ndarray:
    """For each spoiled row the nearest healthy row above it, or else the first healthy one of the block."""
    healthy = np.setdiff1d(np.arange(rows), at)
    return healthy[np.maximum(np.searchsorted(healthy, at) - 1, 0)]


def _line(written: list[str], name: str, variant: int) -> str:
    """One spoiled line. Fields come and go as written: already quoted where they need it."""
    before = list(written)
    after = DEFECTS[name].spoil(list(written), variant)
    return ",".join(field if field in before else quoted(field) for field in after)
