"""Visits to the web shop: those that end in an order, and the many that do not. Made a few days at a time."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datagen.world import columns as col
from datagen.world.calendar import SECONDS
from datagen.world.customers import Customers
from datagen.world.products import Products
from datagen.world.setting import Setting
from datagen.world.visits import ADD, CHECKOUT, PURCHASE, TYPES, VIEW, Visits, browsing, buying
from datagen.world.web import WebOrders

DEVICES = ("desktop", "mobile", "tablet")
REFERRERS = (
    "https://www.google.com/",
    "https://www.instagram.com/",
    "https://news.example.com/",
    "newsletter",
)
STEPS = ("visit", "product_view", "add_to_cart", "checkout", "purchase")
_PAGES = (
    "/",
    None,
    "/search",
    None,
    None,
    "/checkout",
    "/thank-you",
    "/login",
    "/",
)  # by type; None: the product's


@dataclass(frozen=True)
class Events:
    """Events of a few days, visit by visit in the order they happened."""

    visits: Visits
    first_event: int
    first_session: int
    batch: np.ndarray

    def table(self) -> tuple[Any, np.ndarray]:
        """The events as delivered, by time, and the batch of each."""
        visits = self.visits
        order = np.argsort(visits.stamp, kind="stable")
        kind, product, web_order = visits.kind[order], visits.product[order], visits.order[order]
        session, starts = visits.session[order], visits.position[order] == 0
        product_id = col.ids("P", product, 5)
        page = pc.coalesce(
            col.texts(_PAGES, kind), pc.binary_join_element_wise("/p/", product_id, ""), pa.scalar("/")
        )
        whole = col.table(
            {
                "event_id": col.ids("E", self.first_event + np.arange(len(order)), 8),
                "session_id": col.ids("S", self.first_session + session, 8),
                "customer_id": col.ids("C", visits.customer[order], 6),
                "event_type": col.texts(TYPES, kind),
                "occurred_at": col.stamps(visits.stamp[order]),
                "page": page,
                "product_id": product_id,
                "order_id": col.ids("W", web_order, 7),
                "device": col.texts(DEVICES, visits.device[session]),
                "referrer": col.texts(REFERRERS, np.where(starts, visits.referrer[session], -1)),
            }
        )
        return whole, self.batch[order]

    def funnel(self, batch: int) -> np.ndarray:
        """Sessions that reach each of ``STEPS`` in this order, per device, of the events delivered up to a batch."""
        visits = self.visits
        here = self.batch <= batch
        sessions, far = len(visits.device), np.iinfo(np.int64).max
        reached = np.full(sessions, far)
        np.minimum.at(reached, visits.session[here], visits.position[here])
        counts = [np.bincount(visits.device[reached < far], minlength=len(DEVICES))]
        after = np.full(sessions, -1)
        for kind in (VIEW, ADD, CHECKOUT, PURCHASE):
            chosen = here & (visits.kind == kind)
            chosen &= visits.position > after[visits.session]
            reached = np.full(sessions, far)
            np.minimum.at(reached, visits.session[chosen], visits.position[chosen])
            counts.append(np.bincount(visits.device[reached < far], minlength=len(DEVICES)))
            after = reached
        return np.array(counts)


class EventStream:
    """All events of a world, a range of days at a time.

    Parameters
    ----------
    weights
        How busy each day is; visits without an order fill it up to the number of events wanted.
    """

    def __init__(
        self, setting: Setting, weights: np.ndarray, customers: Customers, products: Products, web: WebOrders
    ) -> None:
        self._setting, self._customers, self._products, self._web = setting, customers, products, web
        days = setting.calendar
        extra = setting.rng("events").integers(0, 3, len(web.day))
        lines = np.bincount(web.lines.order, minlength=len(web.day))
        self._extra, self._length = extra, 4 + extra + 2 * lines
        bought = np.bincount(web.day - days.first, weights=self._length, minlength=len(weights))
        idle = np.maximum(weights / weights.sum() * setting.sizes.events - bought, 1e-9)
        wanted = max(0, setting.sizes.events - int(self._length.sum()))
        self._idle = np.diff(np.round(np.cumsum(idle) / idle.sum() * wanted).astype(np.int64), prepend=0)
        self._first_line = np.cumsum(lines) - lines
        self._events = self._sessions = 0

    def events(self, first: int, last: int) -> Events:
        """The events from one day to another; ask for the ranges in order."""
        setting, web = self._setting, self._web
        rng = setting.rng("events", first)
        low, high = np.searchsorted(web.day, [first, last + 1])
        orders = np.arange(low, high)
        buyers = buying(
            rng,
            web,
            orders,
            self._length[orders],
            self._extra[orders],
            self._first_line[orders],
            self._products,
        )
        days = np.arange(first, last + 1)
        idle = self._idle[days - setting.calendar.first]
        visits = buyers.and_then(browsing(rng, days, idle, self._customers, self._products))
        made = Events(visits, self._events, self._sessions, setting.batch(rng, visits.stamp // SECONDS))
        self._events += len(visits.stamp)
        self._sessions += len(visits.device)
        return made

    def ranges(self, first: int, last: int, most: int) -> list[tuple[int, int]]:
        """The days of a batch cut so that each piece has about ``most`` events."""
        days = np.arange(first, last + 1)
        offset = days - self._setting.calendar.first
        bought = np.bincount(
            self._web.day - self._setting.calendar.first, weights=self._length, minlength=len(self._idle)
        )
        piece = np.cumsum(self._idle[offset] + bought[offset]) // most
        edges = [0, *(np.flatnonzero(np.diff(piece)) + 1).tolist(), len(days)]
        return [(first + a, first + b - 1) for a, b in pairwise(edges)]
