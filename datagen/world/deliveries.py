"""The rows of each dataset in the files they arrive in."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from datagen.amazon_orders.faults import HEADER
from datagen.world.amazon_rows import typed
from datagen.world.events import Events
from datagen.world.world import World

PIECE = 250_000  # events in memory at a time
Tables = Callable[[int], Iterator[Any]]


def deliveries(
    world: World, *, report: bool = True, seen: Callable[[Events], None] = lambda _: None
) -> dict[str, Tables]:
    """For each dataset a function that gives the tables of a batch; ask for the batches in order.

    Parameters
    ----------
    report
        Whether amazon_orders come as the Amazon report writes them, else typed under the warehouse's names.
    seen
        Called with every piece of the web events as it is made.
    """
    goods, web = world.products, world.web
    stock = world.stock.on_hand(goods.history.subject, goods.history.day)
    return {
        "customers": _cut(world.customers.table(), world.customers.batch),
        "products": _cut(goods.table(stock), goods.batch),
        "sales_reps": _cut(world.reps.table(), world.reps.batch),
        "amazon_orders": lambda batch: _amazon(world, batch, report),
        "web_orders": _cut(*web.order_table()),
        "web_order_items": _cut(*web.item_table()),
        "rep_transactions": _cut(world.sales.table(), world.sales.batch),
        "web_events": _events(world, seen),
        "inventory": lambda batch: _inventory(world, batch),
        "reviews": _cut(world.reviews.table(), world.reviews.batch),
    }


def _cut(table: Any, batch: np.ndarray) -> Tables:
    """A whole table, cut into its batches; rows keep their order."""
    order = np.argsort(batch, kind="stable")
    sorted_table, ends = table.take(pa.array(order)), np.bincount(batch).cumsum()

    def rows(nth: int) -> Iterator[Any]:
        if nth < len(ends):
            first = int(ends[nth - 1]) if nth else 0
            yield sorted_table.slice(first, int(ends[nth]) - first)

    return rows


def _amazon(world: World, batch: int, report: bool) -> Iterator[Any]:
    rows, pools = world.amazon.rows(batch), world.amazon.pools
    if report:  # every field is text, quoted where it has to be
        yield pa.table(dict(zip(HEADER, rows.columns(pools), strict=True)))
    else:
        yield typed(rows, pools, world.setting.calendar.first)


def _inventory(world: World, batch: int) -> Iterator[Any]:
    covers = world.setting.calendar.batches[batch]
    for day in world.stock.snapshot_days(world.setting):
        if covers.first <= day <= covers.last:
            yield world.stock.snapshot(day)


def _events(world: World, seen: Callable[[Events], None]) -> Tables:
    """Events as they happen; late ones wait for the file of a later batch."""
    stream, waiting = world.events(), dict[int, list[Any]]()
    batches = world.setting.calendar.batches

    def rows(nth: int) -> Iterator[Any]:
        yield from waiting.pop(nth, [])
        for first, last in stream.ranges(batches[nth].first, batches[nth].last, PIECE):
            made = stream.events(first, last)
            seen(made)
            table, batch = made.table()
            if (batch == nth).all():
                yield table
                continue
            for later in np.unique(batch[batch > nth]).tolist():
                waiting.setdefault(later, []).append(table.filter(pa.array(batch == later)))
            yield table.filter(pa.array(batch == nth))

    return rows
