"""What the rows of the Amazon report are drawn from in this company."""

import datetime as dt

import numpy as np

from datagen.amazon_orders import lifecycle
from datagen.amazon_orders.places import places
from datagen.amazon_orders.products import SIZES
from datagen.amazon_orders.products import Products as Goods
from datagen.amazon_orders.promotions import Promotions
from datagen.amazon_orders.rows import Pools
from datagen.draw import Text
from datagen.world.calendar import EPOCH, Calendar, months
from datagen.world.products import CATEGORY_NAMES, Products


def _open_fates() -> np.ndarray:
    """For each fate the one an order has before it is settled: pending with the same shipper; else -1."""
    pending = {order[:3]: nth for nth, order in enumerate(lifecycle.ORDERS) if order[3] == "Pending"}
    settled = [order[3] in {"Cancelled", "Shipped"} or "Delivered" in order[3] for order in lifecycle.ORDERS]
    return np.array(
        [
            pending.get(order[:3], -1) if done else -1
            for order, done in zip(lifecycle.ORDERS, settled, strict=True)
        ]
    )


OPEN_FATE = _open_fates()


def report_pools(products: Products, promotions: Promotions, days: Calendar) -> Pools:
    """The report's pools over this world's range: one entry of goods per row of change, as categories change."""
    subject = products.history.subject
    style, size = Text([f"S{nth:04}" for nth in range(len(products.created) // 4 + 1)]), len(SIZES) - 1
    goods = Goods(
        sku=Text([f"P{nth:05}" for nth in subject.tolist()]),
        style=style,
        style_of=subject // 4,
        category=Text(CATEGORY_NAMES),
        category_of=products.category,
        size=Text(SIZES),
        size_of=subject * 3 % size,
        asin=Text([f"B0{nth * 7_368_787 % 10**8:08}" for nth in subject.tolist()]),
        price=products.price,
        weight=np.ones(len(subject)),
    )
    calendar = [EPOCH + dt.timedelta(days=day) for day in range(days.first, days.last + 1)]
    numbers = np.arange(days.first, days.last + 1)
    written = Text([day.strftime("%m-%d-%y") for day in calendar])
    return Pools(goods, places(), promotions, written, months(numbers), np.ones(len(numbers)))
