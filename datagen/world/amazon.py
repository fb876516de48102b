"""What the company sells through Amazon, in the columns of the Amazon sale report."""

from dataclasses import dataclass

import numpy as np

from datagen.amazon_orders import lifecycle
from datagen.amazon_orders.blocks import (
    B2B,
    FLAGGED_FROM,
    FREE_OF_CHARGE,
    LINES_OF_AN_ORDER,
    QUANTITIES,
    REPEATED_SKU,
    order_numbers,
)
from datagen.amazon_orders.promotions import Promotions
from datagen.amazon_orders.rows import PREFIXES, Pools, Rows
from datagen.draw import weighted
from datagen.world.amazon_pools import OPEN_FATE, report_pools
from datagen.world.draw import order_days
from datagen.world.orders import Lines, lines
from datagen.world.products import Products
from datagen.world.setting import Setting
from datagen.world.web import NEVER

DISCOUNTS = np.array([0, 0, 0, 0, 0, 5, 10, 15])  # per cent
UNSHIPPED = 1  # code into lifecycle.OUTCOMES


@dataclass(frozen=True)
class AmazonOrders:
    """Orders and their lines; ``open_…`` is what the report says before an order is settled."""

    batch: np.ndarray  # of each order's first appearance in a report
    settled_batch: np.ndarray  # of the whole order once more, with what became of it; or NEVER
    number: np.ndarray
    prefix: np.ndarray
    fate: np.ndarray
    open_fate: np.ndarray
    written: np.ndarray
    city: np.ndarray
    postcode: np.ndarray
    is_b2b: np.ndarray
    lines: Lines
    product_row: np.ndarray  # row of the product's history: its category that day
    day_code: np.ndarray
    outcome: np.ndarray
    quantity: np.ndarray
    open_quantity: np.ndarray
    paise: np.ndarray
    open_paise: np.ndarray
    promotion: np.ndarray
    pools: Pools

    def state(self) -> np.ndarray:
        """Where each order goes: code into the states' canonical names."""
        return np.asarray(self.pools.places.state_of_text[self.written])

    def is_cancelled(self, batch: int) -> np.ndarray:
        """Whether the reports up to a batch say that an order is cancelled."""
        return np.asarray(lifecycle.IS_CANCELLED[self.fate] & ~self.is_open(batch))

    def is_open(self, batch: int) -> np.ndarray:
        """Whether the reports up to a batch still call an order pending."""
        return np.asarray((self.settled_batch != NEVER) & (self.settled_batch > batch))

    def rows(self, batch: int) -> Rows:
        """The report of a batch, newest order first."""
        chosen = (self.batch == batch) | (self.settled_batch == batch)
        line = np.flatnonzero(chosen[self.lines.order])
        line = line[np.lexsort((self.lines.item[line], -self.lines.order[line]))]
        order = self.lines.order[line]
        is_open = self.is_open(batch)[order]
        index = np.arange(len(line))
        return Rows(
            index=index,
            order=self.number[order],
            prefix=self.prefix[order],
            day=self.day_code[line],
            fate=np.where(is_open, self.open_fate[order], self.fate[order]),
            outcome=np.where(is_open, UNSHIPPED, self.outcome[line]),
            product=self.product_row[line],
            quantity=np.where(is_open, self.open_quantity[line], self.quantity[line]),
            paise=np.where(is_open, self.open_paise[line], self.paise[line]),
            written_state=self.written[order],
            city=self.city[order],
            postcode=self.postcode[order],
            promotion=self.promotion[line],
            is_b2b=self.is_b2b[order],
            is_flagged=index >= len(line) * FLAGGED_FROM,
        )


def amazon_orders(setting: Setting, weights: np.ndarray, products: Products) -> AmazonOrders:
    """Draw the orders, their lines, and what becomes of them."""
    rng, count, days = setting.rng("amazon"), setting.sizes.amazon, setting.calendar
    day = order_days(rng, days, weights, count)
    fate = lifecycle.draw_orders(rng, count)
    line = lines(rng, products, day, LINES_OF_AN_ORDER, REPEATED_SKU)
    fate_of_line = fate[line.order]
    outcome = lifecycle.draw_outcomes(rng, fate_of_line)
    quantity = weighted(rng, QUANTITIES, len(line.order))
    gross = quantity * line.price
    paise = gross - gross * DISCOUNTS[rng.integers(0, len(DISCOUNTS), len(gross))] // 100
    paise = np.where(rng.random(len(gross)) < FREE_OF_CHARGE, 0, paise)
    cancelled, merchant = lifecycle.IS_CANCELLED[fate_of_line], lifecycle.IS_MERCHANT[fate_of_line]

    batch = setting.batch(rng, day)
    settled_day = day + rng.integers(1, 5, count)
    settled_batch = np.where(settled_day <= days.last, setting.batch(rng, settled_day), NEVER - 1)
    says_so_later = (OPEN_FATE[fate] >= 0) & (settled_batch > batch)
    prefix = np.where(
        lifecycle.IS_NON_AMAZON[fate], len(PREFIXES) - 1, rng.integers(0, len(PREFIXES) - 1, count)
    )
    promotions = Promotions(setting.rng("promotions"))
    pools = report_pools(products, promotions, days)
    written, city, postcode = pools.places.draw(rng, count)
    return AmazonOrders(
        batch=batch,
        settled_batch=np.where(says_so_later, settled_batch, NEVER),
        number=order_numbers(rng, setting.seed, 0, count),
        prefix=prefix,
        fate=fate,
        open_fate=OPEN_FATE[fate],
        written=written,
        city=city,
        postcode=postcode,
        is_b2b=rng.random(count) < B2B,
        lines=line,
        product_row=products.history.row_at(line.product, line.day),
        day_code=line.day - days.first,
        outcome=outcome,
        quantity=np.where(lifecycle.QUANTITY_ZERO[outcome], 0, quantity),
        open_quantity=quantity,
        paise=np.where(lifecycle.AMOUNT_MISSING[outcome], 0, paise),
        open_paise=paise,
        promotion=promotions.draw(rng, merchant, cancelled),
        pools=pools,
    )
