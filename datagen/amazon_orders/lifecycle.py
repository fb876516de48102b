"""What becomes of an order: who ships it, how far it got, and what that does to its lines.

Weights are how often each case was seen in a real quarter; status and fulfilment belong to the order,
courier status, quantity and a missing amount to the line.
"""

from dataclasses import dataclass

import numpy as np

from datagen.draw import Text, weighted

# fulfilment, service level, sales channel, status, orders
ORDERS = (
    ("Amazon", "Expedited", "Amazon.in", "Cancelled", 10756),
    ("Amazon", "Expedited", "Amazon.in", "Pending", 363),
    ("Amazon", "Expedited", "Amazon.in", "Shipped", 71803),
    ("Amazon", "Standard", "Amazon.in", "Cancelled", 46),
    ("Amazon", "Standard", "Amazon.in", "Pending", 2),
    ("Amazon", "Standard", "Amazon.in", "Shipped", 908),
    ("Amazon", "Standard", "Non-Amazon", "Cancelled", 1),
    ("Amazon", "Standard", "Non-Amazon", "Shipped", 115),
    ("Amazon", "Standard", "Non-Amazon", "Shipping", 8),
    ("Merchant", "Standard", "Amazon.in", "Cancelled", 6382),
    ("Merchant", "Standard", "Amazon.in", "Pending", 219),
    ("Merchant", "Standard", "Amazon.in", "Pending - Waiting for Pick Up", 262),
    ("Merchant", "Standard", "Amazon.in", "Shipped - Damaged", 1),
    ("Merchant", "Standard", "Amazon.in", "Shipped - Delivered to Buyer", 26566),
    ("Merchant", "Standard", "Amazon.in", "Shipped - Lost in Transit", 4),
    ("Merchant", "Standard", "Amazon.in", "Shipped - Out for Delivery", 32),
    ("Merchant", "Standard", "Amazon.in", "Shipped - Picked Up", 918),
    ("Merchant", "Standard", "Amazon.in", "Shipped - Rejected by Buyer", 11),
    ("Merchant", "Standard", "Amazon.in", "Shipped - Returned to Seller", 1851),
    ("Merchant", "Standard", "Amazon.in", "Shipped - Returning to Seller", 130),
)
# courier status, amount missing, quantity zero
OUTCOMES = (
    ("Shipped", False, False),
    ("Unshipped", False, False),
    ("Unshipped", True, False),
    ("Cancelled", True, True),
    ("", False, True),
    ("", True, True),
)
# (fulfilment, status) -> lines per outcome; any other order is simply shipped
LINES = {
    ("Amazon", "Cancelled"): (0, 5630, 1, 5840, 0, 0),
    ("Amazon", "Pending"): (10, 403, 0, 2, 0, 0),
    ("Amazon", "Shipped"): (77596, 0, 115, 93, 0, 0),
    ("Amazon", "Shipping"): (0, 0, 1, 0, 0, 0),
    ("Merchant", "Cancelled"): (0, 0, 0, 0, 5136, 1725),
    ("Merchant", "Pending"): (0, 1, 0, 0, 0, 0),
    ("Merchant", "Pending - Waiting for Pick Up"): (0, 1, 0, 0, 0, 0),
    ("Merchant", "Shipped - Delivered to Buyer"): (28761, 0, 0, 0, 0, 8),
    ("Merchant", "Shipped - Returned to Seller"): (1950, 0, 0, 0, 0, 3),
}
SHIPPED = (1, 0, 0, 0, 0, 0)


@dataclass(frozen=True)
class Column:
    """A column that follows from a code: its pool, and the text of each code."""

    pool: Text
    of: np.ndarray

    @classmethod
    def over(cls, texts: tuple[str, ...]) -> "Column":
        """The column whose text for code ``n`` is the nth given."""
        distinct = tuple(dict.fromkeys(texts))
        return cls(Text(distinct), np.array([distinct.index(text) for text in texts]))


FULFILMENT, SERVICE_LEVEL, SALES_CHANNEL, STATUS = (
    Column.over(tuple(str(order[nth]) for order in ORDERS)) for nth in range(4)
)
FULFILLED_BY = Column.over(tuple("Easy Ship" if order[0] == "Merchant" else "" for order in ORDERS))
COURIER_STATUS = Column.over(tuple(outcome[0] for outcome in OUTCOMES))
CURRENCY = Column.over(tuple("" if outcome[1] else "INR" for outcome in OUTCOMES))
IS_CANCELLED = np.array([order[3] == "Cancelled" for order in ORDERS])
IS_MERCHANT = np.array([order[0] == "Merchant" for order in ORDERS])
IS_NON_AMAZON = np.array([order[2] == "Non-Amazon" for order in ORDERS])
AMOUNT_MISSING = np.array([outcome[1] for outcome in OUTCOMES])
QUANTITY_ZERO = np.array([outcome[2] for outcome in OUTCOMES])
_ORDER_WEIGHTS = np.array([order[4] for order in ORDERS])
_LINE_WEIGHTS = [np.array(LINES.get((order[0], order[3]), SHIPPED)) for order in ORDERS]


def draw_orders(rng: np.random.Generator, orders: int) -> np.ndarray:
    """Codes into ``ORDERS`` for so many orders."""
    return weighted(rng, _ORDER_WEIGHTS, orders)


def draw_outcomes(rng: np.random.Generator, fates: np.ndarray) -> np.ndarray:
    """Codes into ``OUTCOMES``, one per line, given the code of each line's order."""
    outcomes = np.empty(len(fates), np.int64)
    for fate, weights in enumerate(_LINE_WEIGHTS):
        lines = fates == fate
        outcomes[lines] = weighted(rng, weights, int(lines.sum()))
    return outcomes
