"""The sold and returned lines of all channels as whole numbers: fact_sales, as it must come out.

A line counts once its file has arrived (a web line once its order has, too), with what the files up to then
say of it. Money is in paise.
"""

from typing import Any

import numpy as np
import pyarrow as pa

from datagen.world.calendar import months
from datagen.world.rep_sales import CANCELLED
from datagen.world.truth.known import B2B_SEGMENTS, NO_SEGMENT, NO_STATE, Known
from datagen.world.web import CANCELLED as WEB_CANCELLED
from datagen.world.world import World

CHANNELS = ("amazon", "web", "reps")
Columns = dict[str, np.ndarray]


def facts(world: World, known: Known, batch: int) -> Any:
    """One row per sold or returned line.

    Returns
    -------
    pyarrow.Table
        ``sale`` numbers the sold lines of the world; a returned line carries its sale's number.
        ``profit`` is missing where the product's cost is not known.
    """
    amazon, web = len(world.amazon.lines.order), len(world.web.lines.order)
    parts = [
        _amazon(world, known, batch),
        *_web(world, known, batch, amazon),
        *_reps(world, known, batch, amazon + web),
    ]
    whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    unknown_cost = whole.pop("cost") < 0
    whole["month"] = months(whole["day"])
    columns = {name: pa.array(values) for name, values in whole.items()}
    return pa.table({**columns, "profit": pa.array(whole["profit"], mask=unknown_cost)})


def _amazon(world: World, known: Known, batch: int) -> Columns:
    orders, line = world.amazon, world.amazon.lines
    here = np.flatnonzero(orders.batch[line.order] <= batch)
    order = line.order[here]
    is_open = orders.is_open(batch)[order]
    net = np.where(is_open, orders.open_paise[here], orders.paise[here])
    quantity = np.where(is_open, orders.open_quantity[here], orders.quantity[here])
    return _sold(
        known,
        channel=0,
        sale=here,
        order=order,
        day=line.day[here],
        product=line.product[here],
        category=world.products.category[orders.product_row[here]],  # as the report says
        customer=np.full(len(here), -1),
        segment=np.full(len(here), NO_SEGMENT),
        state=orders.state()[order],
        active=~orders.is_cancelled(batch)[order],
        b2b=orders.is_b2b[order],
        quantity=quantity,
        net=net,
    )


def _web(world: World, known: Known, batch: int, first: int) -> tuple[Columns, Columns]:
    orders, line = world.web, world.web.lines
    here = np.flatnonzero((orders.line_batch <= batch) & (orders.placed_batch[line.order] <= batch))
    order = line.order[here]
    customer, state = orders.customer[order], orders.state[order]
    segment, _ = known.segment_and_state(customer, line.day[here])
    sold = _sold(
        known,
        channel=1,
        sale=first + here,
        order=order,
        day=line.day[here],
        product=line.product[here],
        category=None,
        customer=customer,
        segment=segment,
        state=np.where(state < 0, NO_STATE, state),
        active=(orders.status_at(batch) != WEB_CANCELLED)[order],
        b2b=np.isin(segment, B2B_SEGMENTS),
        quantity=orders.quantity[here],
        net=orders.net[here],
    )
    back = orders.return_batch[here] <= batch
    returned = {name: values[back] for name, values in sold.items()}
    returned["day"] = orders.returned_day[here][back]
    segment, _ = known.segment_and_state(returned["customer"], returned["day"])
    money, units = orders.refund[here][back], orders.returned[here][back]
    return sold, _returned(known, returned, segment, returned["state"], units, money)


def _reps(world: World, known: Known, batch: int, first: int) -> tuple[Columns, Columns]:
    sales = world.sales
    here = np.flatnonzero((sales.batch <= batch) & (sales.refund_of < 0))
    segment, state = known.segment_and_state(sales.customer[here], sales.day[here])
    sold = _sold(
        known,
        channel=2,
        sale=first + here,
        order=here,
        day=sales.day[here],
        product=sales.product[here],
        category=None,
        customer=sales.customer[here],
        segment=segment,
        state=state,
        active=sales.status[here] != CANCELLED,
        b2b=np.isin(segment, B2B_SEGMENTS),
        quantity=sales.quantity[here],
        net=sales.total[here],
    )
    back = np.flatnonzero((sales.batch <= batch) & (sales.refund_of >= 0))
    segment, state = known.segment_and_state(sales.customer[back], sales.day[back])
    refunds = {
        "channel": np.full(len(back), 2),
        "sale": first + sales.refund_of[back],
        "order": back,
        "day": sales.day[back],
        "product": sales.product[back],
        "customer": sales.customer[back],
    }
    return sold, _returned(known, refunds, segment, state, sales.quantity[back], sales.total[back])


def _sold(known: Known, *, channel: int, category: np.ndarray | None, **columns: Any) -> Columns:
    """A channel's sold lines, with what they cost; the category is the product's unless given."""
    rows = len(columns["sale"])
    of_product, cost = known.category_and_cost(columns["product"], columns["day"])
    return {
        "channel": np.full(rows, channel),
        **columns,
        "category": of_product if category is None else category,
        "is_return": np.zeros(rows, bool),
        "refund": np.zeros(rows, np.int64),
        "cost": cost,
        "profit": columns["net"] - columns["quantity"] * cost,
    }


def _returned(
    known: Known,
    columns: Columns,
    segment: np.ndarray,
    state: np.ndarray,
    units: np.ndarray,
    money: np.ndarray,
) -> Columns:
    """Returned lines: dimensions as of the day of the return, money given back."""
    nothing = np.zeros(len(units), np.int64)
    return {
        **columns,
        "category": known.category_and_cost(columns["product"], columns["day"])[0],
        "segment": segment,
        "state": state,
        "b2b": np.isin(segment, B2B_SEGMENTS),
        "active": nothing > 0,
        "is_return": nothing == 0,
        "quantity": units,
        "net": nothing,
        "refund": money,
        "cost": nothing,
        "profit": -money,
    }
