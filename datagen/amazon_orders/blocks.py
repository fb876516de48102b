"""Draw one block of rows: whole orders, of one line or of several, newest first."""

import datetime as dt

import numpy as np

from datagen.amazon_orders import lifecycle
from datagen.amazon_orders.places import places
from datagen.amazon_orders.products import products
from datagen.amazon_orders.promotions import Promotions
from datagen.amazon_orders.rows import PREFIXES, Pools, Rows
from datagen.draw import Text, weighted

LINES_OF_AN_ORDER = np.array([0, 113532, 5655, 859, 218, 68, 16, 13, 7, 5, 1, 2, 2])
QUANTITIES = np.array([0, 115780, 341, 32, 9, 2, 0, 0, 1, 1, 0, 0, 0, 1, 0, 1])
REPEATED_SKU = 0.05  # of an order's further lines
B2B = 0.0068
FREE_OF_CHARGE = 0.02
FLAGGED_FROM = 0.38  # the last column is blank up to here in the file
PRICE_POINTS = np.array([100, 90, 95, 110, 80])  # per cent of a style's usual price
PRICE_POINT_WEIGHTS = np.array([70, 12, 8, 6, 4])


def pools(seed: int, start: dt.date, days: int) -> Pools:
    """Everything a file draws from: goods, places, promotions and its calendar, newest day first."""
    rng = np.random.default_rng([seed, 0])
    calendar = [start + dt.timedelta(days=nth) for nth in reversed(range(days))]
    weekday = np.array([0.97, 0.98, 1.0, 0.97, 0.96, 1.03, 1.09])[[day.weekday() for day in calendar]]
    weights = weekday * np.exp(rng.normal(0, 0.08, days))
    weights[rng.integers(0, days, max(1, days // 30))] *= 1.4  # a sale
    return Pools(
        products(rng),
        places(),
        Promotions(rng),
        Text([day.strftime("%m-%d-%y") for day in calendar]),
        np.array([day.year * 12 + day.month - 1 for day in calendar]),
        np.cumsum(weights / weights.sum()),
    )


def draw_block(
    pools: Pools, *, seed: int, block: int, first: int, last: int, total: int, orders_before: int
) -> Rows:
    """Rows ``first`` up to, not including, ``last`` of a file of ``total`` rows.

    Parameters
    ----------
    block
        Number of the block, from 0: with ``seed`` it decides all that is drawn.
    orders_before
        Orders in earlier blocks; order ids never repeat across blocks.
    """
    rng = np.random.default_rng([seed, 1, block])
    rows = last - first
    order, starts = _orders(rng, rows)
    orders = int(order[-1]) + 1
    fate = lifecycle.draw_orders(rng, orders)
    prefix = np.where(
        lifecycle.IS_NON_AMAZON[fate], len(PREFIXES) - 1, rng.integers(0, len(PREFIXES) - 1, orders)
    )
    day = np.searchsorted(pools.day_weights, (first + np.flatnonzero(starts) + 0.5) / total)
    day = np.minimum(day, len(pools.days) - 1)
    written, city, postcode = pools.places.draw(rng, orders)
    is_b2b = rng.random(orders) < B2B
    product = _products(rng, pools, starts)
    fate_of_line = fate[order]
    outcome = lifecycle.draw_outcomes(rng, fate_of_line)
    cancelled = lifecycle.IS_CANCELLED[fate_of_line]
    merchant = lifecycle.IS_MERCHANT[fate_of_line]
    quantity = np.where(lifecycle.QUANTITY_ZERO[outcome], 0, weighted(rng, QUANTITIES, rows))
    index = np.arange(first, last)
    return Rows(
        index=index,
        order=order_numbers(rng, seed, orders_before, orders)[order],
        prefix=prefix[order],
        day=day[order],
        fate=fate_of_line,
        outcome=outcome,
        product=product,
        quantity=quantity,
        paise=_paise(
            rng,
            price=pools.products.price[product],
            quantity=quantity,
            outcome=outcome,
            cancelled=cancelled,
            merchant=merchant,
        ),
        written_state=written[order],
        city=city[order],
        postcode=postcode[order],
        promotion=pools.promotions.draw(rng, merchant, cancelled),
        is_b2b=is_b2b[order],
        is_flagged=index >= total * FLAGGED_FROM,
    )


def _orders(rng: np.random.Generator, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """The order (0, 1, …) of each row, and whether the row is its order's first."""
    sizes = weighted(rng, LINES_OF_AN_ORDER, rows)
    order = np.repeat(np.arange(rows), sizes)[:rows]
    return order, np.diff(order, prepend=-1) > 0


def order_numbers(rng: np.random.Generator, seed: int, before: int, orders: int) -> np.ndarray:
    """Fourteen digits that look drawn but never repeat.

    The first seven are the running number, scrambled one to one; the last two say how often seven digits
    were not enough; the rest is drawn.
    """
    number = np.arange(before, before + orders)
    high = (number * 7_368_787 + seed % 10**7 * 5_863) % 10**7
    high = (high % 10**3 * 10**4 + high // 10**3) * 3_141_593 % 10**7
    low = rng.integers(0, 10**5, orders) * 100 + (number // 10**7 + high // 13) % 100
    return np.asarray(high * 10**7 + low)


def _products(rng: np.random.Generator, pools: Pools, starts: np.ndarray) -> np.ndarray:
    product = pools.products.draw(rng, len(starts))
    repeats = np.flatnonzero(~starts & (rng.random(len(starts)) < REPEATED_SKU))
    product[repeats] = product[repeats - 1]
    return product


def _paise(
    rng: np.random.Generator,
    *,
    price: np.ndarray,
    quantity: np.ndarray,
    outcome: np.ndarray,
    cancelled: np.ndarray,
    merchant: np.ndarray,
) -> np.ndarray:
    point = PRICE_POINTS[weighted(rng, PRICE_POINT_WEIGHTS, len(price))]
    paise = price * point // 100 * 100 * np.maximum(quantity, 1)
    # A seller's cancelled line is reported before 5 per cent tax: the amounts with odd paise.
    before_tax = cancelled & merchant & (rng.random(len(price)) < 0.9)
    paise = np.where(before_tax, (paise * 100 + 52) // 105, paise)
    free = ~cancelled & (rng.random(len(price)) < FREE_OF_CHARGE)
    return np.where(free | lifecycle.AMOUNT_MISSING[outcome], 0, paise)
