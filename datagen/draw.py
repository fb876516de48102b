"""Drawing many values at once, and the pools of text that codes point into."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa


class Text:
    """A pool of distinct texts; a column is an array of codes into it.

    Parameters
    ----------
    values
        The texts, as a reader of the file should see them. Those that CSV has to quote are quoted once, here.
    """

    def __init__(self, values: Sequence[str]) -> None:
        self.values = tuple(values)
        self._written = pa.array([quoted(value) for value in values], pa.string())

    def __len__(self) -> int:
        return len(self.values)

    def take(self, codes: np.ndarray) -> Any:
        """The column as it is written to a CSV file: an Arrow array of strings."""
        return self._written.take(pa.array(codes))


def quoted(value: str) -> str:
    """A CSV field: quoted only where it holds a comma, a quote or a line end, as spreadsheets do."""
    if any(mark in value for mark in ',"\r\n'):
        return '"' + value.replace('"', '""') + '"'
    return value


def weighted(rng: np.random.Generator, weights: np.ndarray, size: int) -> np.ndarray:
    """So many codes 0 … len(weights) - 1, each as often as its weight says."""
    edges = np.cumsum(weights, dtype=np.float64)
    codes = np.searchsorted(edges, rng.random(size) * edges[-1], side="right")
    return np.asarray(np.minimum(codes, len(weights) - 1))
