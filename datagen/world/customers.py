"""Customers: who they are, where they live, and what changes about them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datagen.draw import weighted
from datagen.world import columns as col
from datagen.world import regions
from datagen.world.draw import Popularity, people
from datagen.world.history import History, carried, changes, created_between
from datagen.world.setting import Setting

SEGMENTS = ("Consumer", "Corporate", "Home Office", "Small Business")
SEGMENT_WEIGHTS = np.array([62, 14, 9, 15])
CHANGES_A_YEAR = 0.45
MOVED, SEGMENT, CONTACT = 0, 1, 2
KIND_WEIGHTS = np.array([40, 20, 40])


@dataclass(frozen=True)
class Customers:
    """One row per change; codes point into the pools of :mod:`regions` and ``SEGMENTS``."""

    history: History
    batch: np.ndarray
    segment: np.ndarray
    state: np.ndarray  # -1 where nobody knows
    city: np.ndarray
    postcode: np.ndarray
    contact: np.ndarray  # how often e-mail and phone have changed
    spelling: np.ndarray
    person: np.ndarray  # one per customer: first name, last name, birth day
    popularity: Popularity

    @property
    def created(self) -> np.ndarray:
        """The day each customer signed up."""
        return np.asarray(self.history.day[self.history.is_first])

    @property
    def tracked(self) -> np.ndarray:
        """What makes a new version of a customer; the region follows from the state."""
        return np.stack([self.segment, self.state, self.city, self.postcode], axis=1)

    def table(self) -> Any:
        """The rows as delivered."""
        subject, nobody = self.history.subject, self.state < 0
        first, last, born = self.person[subject].T
        first_names, last_names = (pa.array(names) for names in people())
        number = pa.array(subject).cast(pa.string())
        name = pc.binary_join_element_wise(col.texts(first_names, first), col.texts(last_names, last), " ")
        mailbox = pc.utf8_lower(pc.binary_join_element_wise(col.texts(first_names, first), number, "."))
        host = col.texts(("example.com", "example.org", "example.net"), self.contact % 3)
        return col.table(
            {
                "customer_id": col.ids("C", subject, 6),
                "name": name,
                "email": pc.binary_join_element_wise(pc.replace_substring(mailbox, " ", ""), host, "@"),
                "phone": pc.binary_join_element_wise("+91 ", _phone(subject, self.contact), ""),
                "segment": col.texts(SEGMENTS, self.segment),
                "region": col.texts(
                    regions.REGION_NAMES, np.where(nobody, -1, regions.REGION_OF[self.state])
                ),
                "state": col.texts(regions.SPELLINGS, self.spelling),
                "city": col.texts(regions.CITY_NAMES, self.city),
                "postal_code": col.blanked(pa.array(self.postcode).cast(pa.string()), nobody),
                "birth_date": col.dates(born, missing=born < -20_000),
                "signup_date": col.dates(self.created[subject]),
                "updated_at": col.stamps(self.history.stamp),
            }
        )


def customers(setting: Setting) -> Customers:
    """Invent the customers; the first six in ten were there before the calendar begins."""
    rng, days = setting.rng("customers"), setting.calendar
    count = setting.sizes.customers
    created = created_between(rng, count, days.first, days.last, share_before=0.6, back=1_500)
    history = changes(rng, created, days.first, days.last, CHANGES_A_YEAR)
    rows, first = len(history.subject), history.is_first
    kind = weighted(rng, KIND_WEIGHTS, rows)
    moved = first | (kind == MOVED)
    state = weighted(rng, regions.STATE_WEIGHTS, rows)
    city, postcode = regions.addresses(rng, state)
    unknown = rng.random(rows) < 0.02
    state, city, postcode = (
        carried(np.where(unknown, -1, values), moved) for values in (state, city, postcode)
    )
    names = people()
    return Customers(
        history,
        setting.batch_of_change(rng, history.day),
        carried(weighted(rng, SEGMENT_WEIGHTS, rows), first | (kind == SEGMENT)),
        state,
        city,
        postcode,
        np.cumsum(kind == CONTACT) - carried(np.cumsum(kind == CONTACT), first),
        regions.spelt(rng, state, 0.02),
        np.stack(
            [rng.integers(0, len(names[0]), count), rng.integers(0, len(names[1]), count), _born(rng, count)],
            1,
        ),
        Popularity(rng, created, 1.1),
    )


def _born(rng: np.random.Generator, count: int) -> np.ndarray:
    """Birth days from 1950 to 2005, as days since 1970; far below where nobody asked."""
    return np.where(rng.random(count) < 0.1, -99_999, rng.integers(-7_305, 13_000, count))


def _phone(subject: np.ndarray, contact: np.ndarray) -> Any:
    number = 6_000_000_000 + (subject * 7_368_787 + contact * 1_234_577) % 3_999_999_999
    return pa.array(number).cast(pa.string())
