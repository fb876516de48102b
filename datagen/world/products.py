"""Products: a clothing range, its prices and costs, and how they change."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from datagen.amazon_orders.products import CATEGORIES
from datagen.draw import weighted
from datagen.world import columns as col
from datagen.world.draw import Popularity
from datagen.world.history import History, changes, created_between, running
from datagen.world.setting import Setting

CATEGORY_NAMES = tuple(category.name for category in CATEGORIES)
CATEGORY_WEIGHTS = np.array([30, 28, 14, 12, 6, 4, 3, 2, 1])
SUBCATEGORIES = ("Everyday", "Festive", "Office", "Party", "Travel")
BRANDS = (
    "Aaranya", "Bandhani House", "Chanderi & Co", "Devika", "Indigo Loom", "Jharokha", "Kesar", "Mogra",
    "Neem Tree", "Rangoli", "Suta Lane", "Tulsi",
)  # fmt: skip
FABRICS = ("Cotton", "Silk", "Rayon", "Linen", "Georgette", "Chiffon", "Khadi", "Viscose")
COLOURS = ("Indigo", "Maroon", "Mustard", "Ivory", "Teal", "Rose", "Olive", "Black", "Coral", "Navy", "Plum")
CHANGES_A_YEAR = 2.5
PRICE, COST, BOTH, NAME, BRAND, CATEGORY = range(6)
KIND_WEIGHTS = np.array([50, 25, 10, 9, 3, 3])
PRICE_STEPS = np.array([0.85, 0.90, 0.95, 1.05, 1.10, 1.15])
LOWEST_PRICE = 9_900  # paise


@dataclass(frozen=True)
class Products:
    """One row per change; money in paise, codes into the pools above."""

    history: History
    batch: np.ndarray
    category: np.ndarray
    subcategory: np.ndarray
    brand: np.ndarray
    price: np.ndarray
    cost: np.ndarray
    renamed: np.ndarray  # how often the name has changed
    companion: np.ndarray  # one per product: what people like to buy with it
    popularity: Popularity

    @property
    def created(self) -> np.ndarray:
        """The day each product came on the market."""
        return np.asarray(self.history.day[self.history.is_first])

    @property
    def tracked(self) -> np.ndarray:
        """What makes a new version of a product."""
        return np.stack([self.category, self.subcategory, self.brand, self.price, self.cost], axis=1)

    def table(self, stock: np.ndarray) -> Any:
        """The rows as delivered, with the stock at the end of each row's day."""
        subject = self.history.subject
        name = [
            f"{fabric} {kind} {colour}" + (" (new)" if renamed else "")
            for renamed in (False, True) for kind in CATEGORY_NAMES for fabric in FABRICS for colour in COLOURS
        ]  # fmt: skip
        nth = (self.category * len(FABRICS) + subject % len(FABRICS)) * len(COLOURS) + subject * 7 % len(
            COLOURS
        )
        nth += (self.renamed % 2) * len(name) // 2
        return col.table(
            {
                "product_id": col.ids("P", subject, 5),
                "name": col.texts(name, nth),
                "category": col.texts(CATEGORY_NAMES, self.category),
                "subcategory": col.texts(SUBCATEGORIES, self.subcategory),
                "brand": col.texts(BRANDS, self.brand),
                "list_price": col.decimals(self.price),
                "cost": col.decimals(self.cost),
                "stock": col.numbers(stock),
                "updated_at": col.stamps(self.history.stamp),
            }
        )


def products(setting: Setting) -> Products:
    """Invent the range; the first 85 in a hundred were on sale before the calendar begins."""
    rng, days = setting.rng("products"), setting.calendar
    count = setting.sizes.products
    created = created_between(rng, count, days.first, days.last, share_before=0.85, back=900)
    history = changes(rng, created, days.first, days.last, CHANGES_A_YEAR)
    rows, subject = len(history.subject), history.subject
    kind = weighted(rng, KIND_WEIGHTS, rows)
    category = weighted(rng, CATEGORY_WEIGHTS, count)[subject]
    category = (category + running((kind == CATEGORY) * rng.integers(1, 9, rows), history)) % len(CATEGORIES)
    price, cost = _prices(rng, history, kind, category)
    brand = running((kind == BRAND) * rng.integers(1, len(BRANDS), rows), history)
    return Products(
        history,
        setting.batch_of_change(rng, history.day),
        category,
        (subject * 3 + running((kind == CATEGORY) * 1, history)) % len(SUBCATEGORIES),
        (subject * 5 + subject // 12 + brand) % len(BRANDS),
        price,
        cost,
        running((kind == NAME) * 1, history),
        # An earlier product is on sale wherever the later one is.
        (np.arange(count) * rng.random(count)).astype(np.int64),
        Popularity(rng, created, 1.3),
    )


def _prices(
    rng: np.random.Generator, history: History, kind: np.ndarray, category: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """List price and cost of each row: steps up and down from where the product began."""
    median = np.array([kind.price for kind in CATEGORIES])[category[history.is_first]]
    base = np.exp(rng.normal(np.log(median * 1.6), 0.45))[history.subject]
    rows = len(kind)
    steps = [np.log(PRICE_STEPS)[rng.integers(0, len(PRICE_STEPS), rows)] for _ in range(2)]
    level = running(np.where((kind == PRICE) | (kind == BOTH), steps[0], 0), history)
    rupees = np.maximum(LOWEST_PRICE // 100, np.round(base * np.exp(level)).astype(np.int64))
    ending = np.array([0, 0, 0, 50, 95, 99])[history.subject % 6]  # paise, the product's own
    share = (0.45 + 0.3 * rng.random(history.subjects))[history.subject]
    level = running(np.where((kind == COST) | (kind == BOTH), steps[1], 0), history)
    return rupees * 100 + ending, np.maximum(
        100, np.round(base * share * np.exp(level) * 100).astype(np.int64)
    )
