"""What representatives sell, one line each, and what they pay back."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from datagen.draw import weighted
from datagen.world import columns as col
from datagen.world.customers import Customers
from datagen.world.draw import order_days
from datagen.world.orders import lines
from datagen.world.products import Products
from datagen.world.reps import Reps
from datagen.world.setting import Setting

STATUSES = ("completed", "returned", "refunded", "cancelled")
COMPLETED, RETURNED, REFUNDED, CANCELLED = range(4)
PAYMENTS = ("card", "upi", "bank_transfer", "cheque", "cash")
PAYMENT_WEIGHTS = np.array([22, 30, 34, 9, 5])
QUANTITIES = np.array([0, 20, 16, 12, 10, 10, 8, 4, 4, 3, 5, 1, 3, 0, 0, 1, 0, 0, 0, 0, 2, 0, 0, 0, 1])
DISCOUNTS = np.array([0, 0, 0, 5, 7, 10, 12])  # per cent
CANCELLED_SHARE, REFUND_SHARE = 0.03, 0.07


@dataclass(frozen=True)
class RepSales:
    """Sales first, then refunds of some of them; money in paise."""

    batch: np.ndarray
    day: np.ndarray
    customer: np.ndarray
    product: np.ndarray
    rep: np.ndarray
    quantity: np.ndarray
    price: np.ndarray
    discount: np.ndarray
    total: np.ndarray
    payment: np.ndarray
    status: np.ndarray
    refund_of: np.ndarray  # the sale's number; -1 for a sale

    def table(self) -> Any:
        """The rows as delivered."""
        count = len(self.day)
        return col.table(
            {
                "transaction_id": col.ids("T", np.arange(count), 7),
                "transaction_date": col.dates(self.day),
                "customer_id": col.ids("C", self.customer, 6),
                "product_id": col.ids("P", self.product, 5),
                "sales_rep_id": col.ids("R", self.rep, 4),
                "quantity": col.numbers(self.quantity),
                "unit_price": col.decimals(self.price),
                "discount_amount": col.decimals(self.discount, missing=self.discount == 0),
                "total_amount": col.decimals(self.total),
                "payment_method": col.texts(PAYMENTS, self.payment),
                "status": col.texts(STATUSES, self.status),
                "currency": col.texts(("INR",), np.zeros(count, np.int64)),
                "refund_of": col.ids("T", self.refund_of, 7),
            }
        )


def rep_sales(
    setting: Setting, weights: np.ndarray, customers: Customers, products: Products, reps: Reps
) -> RepSales:
    """Draw the sales and their refunds."""
    rng, count = setting.rng("rep_sales"), setting.sizes.sales
    day = order_days(rng, setting.calendar, weights, count)
    sold = lines(rng, products, day, np.array([0, 1]))
    quantity = weighted(rng, QUANTITIES, count)
    gross = quantity * sold.price
    discount = gross * DISCOUNTS[rng.integers(0, len(DISCOUNTS), count)] // 100
    status = np.where(rng.random(count) < CANCELLED_SHARE, CANCELLED, COMPLETED)
    sale = {
        "day": day,
        "customer": customers.popularity.draw(rng, day),
        "product": sold.product,
        "rep": reps.popularity.draw(rng, day),
        "quantity": quantity,
        "price": sold.price,
        "discount": discount,
        "total": gross - discount,
        "payment": weighted(rng, PAYMENT_WEIGHTS, count),
        "status": status,
        "refund_of": np.full(count, -1),
    }
    refund = _refunds(rng, sale, setting.calendar.last)
    whole = {name: np.concatenate([values, refund[name]]) for name, values in sale.items()}
    return RepSales(batch=setting.batch(rng, whole["day"]), **whole)


def _refunds(rng: np.random.Generator, sale: dict[str, np.ndarray], last: int) -> dict[str, np.ndarray]:
    """Refund rows: goods come back, or part of the money goes back for goods that stay."""
    day = sale["day"] + rng.integers(3, 40, len(sale["day"]))
    chosen = (rng.random(len(day)) < REFUND_SHARE) & (sale["status"] == COMPLETED) & (day <= last)
    of = np.flatnonzero(chosen)
    refund = {name: values[of] for name, values in sale.items()}
    goods = rng.random(len(of)) < 0.75
    back = 1 + (rng.random(len(of)) * refund["quantity"]).astype(np.int64)
    share = rng.integers(5, 40, len(of))  # per cent, as a goodwill
    refund["total"] = np.where(
        goods, refund["total"] * back // refund["quantity"], refund["total"] * share // 100
    )
    refund["quantity"] = np.where(goods, back, 0)
    refund["status"] = np.where(goods, RETURNED, REFUNDED)
    refund["discount"] = np.zeros_like(of)
    return {**refund, "day": day[of], "refund_of": of}
