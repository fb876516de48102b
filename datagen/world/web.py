"""The web shop: orders, their lines, what is cancelled, and what comes back."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from datagen.draw import weighted
from datagen.world import columns as col
from datagen.world import regions
from datagen.world.calendar import SECONDS
from datagen.world.customers import Customers
from datagen.world.draw import order_days, seconds_of_day
from datagen.world.orders import Lines, lines, per_order
from datagen.world.products import Products
from datagen.world.setting import Setting

STATUSES = ("placed", "paid", "shipped", "delivered", "returned", "cancelled")
PLACED, PAID, SHIPPED, DELIVERED, RETURNED, CANCELLED = range(6)
PAYMENTS = ("card", "upi", "net_banking", "wallet", "cash_on_delivery")
PAYMENT_WEIGHTS = np.array([24, 44, 8, 9, 15])
LINES_OF_AN_ORDER = np.array([0, 48, 27, 14, 7, 3, 1])
COUPONS = ("WELCOME5", "FESTIVE10", "LOYAL15")
COUPON_PERCENT = np.array([0, 5, 10, 15])  # the first: no coupon
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
        return self.stamp // SECONDS

    @property
    def net(self) -> np.ndarray:
        """Paise of each line, less its discount, before tax."""
        return self.quantity * self.lines.price - self.discount

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
