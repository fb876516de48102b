"""What buyers say of what they bought on the web, some days after it arrived."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from datagen.draw import weighted
from datagen.world import columns as col
from datagen.world.setting import Setting
from datagen.world.web import DELIVERED, WebOrders

SHARE = 0.22
RATINGS_KEPT, RATINGS_RETURNED = np.array([0, 4, 6, 14, 34, 42]), np.array([0, 38, 30, 20, 8, 4])
_OPENINGS = {
    1: ("Very disappointed", "Not as shown", "Poor stitching"),
    2: ("Colour faded after one wash", "Runs small", "Thin fabric"),
    3: ("Okay for the price", "Decent, nothing more", "Average"),
    4: ("Good fabric", "Nice fit", "Would buy again"),
    5: ("Loved it", "Perfect for Diwali", 'Exactly as described, "premium" feel', "बहुत अच्छा"),
}
_ENDINGS = (
    ".",
    ", delivery took a while.",
    "; size chart is right.",
    " – recommended to friends.",
    ", thanks!\nWill order more.",
)


@dataclass(frozen=True)
class Reviews:
    """One row per review."""

    batch: np.ndarray
    day: np.ndarray
    line: np.ndarray  # the web line reviewed
    product: np.ndarray
    customer: np.ndarray
    rating: np.ndarray
    opening: np.ndarray
    ending: np.ndarray  # -1: stars only
    is_verified: np.ndarray

    def table(self) -> Any:
        """The rows as delivered."""
        pool = [
            opening + ending for openings in _OPENINGS.values() for opening in openings for ending in _ENDINGS
        ]
        sizes = np.array([0, *(len(openings) for openings in _OPENINGS.values())])
        nth = np.cumsum(sizes)[self.rating - 1] + self.opening % sizes[self.rating]
        text = np.where(self.ending < 0, -1, nth * len(_ENDINGS) + self.ending)
        return col.table(
            {
                "review_id": col.ids("V", np.arange(len(self.day)), 7),
                "product_id": col.ids("P", self.product, 5),
                "customer_id": col.ids("C", self.customer, 6),
                "rating": col.numbers(self.rating),
                "review_text": col.texts(pool, text),
                "review_date": col.dates(self.day),
                "is_verified": pa.array(self.is_verified),
            }
        )


def reviews(setting: Setting, web: WebOrders) -> Reviews:
    """Reviews of delivered lines by customers who have an account."""
    rng, lines = setting.rng("reviews"), web.lines
    delivered = (web.last_status == DELIVERED) & (web.customer >= 0)
    day = web.day[lines.order] + rng.integers(5, 45, len(lines.order))
    chosen = delivered[lines.order] & (rng.random(len(day)) < SHARE) & (day <= setting.calendar.last)
    of = np.flatnonzero(chosen)
    of = of[np.argsort(day[of], kind="stable")]
    rating = np.where(
        web.returned[of] > 0, weighted(rng, RATINGS_RETURNED, len(of)), weighted(rng, RATINGS_KEPT, len(of))
    )
    return Reviews(
        batch=setting.batch(rng, day[of]),
        day=day[of],
        line=of,
        product=lines.product[of],
        customer=web.customer[lines.order[of]],
        rating=rating,
        opening=rng.integers(0, 60, len(of)),
        ending=np.where(rng.random(len(of)) < 0.25, -1, rng.integers(0, len(_ENDINGS), len(of))),
        is_verified=rng.random(len(of)) < 0.93,
    )
