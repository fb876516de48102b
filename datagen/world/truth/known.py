"""What the files delivered up to a batch say of customers and products."""

from dataclasses import dataclass

import numpy as np

from datagen.world import regions
from datagen.world.customers import SEGMENTS
from datagen.world.history import History
from datagen.world.products import CATEGORY_NAMES
from datagen.world.world import World

NO_CATEGORY, NO_STATE, NO_SEGMENT = len(CATEGORY_NAMES), regions.UNKNOWN_STATE, len(SEGMENTS)
CATEGORIES, SEGMENT_NAMES = (*CATEGORY_NAMES, "Unknown"), (*SEGMENTS, "Unknown")
B2B_SEGMENTS = (SEGMENTS.index("Corporate"), SEGMENTS.index("Small Business"))


@dataclass(frozen=True)
class Known:
    """Delivered changes; every look-up of what is not known gives the Unknown code."""

    customers: History
    segment: np.ndarray
    state: np.ndarray
    customer_versions: int
    products: History
    category: np.ndarray
    cost: np.ndarray
    product_versions: int

    def segment_and_state(self, customer: np.ndarray, day: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Of customers on days; -1 is nobody."""
        row = np.where(customer < 0, -1, self.customers.row_at(np.maximum(customer, 0), day))
        segment = np.where(row < 0, NO_SEGMENT, _at(self.segment, row))
        state = np.where(row < 0, NO_STATE, _at(self.state, row))
        return segment, np.where(state < 0, NO_STATE, state)

    def category_and_cost(self, product: np.ndarray, day: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Of products on days; a cost of -1 is not known."""
        row = self.products.row_at(product, day)
        return np.where(row < 0, NO_CATEGORY, _at(self.category, row)), np.where(
            row < 0, -1, _at(self.cost, row)
        )


def known_at(world: World, batch: int) -> Known:
    """What is known once a batch has arrived."""
    people, goods = world.customers, world.products
    rows, items = np.flatnonzero(people.batch <= batch), np.flatnonzero(goods.batch <= batch)
    customers, products = people.history.only(rows), goods.history.only(items)
    return Known(
        customers,
        people.segment[rows],
        people.state[rows],
        len(customers.versions(people.tracked[rows])),
        products,
        goods.category[items],
        goods.cost[items],
        len(products.versions(goods.tracked[items])),
    )


def _at(values: np.ndarray, row: np.ndarray) -> np.ndarray:
    return values[row] if len(values) else np.full(len(row), -1)
