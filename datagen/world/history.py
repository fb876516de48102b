"""What is known of customers and products over time: rows of changes, and the one valid on a day."""

from dataclasses import dataclass

import numpy as np

from datagen.world.calendar import SECONDS

_SPAN = 200_000  # more days than any calendar has: subject and day in one sortable number


@dataclass(frozen=True)
class History:
    """Changes, sorted by subject and time; the first row of a subject is its creation."""

    subject: np.ndarray
    stamp: np.ndarray  # seconds since 1970
    subjects: int

    @property
    def day(self) -> np.ndarray:
        """The day of each row."""
        return np.asarray(self.stamp // SECONDS)

    @property
    def is_first(self) -> np.ndarray:
        """Whether the row creates its subject."""
        return np.asarray(np.diff(self.subject, prepend=-1) > 0)

    @property
    def is_last_of_day(self) -> np.ndarray:
        """Whether no later row of the subject has the same day."""
        return np.asarray(np.diff(self._keys, append=-1) != 0)

    @property
    def _keys(self) -> np.ndarray:
        return np.asarray(self.subject * _SPAN + self.day)

    def row_at(self, subject: np.ndarray, day: np.ndarray) -> np.ndarray:
        """The row valid on a day: the last up to its end; before the first day that day's; -1 without any."""
        if not len(self.subject):
            return np.full(len(subject), -1)
        keys = self._keys
        first = np.minimum(np.searchsorted(self.subject, subject), len(keys) - 1)
        wanted = np.maximum(subject * _SPAN + day, keys[first])
        at = np.searchsorted(keys, wanted, side="right") - 1
        return np.where(self.subject[first] == subject, at, -1)

    def versions(self, tracked: np.ndarray) -> np.ndarray:
        """Rows that begin a version: the last of their day, and unlike the last of the day before.

        Parameters
        ----------
        tracked
            One line per row, one column per tracked attribute.
        """
        rows = np.flatnonzero(self.is_last_of_day)
        same_subject = np.diff(self.subject[rows], prepend=-1) == 0
        same_values = np.zeros(len(rows), bool)
        same_values[1:] = (tracked[rows[1:]] == tracked[rows[:-1]]).all(axis=1)
        return np.asarray(rows[~(same_subject & same_values)])

    def last_of(self, batch: np.ndarray) -> np.ndarray:
        """The rows that are their subject's last in their batch."""
        keys = (self.subject * (int(batch.max(initial=0)) + 1) + batch)[::-1]
        return np.sort(len(keys) - 1 - np.unique(keys, return_index=True)[1])

    def only(self, rows: np.ndarray) -> "History":
        """The history made of some of its rows."""
        return History(self.subject[rows], self.stamp[rows], self.subjects)


def created_between(
    rng: np.random.Generator, count: int, first: int, last: int, *, share_before: float, back: int
) -> np.ndarray:
    """Days on which subjects came to be, ascending: a share in the ``back`` days before the calendar."""
    before = max(1, round(count * share_before))
    old = first - 1 - rng.integers(0, back, before)
    new = rng.integers(first, last + 1, count - before)
    return np.sort(np.concatenate([old, new]))


def changes(rng: np.random.Generator, created: np.ndarray, first: int, last: int, rate: float) -> History:
    """Rows of change: one at creation, then ``rate`` a year at random times; some twice on one day."""
    seen = np.maximum(created, first)
    counts = rng.poisson(rate * (last - seen) / 365)
    subject = np.repeat(np.arange(len(created)), counts)
    day = seen[subject] + 1 + (rng.random(len(subject)) * (last - seen[subject])).astype(np.int64)
    again = subject[1:] == subject[:-1]
    twice = 1 + np.flatnonzero(again & (rng.random(len(again)) < 0.05))
    day[twice] = day[twice - 1]
    subject = np.concatenate([np.arange(len(created)), subject])
    day = np.concatenate([created, np.minimum(day, last)])
    # Creation comes in the morning, changes later in the day.
    second = np.where(
        np.arange(len(subject)) < len(created),
        rng.integers(3_600, 10_800, len(subject)),
        rng.integers(10_800, SECONDS, len(subject)),
    )
    # One row per subject and second: the key of the dataset.
    keys = np.unique(subject * (_SPAN * SECONDS) + day * SECONDS + second)
    return History(keys // (_SPAN * SECONDS), keys % (_SPAN * SECONDS), len(created))


def carried(values: np.ndarray, fresh: np.ndarray) -> np.ndarray:
    """Each row's value, or where it is not fresh the one of the nearest fresh row before it."""
    return np.asarray(values[np.maximum.accumulate(np.where(fresh, np.arange(len(fresh)), 0))])


def running(steps: np.ndarray, history: History) -> np.ndarray:
    """Sums of steps within each subject, the row's own included; a first row's step does not count."""
    total = np.cumsum(np.where(history.is_first, 0, steps))
    return np.asarray(total - carried(total, history.is_first))
