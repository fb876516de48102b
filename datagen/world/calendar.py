"""The days a world spans, how busy they are, and the files that cover them."""

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

EPOCH = dt.date(1970, 1, 1)
UNTIL = dt.date(2025, 12, 31)  # not today: the same arguments give the same bytes tomorrow
SECONDS = 86_400
SEASON = np.array([0.90, 0.86, 0.95, 0.97, 0.95, 0.90, 0.94, 1.02, 1.08, 1.32, 1.22, 1.06])
WEEKDAY = np.array([0.97, 0.98, 1.0, 0.97, 0.98, 1.06, 1.09])  # Monday first
GROWTH = 0.15  # a year


def day_number(day: dt.date) -> int:
    """Days since 1970-01-01, as every day is kept here."""
    return (day - EPOCH).days


def day_text(day: int) -> str:
    """``2025-01-31``."""
    return (EPOCH + dt.timedelta(days=int(day))).isoformat()


@dataclass(frozen=True)
class Batch:
    """What one file of a dataset covers; ``last`` is the day it arrives at the end of."""

    label: str
    first: int
    last: int


@dataclass(frozen=True)
class Calendar:
    """Days ``first`` to ``last``: months of history, then single days.

    Parameters
    ----------
    daily
        How many of the last days have files of their own; the month they begin in has a file up to there.
    """

    first: int
    last: int
    daily: int

    @property
    def batches(self) -> tuple[Batch, ...]:
        """Files in the order they arrive."""
        history_end = self.last - self.daily
        days = np.arange(self.first, history_end + 1)
        starts = np.flatnonzero(np.diff(months(days), prepend=-1))
        edges = [*(self.first + starts).tolist(), history_end + 1]
        history = [Batch(day_text(first)[:7], first, after - 1) for first, after in pairwise(edges)]
        daily = range(max(history_end + 1, self.first), self.last + 1)
        return (*history, *(Batch(day_text(day), day, day) for day in daily))

    def batch_of(self, day: np.ndarray) -> np.ndarray:
        """The batch a day's rows are in: before the first day the first, after the last the last."""
        ends = np.array([batch.last for batch in self.batches])
        return np.minimum(np.searchsorted(ends, day), len(ends) - 1)

    def weights(self, rng: np.random.Generator) -> np.ndarray:
        """How busy each day is: season, weekday, growth, chance and a few sales."""
        days = np.arange(self.first, self.last + 1)
        weights = SEASON[months(days) % 12] * WEEKDAY[(days + 3) % 7]
        weights = weights * (1 + GROWTH) ** ((days - self.first) / 365)
        weights *= np.exp(rng.normal(0, 0.08, len(days)))
        weights[rng.integers(0, len(days), len(days) // 45)] *= 1.5
        return np.asarray(weights)


def calendar(until: dt.date, days: int, daily: int) -> Calendar:
    """So many days up to and including ``until``."""
    last = day_number(until)
    return Calendar(last - days + 1, last, min(daily, days))


def months(days: np.ndarray) -> np.ndarray:
    """Months since year 0 of days since 1970."""
    return np.asarray(days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + 1970 * 12)
