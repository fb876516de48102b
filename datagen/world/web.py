"""The web shop: orders, their lines, what is cancelled, and what comes back."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from datagen.world import columns as col
from datagen.world import regions
from datagen.world.calendar import SECONDS
from datagen.world.orders import Lines

STATUSES = ("placed", "paid", "shipped", "delivered", "returned", "cancelled")
PLACED, PAID, SHIPPED, DELIVERED, RETURNED, CANCELLED = range(6)
PAYMENTS = ("card", "upi", "net_banking", "wallet", "cash_on_delivery")
COUPONS = ("WELCOME5", "FESTIVE10", "LOYAL15")
NEVER = np.iinfo(np.int64).max // 4


@dataclass(frozen=True)
class WebOrders:
    """Orders and their lines. A batch of ``NEVER``: this delivery does not take place."""

    stamp: np.ndarray
    customer: np.ndarray  # -1: a guest
    first_status: np.ndarray  # placed or paid
    last_status: np.ndarray  # shipped, delivered or cancelled
    placed_batch: np.ndarray
    settled_batch: np.ndarray
    returned_batch: np.ndarray  # the header again, when everything came back
    payment: np.ndarray
    coupon: np.ndarray
    state: np.ndarray
    spelling: np.ndarray
    city: np.ndarray
    postcode: np.ndarray
    shipping: np.ndarray
    total: np.ndarray
    lines: Lines
    quantity: np.ndarray
    discount: np.ndarray
    tax: np.ndarray
    returned: np.ndarray  # units
    returned_day: np.ndarray
    refund: np.ndarray
    line_batch: np.ndarray
    return_batch: np.ndarray

    @property
    def day(self) -> np.ndarray:
        """The day each order was placed."""
        return np.asarray(self.stamp // SECONDS)

    @property
    def net(self) -> np.ndarray:
        """Paise of each line, less its discount, before tax."""
        return np.asarray(self.quantity * self.lines.price - self.discount)

    def status_at(self, batch: np.ndarray | int) -> np.ndarray:
        """What the headers delivered up to a batch say."""
        settled = np.where(self.settled_batch <= batch, self.last_status, self.first_status)
        return np.where(self.returned_batch <= batch, RETURNED, settled)

    def order_table(self) -> tuple[Any, np.ndarray]:
        """Headers as delivered, and the batch of each: again whenever their status has changed."""
        rows, batch = _deliveries(self.placed_batch, self.settled_batch, self.returned_batch)
        whole = col.table(
            {
                "order_id": col.ids("W", rows, 7),
                "ordered_at": col.stamps(self.stamp[rows]),
                "customer_id": col.ids("C", self.customer[rows], 6),
                "status": col.texts(STATUSES, self._status_in(rows, batch)),
                "payment_method": col.texts(PAYMENTS, self.payment[rows]),
                "coupon_code": col.texts(COUPONS, self.coupon[rows] - 1),
                "ship_state": col.texts(regions.SPELLINGS, self.spelling[rows]),
                "ship_city": col.texts(regions.CITY_NAMES, self.city[rows]),
                "ship_postal_code": pa.array(self.postcode[rows]).cast(pa.string()),
                "shipping_amount": col.decimals(self.shipping[rows]),
                "total_amount": col.decimals(self.total[rows]),
                "currency": col.texts(("INR",), np.zeros(len(rows), np.int64)),
            }
        )
        return whole, batch

    def item_table(self) -> tuple[Any, np.ndarray]:
        """Lines as delivered, and the batch of each: again when something came back."""
        rows, batch = _deliveries(self.line_batch, self.return_batch)
        line, back = self.lines, self.return_batch[rows] <= batch
        whole = col.table(
            {
                "order_id": col.ids("W", line.order[rows], 7),
                "item_number": col.numbers(line.item[rows]),
                "product_id": col.ids("P", line.product[rows], 5),
                "quantity": col.numbers(self.quantity[rows]),
                "unit_price": col.decimals(line.price[rows]),
                "discount_amount": col.decimals(self.discount[rows], missing=self.discount[rows] == 0),
                "tax_amount": col.decimals(self.tax[rows]),
                "total_amount": col.decimals(self.net[rows]),
                "returned_quantity": col.numbers(self.returned[rows], missing=~back),
                "returned_on": col.dates(self.returned_day[rows], missing=~back),
                "refund_amount": col.decimals(self.refund[rows], missing=~back),
            }
        )
        return whole, batch

    def _status_in(self, rows: np.ndarray, batch: np.ndarray) -> np.ndarray:
        settled = np.where(self.settled_batch[rows] <= batch, self.last_status[rows], self.first_status[rows])
        return np.where(self.returned_batch[rows] <= batch, RETURNED, settled)


def _deliveries(*batches: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Row and batch of every delivery: once per distinct batch, those of ``NEVER`` left out."""
    span = max(1, len(batches[0]))
    rows = np.tile(np.arange(len(batches[0])), len(batches))
    batch = np.concatenate(batches)
    happens = batch < NEVER
    keys = np.unique(batch[happens] * span + rows[happens])
    return keys % span, keys // span
