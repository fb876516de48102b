"""The course of single visits: pages, carts, checkouts, and how far people get."""

from dataclasses import dataclass

import numpy as np

from datagen.draw import weighted
from datagen.world.calendar import SECONDS
from datagen.world.customers import Customers
from datagen.world.draw import seconds_of_day
from datagen.world.products import Products
from datagen.world.web import WebOrders

TYPES = (
    "page_view", "product_view", "search", "add_to_cart", "remove_from_cart", "checkout", "purchase", "login",
    "logout",
)  # fmt: skip
PAGE, VIEW, SEARCH, ADD, REMOVE, CHECKOUT, PURCHASE, LOGIN, LOGOUT = range(9)
LENGTHS = np.array([0, 34, 18, 13, 10, 8, 6, 4, 3, 2, 1, 1])  # events of a visit that ends without an order
OUTCOMES = np.array([70, 17, 5, 8])  # left; left a cart; emptied the cart; left at the checkout
KNOWN = 0.4  # of the visitors who do not buy
DEVICE_WEIGHTS = np.array([27, 66, 7])
REFERRER_WEIGHTS = np.array([40, 30, 18, 4, 8])  # the first: none


@dataclass(frozen=True)
class Visits:
    """Events, visit by visit; ``device`` and ``referrer`` are per visit."""

    session: np.ndarray
    position: np.ndarray
    kind: np.ndarray
    stamp: np.ndarray
    product: np.ndarray
    order: np.ndarray
    customer: np.ndarray
    device: np.ndarray
    referrer: np.ndarray

    def and_then(self, other: "Visits") -> "Visits":
        """These visits and then the others, which are numbered on."""
        parts = {name: (values, getattr(other, name)) for name, values in vars(self).items()}
        parts["session"] = (self.session, other.session + len(self.device))
        return Visits(**{name: np.concatenate(pair) for name, pair in parts.items()})


def buying(
    rng: np.random.Generator,
    web: WebOrders,
    orders: np.ndarray,
    length: np.ndarray,
    extra: np.ndarray,
    first_line: np.ndarray,
    products: Products,
) -> Visits:
    """Visits that end in the purchase of these orders.

    A look at the start page, a login, ``extra`` looks around, every line seen and put into the cart, the
    checkout, the purchase.
    """
    session, position = _positions(length)
    order, to_end = orders[session], length[session] - position
    nth = position - 2 - extra[session]  # of the events about lines: seen, added, seen, added …
    in_lines = (nth >= 0) & (to_end > 2)
    around = (position > 1) & (nth < 0)
    line = np.where(in_lines, first_line[session] + np.maximum(nth, 0) // 2, 0)
    seen = products.popularity.draw(rng, web.day[order])
    looks = np.where(rng.random(len(order)) < 0.7, VIEW, SEARCH)
    guest = web.customer[order] < 0
    kind = np.select(
        [position == 0, position == 1, around, to_end == 1, to_end == 2, nth % 2 == 0],
        [PAGE, np.where(guest, PAGE, LOGIN), looks, PURCHASE, CHECKOUT, VIEW],
        ADD,
    )
    product = np.where(in_lines, web.lines.product[line], np.where(around & (looks == VIEW), seen, -1))
    clock = _clock(rng, session)
    end = clock[np.cumsum(length) - 1] if len(length) else clock
    return Visits(
        session,
        position,
        kind,
        web.stamp[order] - end[session] + clock,
        product,
        np.where(kind == PURCHASE, order, -1),
        np.where(position > 0, web.customer[order], -1),
        weighted(rng, DEVICE_WEIGHTS, len(orders)),
        weighted(rng, REFERRER_WEIGHTS, len(orders)) - 1,
    )


def browsing(
    rng: np.random.Generator, days: np.ndarray, wanted: np.ndarray, customers: Customers, products: Products
) -> Visits:
    """Visits without an order: on each day exactly so many events."""
    length, day_of = _lengths(rng, days, wanted)
    session, position = _positions(length)
    long = length[session]
    day = day_of[session]
    outcome = weighted(rng, OUTCOMES, len(length))[session]
    known = rng.random(len(length)) < KNOWN
    customer = np.where(known, customers.popularity.draw(rng, day_of), -1)[session]
    to_end = long - position  # 1: the last event
    left_cart, emptied, at_checkout = ((outcome == nth) & (long >= nth + 3) for nth in (1, 2, 3))
    adds = (left_cart & (to_end == 1)) | (emptied & (to_end == 2)) | (at_checkout & (to_end == 2))
    looks = weighted(rng, np.array([15, 70, 15]), len(long))
    has_login = (customer >= 0) & (long >= 5)
    kind = np.select(
        [
            adds,
            emptied & (to_end == 1),
            at_checkout & (to_end == 1),
            np.append(adds[1:], False),
            position == 0,
            has_login & (position == 1),
            has_login & (to_end == 1) & (rng.random(len(long)) < 0.4),
        ],
        [ADD, REMOVE, CHECKOUT, VIEW, PAGE, LOGIN, LOGOUT],
        looks,
    )
    product = np.where(kind == VIEW, products.popularity.draw(rng, day), -1)
    added, removed = np.flatnonzero(kind == ADD), np.flatnonzero(kind == REMOVE)
    product[added] = product[added - 1]
    product[removed] = product[removed - 1]
    start = day_of * SECONDS + seconds_of_day(rng, len(length))
    return Visits(
        session,
        position,
        kind,
        start[session] + _clock(rng, session),
        product,
        np.full(len(long), -1),
        np.where(has_login & (position == 0), -1, customer),
        weighted(rng, DEVICE_WEIGHTS, len(length)),
        weighted(rng, REFERRER_WEIGHTS, len(length)) - 1,
    )


def _lengths(rng: np.random.Generator, days: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Length and day of each visit; the last of a day is cut to what the day still wants."""
    total = int(wanted.sum())
    drawn = weighted(rng, LENGTHS, total)  # more than enough: one event each would do
    ends = np.cumsum(drawn)
    # Visits end where their length says, and at the end of every day.
    edges = np.unique(np.concatenate([ends[ends < total], np.cumsum(wanted)]))
    edges = edges[edges > 0]
    length = np.diff(edges, prepend=0)
    return length, days[np.searchsorted(np.cumsum(wanted), edges)]


def _positions(length: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The visit of each event, and its place within, from 0."""
    session = np.repeat(np.arange(len(length)), length)
    return session, np.arange(len(session)) - np.repeat(np.cumsum(length) - length, length)


def _clock(rng: np.random.Generator, session: np.ndarray) -> np.ndarray:
    """Seconds since each visit began."""
    total = np.cumsum(rng.integers(4, 95, len(session)))
    starts = np.diff(session, prepend=-1) > 0
    first = total[np.maximum.accumulate(np.where(starts, np.arange(len(session)), 0))]
    return np.asarray(total - first)
