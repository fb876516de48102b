"""What every part of a world is told: sizes, days, seed, and whether rows come late."""

import zlib
from dataclasses import dataclass

import numpy as np

from datagen.world.calendar import Calendar
from datagen.world.sizes import Sizes

LATE_ROWS, LATE_CHANGES = 0.08, 0.25  # shares, with --late


@dataclass(frozen=True)
class Setting:
    """One world's frame."""

    seed: int
    sizes: Sizes
    calendar: Calendar
    late: bool = False

    def rng(self, theme: str, *more: int) -> np.random.Generator:
        """Chance of its own for a theme, so that one part can change without the others."""
        return np.random.default_rng([self.seed, zlib.crc32(theme.encode()), *more])

    def batch(self, rng: np.random.Generator, day: np.ndarray) -> np.ndarray:
        """The file each row of these days is delivered in; with ``--late`` one to three days later for some."""
        return self._batch(rng, day, LATE_ROWS, 3)

    def batch_of_change(self, rng: np.random.Generator, day: np.ndarray) -> np.ndarray:
        """The same for changes of customers and products, which people enter even later."""
        return self._batch(rng, day, LATE_CHANGES, 5)

    def _batch(self, rng: np.random.Generator, day: np.ndarray, share: float, most: int) -> np.ndarray:
        if self.late:
            delayed = rng.random(len(day)) < share
            day = np.maximum(day, self.calendar.first) + delayed * rng.integers(1, most + 1, len(day))
        return self.calendar.batch_of(day)
