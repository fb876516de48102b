"""What the lines of all channels have in common: what was bought, of which product, at that day's price."""

from dataclasses import dataclass

import numpy as np

from datagen.draw import weighted
from datagen.world.products import Products

COMPANIONS = 0.3  # of an order's further lines


@dataclass(frozen=True)
class Lines:
    """Lines of orders, in the orders' order."""

    order: np.ndarray  # number of the order, ascending
    item: np.ndarray  # 1, 2, … within the order
    day: np.ndarray
    product: np.ndarray
    price: np.ndarray  # paise: the list price valid that day


def lines(
    rng: np.random.Generator, products: Products, days: np.ndarray, sizes: np.ndarray, repeats: float = 0
) -> Lines:
    """Draw the lines of orders placed on these days.

    Parameters
    ----------
    days
        One per order.
    sizes
        Weights of an order of 0, 1, 2 … lines.
    repeats
        Share of the further lines that repeat the product before them.
    """
    count = weighted(rng, sizes, len(days))
    order = np.repeat(np.arange(len(days)), count)
    item = np.arange(len(order)) - np.repeat(np.cumsum(count) - count, count) + 1
    day = days[order]
    product = products.popularity.draw(rng, day)
    follows = np.flatnonzero((item > 1) & (rng.random(len(order)) < COMPANIONS))
    product[follows] = products.companion[product[follows - 1]]
    again = np.flatnonzero((item > 1) & (rng.random(len(order)) < repeats))
    product[again] = product[again - 1]
    return Lines(order, item, day, product, products.price[products.history.row_at(product, day)])


def per_order(lines: Lines, values: np.ndarray, orders: int) -> np.ndarray:
    """Whole-number values of the lines, added up per order."""
    total = np.zeros(orders, np.int64)
    np.add.at(total, lines.order, values)
    return total
