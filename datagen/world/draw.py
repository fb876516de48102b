"""Long-tailed choices among those who exist on the day."""

from functools import lru_cache

import numpy as np

from datagen.world.calendar import Calendar


class Popularity:
    """Subjects sorted by the day they came to be, a few of them far more chosen than the rest."""

    def __init__(self, rng: np.random.Generator, created: np.ndarray, spread: float) -> None:
        self._created = created
        self._edges = np.cumsum(np.exp(rng.normal(0, spread, len(created))))

    def draw(self, rng: np.random.Generator, days: np.ndarray) -> np.ndarray:
        """One subject per day given, created on that day or before."""
        known = np.maximum(np.searchsorted(self._created, days, side="right"), 1)
        point = rng.random(len(days)) * self._edges[known - 1]
        return np.asarray(np.minimum(np.searchsorted(self._edges, point, side="right"), known - 1))


def order_days(rng: np.random.Generator, calendar: Calendar, weights: np.ndarray, count: int) -> np.ndarray:
    """Days of so many orders, ascending."""
    edges = np.cumsum(weights)
    nth = np.searchsorted(edges, rng.random(count) * edges[-1], side="right")
    return np.sort(calendar.first + np.minimum(nth, len(weights) - 1))


def seconds_of_day(rng: np.random.Generator, count: int) -> np.ndarray:
    """Times at which people shop, most in the afternoon; never so late or early that a visit crosses midnight."""
    return (7_200 + rng.beta(2.6, 2.2, count) * 72_000).astype(np.int64)


@lru_cache(maxsize=1)
def people() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Pools of Indian first and last names; Faker is asked once, the rest is combined from them."""
    from faker import Faker  # noqa: PLC0415  (slow to import, and only some commands need names)

    faker = Faker("en_IN")
    faker.seed_instance(20_250_101)
    first = tuple(dict.fromkeys(faker.first_name() for _ in range(600)))
    last = tuple(dict.fromkeys(faker.last_name() for _ in range(400)))
    return first, last
