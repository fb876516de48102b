"""Sales representatives: a tree of managers, hired over time, their quotas and territories changing."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datagen.world import columns as col
from datagen.world import regions
from datagen.world.draw import Popularity, people
from datagen.world.history import History, carried, changes, created_between
from datagen.world.setting import Setting

CHANGES_A_YEAR = 0.8


@dataclass(frozen=True)
class Reps:
    """One row per delivery of a rep; a manager was hired before those who report to them."""

    history: History
    created: np.ndarray  # the day each was hired
    batch: np.ndarray
    manager: np.ndarray  # -1 at the top
    territory: np.ndarray  # a city
    state: np.ndarray
    quota: np.ndarray  # paise a month
    commission: np.ndarray  # ten-thousandths
    person: np.ndarray
    popularity: Popularity

    def table(self) -> Any:
        """The rows as delivered: the whole roster first, then whoever changed."""
        subject = self.history.subject
        first, last = self.person[subject].T
        names = [col.texts(pa.array(pool), code) for pool, code in zip(people(), (first, last), strict=True)]
        return col.table(
            {
                "sales_rep_id": col.ids("R", subject, 4),
                "name": pc.binary_join_element_wise(*names, " "),
                "territory": col.texts(regions.CITY_NAMES, self.territory),
                "region": col.texts(regions.REGION_NAMES, regions.REGION_OF[self.state]),
                "manager_id": col.ids("R", self.manager, 4),
                "hire_date": col.dates(self.created[subject]),
                "quota": col.decimals(self.quota, missing=self.manager < 0),
                "commission_rate": col.decimals(self.commission, col.RATE),
            }
        )


def reps(setting: Setting) -> Reps:
    """Invent the representatives; nine in ten were there before the calendar begins."""
    rng, days = setting.rng("reps"), setting.calendar
    count = setting.sizes.reps
    created = created_between(rng, count, days.first, days.last, share_before=0.9, back=3_000)
    history = changes(rng, created, days.first, days.last, CHANGES_A_YEAR)
    rows, subject, first = len(history.subject), history.subject, history.is_first
    moved = first | (rng.random(rows) < 0.3)
    state = carried(rng.integers(0, 12, rows), moved)  # the busy states
    # Managers come from a narrow band of those before, so that no branch is deeper than six.
    low, high = np.maximum(0, (subject - 1) // 6), np.maximum(1, (subject - 1) // 4 + 1)
    manager = carried(low + (rng.random(rows) * (high - low)).astype(np.int64), moved)
    raised = np.cumsum(~first) - carried(np.cumsum(~first), first)
    batch = setting.batch(rng, history.day)
    # A rep is in a file once: as of the end of the days it covers.
    keep = history.last_of(batch)
    names = people()
    return Reps(
        history.only(keep),
        created,
        batch[keep],
        np.where(subject == 0, -1, manager)[keep],
        carried(regions.addresses(rng, state)[0], moved)[keep],
        state[keep],
        ((10_000_000 + subject * 3_700 % 9_000_000) * (100 + 5 * raised) // 100)[keep],
        rng.integers(100, 800, count)[subject][keep],
        np.stack([rng.integers(0, len(pool), count) for pool in names], axis=1),
        Popularity(rng, created, 0.7),
    )
