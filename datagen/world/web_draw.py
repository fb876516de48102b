"""Draw the web shop's orders: what is in them, what is cancelled, and what comes back."""

import numpy as np

from datagen.draw import weighted
from datagen.world import regions
from datagen.world.calendar import SECONDS
from datagen.world.customers import Customers
from datagen.world.draw import order_days, seconds_of_day
from datagen.world.orders import lines, per_order
from datagen.world.products import Products
from datagen.world.setting import Setting
from datagen.world.web import (
    CANCELLED,
    DELIVERED,
    NEVER,
    PAID,
    PLACED,
    SHIPPED,
    WebOrders,
)

PAYMENT_WEIGHTS = np.array([24, 44, 8, 9, 15])
LINES_OF_AN_ORDER = np.array([0, 48, 27, 14, 7, 3, 1])
COUPON_PERCENT = np.array([0, 5, 10, 15])  # the first: no coupon


def web_orders(setting: Setting, weights: np.ndarray, customers: Customers, products: Products) -> WebOrders:
    """Draw the orders, what is in them, and what becomes of them."""
    rng, count, last = setting.rng("web"), setting.sizes.web, setting.calendar.last
    day = order_days(rng, setting.calendar, weights, count)
    stamp = np.sort(day * SECONDS + seconds_of_day(rng, count))
    customer = np.where(rng.random(count) < 0.06, -1, customers.popularity.draw(rng, day))
    _newcomers(rng, customers, day, customer)
    line = lines(rng, products, day, LINES_OF_AN_ORDER)
    coupon = weighted(rng, np.array([78, 10, 8, 4]), count)
    quantity = weighted(rng, np.array([0, 86, 11, 3]), len(line.order))
    gross = quantity * line.price
    own = np.array([0, 0, 0, 0, 0, 0, 0, 0, 8, 20])[rng.integers(0, 10, len(gross))]  # per cent off the line
    discount = gross * (own + COUPON_PERCENT[coupon[line.order]]) // 100
    net = gross - discount
    tax = (net * np.where(line.price < 100_000, 5, 12) + 50) // 100
    goods = per_order(line, net + tax, count)
    shipping = np.where(goods >= 99_900, 0, np.where(rng.random(count) < 0.5, 4_900, 7_950))

    cancelled = rng.random(count) < 0.04
    settled_day = day + rng.integers(1, 5, count)
    returned_day = settled_day + rng.integers(2, 20, count)
    comes_back = ~cancelled & (rng.random(count) < 0.1) & (returned_day <= last)
    back = comes_back[line.order] & ((line.item == 1) | (rng.random(len(net)) < 0.6))
    units = np.where(
        rng.random(len(net)) < 0.7, quantity, 1 + (rng.random(len(net)) * quantity).astype(np.int64)
    )
    returned = np.where(back, units, 0)
    everything = per_order(line, quantity - returned, count) == 0

    placed = setting.batch(rng, day)
    settled = np.where(settled_day <= last, np.maximum(setting.batch(rng, settled_day), placed), NEVER)
    line_batch = setting.batch(rng, line.day)
    return_batch = setting.batch(rng, returned_day[line.order])
    whole_batch = np.where(settled < NEVER, np.maximum(setting.batch(rng, returned_day), settled), NEVER)
    state, spelling, city, postcode = _shipped_to(rng, customers, customer, day)
    return WebOrders(
        stamp=stamp,
        customer=customer,
        first_status=np.where(rng.random(count) < 0.2, PLACED, PAID),
        last_status=np.where(
            cancelled, CANCELLED, np.where(~comes_back & (rng.random(count) < 0.06), SHIPPED, DELIVERED)
        ),
        placed_batch=placed,
        settled_batch=settled,
        returned_batch=np.where(comes_back & everything, whole_batch, NEVER),
        payment=weighted(rng, PAYMENT_WEIGHTS, count),
        coupon=coupon,
        state=state,
        spelling=spelling,
        city=city,
        postcode=postcode,
        shipping=shipping,
        total=goods + shipping,
        lines=line,
        quantity=quantity,
        discount=discount,
        tax=tax,
        returned=returned,
        returned_day=returned_day[line.order],
        refund=(net + tax) * returned // quantity,
        line_batch=line_batch,
        return_batch=np.where(back, np.maximum(return_batch, line_batch), NEVER),
    )


def _newcomers(rng: np.random.Generator, customers: Customers, day: np.ndarray, customer: np.ndarray) -> None:
    """People sign up to order: an order of that day becomes theirs, where there is one."""
    first, after = (np.searchsorted(day, customers.created, side=side) for side in ("left", "right"))
    new = np.flatnonzero(after > first)
    customer[first[new] + (rng.random(len(new)) * (after - first)[new]).astype(np.int64)] = new


def _shipped_to(
    rng: np.random.Generator, customers: Customers, customer: np.ndarray, day: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """State, its spelling, city and postcode: mostly the customer's on that day, else a gift's or a guest's."""
    row = customers.history.row_at(np.maximum(customer, 0), day)
    known = (customer >= 0) & (customers.state[row] >= 0) & (rng.random(len(day)) < 0.88)
    state = weighted(rng, regions.STATE_WEIGHTS, len(day))
    city, postcode = regions.addresses(rng, state)
    state = np.where(known, customers.state[row], state)
    blank = rng.random(len(day)) < 0.003
    state = np.where(blank, -1, state)
    return (
        state,
        regions.spelt(rng, state, 0.04),
        np.where(known, customers.city[row], city),
        np.where(known, customers.postcode[row], postcode),
    )
