"""How many rows each table holds once a batch has arrived."""

from typing import Any

import numpy as np

from datagen.world import regions
from datagen.world.events import DEVICES, STEPS, Events
from datagen.world.truth.known import Known
from datagen.world.visits import TYPES
from datagen.world.world import World

NEVER = np.iinfo(np.int64).max


class EventCounts:
    """What the web events say, kept while they are made: nobody holds all of them."""

    def __init__(self, world: World, cutoffs: list[int]) -> None:
        self._cutoffs = cutoffs
        self.events = np.zeros(len(cutoffs), np.int64)
        self.types = np.zeros((len(cutoffs), len(TYPES)), np.int64)
        self.funnel = np.zeros((len(cutoffs), len(STEPS), len(DEVICES)), np.int64)
        self.customers = np.full(world.setting.sizes.customers, NEVER)  # the batch of their first event
        self.products = np.full(world.setting.sizes.products, NEVER)

    def add(self, events: Events) -> None:
        """Count a piece."""
        visits, batch = events.visits, events.batch
        _earliest(self.customers, visits.customer, batch)
        _earliest(self.products, visits.product, batch)
        low, high = int(batch.min(initial=0)), int(batch.max(initial=0))
        whole = events.funnel(high) if high <= self._cutoffs[-1] else None
        for nth, cutoff in enumerate(self._cutoffs):
            if low > cutoff:
                continue
            self.funnel[nth] += whole if high <= cutoff and whole is not None else events.funnel(cutoff)
            kinds = visits.kind[batch <= cutoff]
            self.types[nth] += np.bincount(kinds, minlength=len(TYPES))
            self.events[nth] += len(kinds)


class TableCounts:
    """Rows of the latest tables, the dimensions and the facts, as of any batch."""

    def __init__(self, world: World, events: EventCounts, rows: dict[str, np.ndarray]) -> None:
        self._world, self._rows = world, rows
        web, line, amazon = world.web, world.web.lines, world.amazon
        snapshots = np.array(world.stock.snapshot_days(world.setting))
        counted = np.full(len(events.products), NEVER)
        if len(snapshots):
            nth = np.searchsorted(snapshots, world.products.created)
            seen = nth < len(snapshots)
            counted[seen] = world.setting.calendar.batch_of(snapshots[nth[seen]])
        customers = _at_least(events.customers.copy(), world.sales.customer)
        products = _at_least(np.minimum(events.products, counted), world.sales.product)
        reps = _at_least(np.full(world.setting.sizes.reps, NEVER), world.sales.rep)
        for first_seen, subjects, batch in (
            (customers, world.sales.customer, world.sales.batch),
            (customers, web.customer, web.placed_batch),
            (customers, world.reviews.customer, world.reviews.batch),
            (products, amazon.lines.product, amazon.batch[amazon.lines.order]),
            (products, line.product, web.line_batch),
            (products, world.sales.product, world.sales.batch),
            (products, world.reviews.product, world.reviews.batch),
            (reps, world.sales.rep, world.sales.batch),
        ):
            _earliest(first_seen, subjects, batch)
        self._inferred = {
            "dim_customer": (
                customers,
                _first(world.customers.history.subject, world.customers.batch, customers),
            ),
            "dim_product": (products, _first(world.products.history.subject, world.products.batch, products)),
            "dim_sales_rep": (reps, _first(world.reps.history.subject, world.reps.batch, reps)),
        }

    def at(self, known: Known, batch: int, fact_sales: int) -> dict[str, Any]:
        """Rows per table; ``inferred`` members are part of their dimension, as is the unknown one."""
        world, web = self._world, self._world.web
        inferred = {
            name: int(((seen <= batch) & (delivered > batch)).sum())
            for name, (seen, delivered) in self._inferred.items()
        }
        reps = int((self._inferred["dim_sales_rep"][1] <= batch).sum())
        waiting = (web.line_batch <= batch) & (web.placed_batch[web.lines.order] > batch)
        return {
            "customers_latest": int((world.customers.batch <= batch).sum()),
            "products_latest": int((world.products.batch <= batch).sum()),
            "sales_reps_latest": reps,
            "amazon_orders_latest": int((world.amazon.batch[world.amazon.lines.order] <= batch).sum()),
            "web_orders_latest": int((web.placed_batch <= batch).sum()),
            "web_order_items_latest": int((web.line_batch <= batch).sum()),
            "rep_transactions_latest": int((world.sales.batch <= batch).sum()),
            "web_events_latest": int(self._rows["web_events"][: batch + 1].sum()),
            "inventory_latest": int(self._rows["inventory"][: batch + 1].sum()),
            "reviews_latest": int((world.reviews.batch <= batch).sum()),
            "dim_customer": known.customer_versions + inferred["dim_customer"] + 1,
            "dim_product": known.product_versions + inferred["dim_product"] + 1,
            "dim_sales_rep": reps + inferred["dim_sales_rep"] + 1,
            "dim_geography": self._states(batch) + 1,
            "fact_sales": fact_sales,
            "fact_web_events": int(self._rows["web_events"][: batch + 1].sum()),
            "fact_inventory": int(self._rows["inventory"][: batch + 1].sum()),
            "fact_reviews": int((world.reviews.batch <= batch).sum()),
            "inferred": inferred,
            "items_waiting_for_their_order": int(waiting.sum()),
        }

    def _states(self, batch: int) -> int:
        """Known states in the rows delivered so far."""
        world = self._world
        codes = [
            world.customers.state[world.customers.batch <= batch],
            world.web.state[world.web.placed_batch <= batch],
            world.amazon.state()[world.amazon.batch <= batch],
        ]
        return len(np.setdiff1d(np.concatenate(codes), [-1, regions.UNKNOWN_STATE]))


def _at_least(first: np.ndarray, subjects: np.ndarray) -> np.ndarray:
    """Room for subjects that are spoken of and never delivered."""
    more = max(0, int(subjects.max(initial=-1)) + 1 - len(first))
    return np.concatenate([first, np.full(more, NEVER)])


def _earliest(first: np.ndarray, subjects: np.ndarray, batch: np.ndarray) -> None:
    known = subjects >= 0
    np.minimum.at(first, subjects[known], batch[known])


def _first(subjects: np.ndarray, batch: np.ndarray, like: np.ndarray) -> np.ndarray:
    """The batch each subject's first row is delivered in."""
    first = np.full(len(like), NEVER)
    np.minimum.at(first, subjects, batch)
    return first
