"""What is in the warehouses: filled up on the first of a month, emptied by what is sold."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from datagen.world import columns as col
from datagen.world.calendar import months
from datagen.world.setting import Setting

WAREHOUSES = ("BOM1", "BLR1", "DEL1")
MOST_WEEKLY_ROWS = 500_000
_SPAN = 200_000


class Stock:
    """Units on hand of any product at the end of any day.

    On the first of a month a product is filled up to what the month will sell and a buffer, so that no
    sale finds an empty shelf, and some shelves are empty after the last one.

    Parameters
    ----------
    sold
        Product, day and quantity of the lines of every channel, cancelled ones included.
    """

    def __init__(
        self,
        setting: Setting,
        created: np.ndarray,
        sold: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray]],
    ) -> None:
        rng = setting.rng("stock")
        product, day, quantity = (np.concatenate(part) for part in zip(*sold, strict=True))
        keys = product * _SPAN + day
        order = np.argsort(keys, kind="stable")
        self._keys = keys[order]
        self._total = np.concatenate([[0], np.cumsum(quantity[order])])
        self.created = created
        demand = np.zeros(len(created), np.int64)
        np.add.at(demand, product, quantity)
        monthly = demand * 30 // max(1, setting.calendar.last - setting.calendar.first + 1)
        self.reorder_point = monthly // 3 + rng.integers(0, 6, len(created))
        self._buffer = np.where(
            rng.random(len(created)) < 0.12, 0, self.reorder_point + rng.integers(1, 40, len(created))
        )
        # The better a product sells, the more warehouses keep it.
        rank = np.argsort(np.argsort(-demand, kind="stable"), kind="stable")
        self._places = 1 + (rank < len(created) // 3) + (rank < len(created) // 10)

    def on_hand(self, product: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Units at the end of a day; none before the product came on the market."""
        month = months(day)
        after = ((month + 1 - 1970 * 12).astype("datetime64[M]")).astype("datetime64[D]").astype(np.int64)
        left = self._sold(product, after) - self._sold(product, day + 1)
        units = left + self._buffer[product]
        return np.where(self.created[product] <= day, units, 0)

    def snapshot(self, day: int) -> Any:
        """All products on the market, in each warehouse that keeps them, at the end of a day."""
        known = np.flatnonzero(self.created <= day)
        total = self.on_hand(known, np.full(len(known), day))
        product = np.repeat(known, self._places[known])
        nth = np.arange(len(product)) - np.repeat(
            np.cumsum(self._places[known]) - self._places[known], self._places[known]
        )
        share, places = np.repeat(total, self._places[known]), self._places[product]
        on_hand = (share + places - 1 - nth) // places
        return col.table(
            {
                "snapshot_date": col.dates(np.full(len(product), day)),
                "product_id": col.ids("P", product, 5),
                "warehouse": col.texts(WAREHOUSES, (product + nth) % len(WAREHOUSES)),
                "on_hand": col.numbers(on_hand),
                "reserved": col.numbers(np.minimum(on_hand, (product + day) % 4)),
                "reorder_point": col.numbers(self.reorder_point[product] // places),
            }
        )

    def snapshot_days(self, setting: Setting) -> list[int]:
        """Days with a snapshot: every one that has its own file, Sundays or month ends before.

        A snapshot of every product each day would outweigh all other data together (50,000 products over
        two years: 50 million rows), and nobody asks an archive for the stock of a Tuesday two years ago.
        Sundays as long as they stay below half a million rows, else the last days of the months.
        """
        days = setting.calendar
        history = np.arange(days.first, days.last - days.daily + 1)
        sundays = history[(history + 3) % 7 == 6]
        ends = history[np.diff(months(history), append=-1) != 0] if len(history) else history
        weekly = len(sundays) * int(self._places.sum()) <= MOST_WEEKLY_ROWS
        single = range(max(days.first, days.last - days.daily + 1), days.last + 1)
        return [*(sundays if weekly else ends).tolist(), *single]

    def _sold(self, product: np.ndarray, before: np.ndarray) -> np.ndarray:
        """Units of each product sold before a day."""
        at = np.searchsorted(self._keys, product * _SPAN + before)
        return np.asarray(self._total[at])
