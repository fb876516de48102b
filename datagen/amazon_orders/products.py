"""What is sold: clothing in styles, sizes and price points, a few styles selling most."""

from dataclasses import dataclass

import numpy as np

from datagen.draw import Text, weighted

SIZES = ("XS", "S", "M", "L", "XL", "XXL", "3XL", "4XL", "5XL", "6XL", "Free")
USUAL = (0.09, 0.14, 0.18, 0.17, 0.16, 0.14, 0.12, 0, 0, 0, 0)
WIDE = (0.06, 0.115, 0.17, 0.175, 0.175, 0.155, 0.115, 0.0075, 0.01, 0.0135, 0)
ONE_SIZE = (0,) * 10 + (1,)
BLOUSE = (0.03, 0.15, 0.17, 0.15, 0.14, 0.13, 0, 0, 0, 0, 0.23)
PRICE_ENDINGS = np.array([0, 9, 5, 1, 7, 8])


@dataclass(frozen=True)
class Category:
    """A category: how much of it sells, in how many styles and sizes, at what price (rupees)."""

    name: str
    lines: int  # relative weight
    styles: int
    price: int  # median
    spread: float  # of the logarithm of the price
    prefixes: str
    design: str
    sizes: tuple[float, ...] = USUAL


CATEGORIES = (
    Category("Set", 50284, 424, 790, 0.34, "SET J", "KR-NP SKD KR-PP SET"),
    Category("kurta", 49877, 533, 430, 0.32, "JNE PJNE", "KR", WIDE),
    Category("Western Dress", 15500, 71, 750, 0.22, "J JNE", "DR"),
    Category("Top", 10622, 143, 510, 0.28, "J JNE", "TP TU"),
    Category("Ethnic Dress", 1159, 18, 690, 0.35, "J", "DR"),
    Category("Blouse", 926, 61, 495, 0.33, "BL", "BLOUSE", BLOUSE),
    Category("Bottom", 440, 50, 345, 0.30, "BTM", "NP PP"),
    Category("Saree", 164, 74, 780, 0.25, "SAR", "SAR", ONE_SIZE),
    Category("Dupatta", 3, 3, 305, 0.01, "DPT", "DUP", ONE_SIZE),
)


@dataclass(frozen=True)
class Products:
    """Every SKU of a file; arrays run over SKUs, prices are whole rupees."""

    sku: Text
    style: Text
    style_of: np.ndarray
    category: Text
    category_of: np.ndarray
    size: Text
    size_of: np.ndarray
    asin: Text
    price: np.ndarray
    weight: np.ndarray

    def draw(self, rng: np.random.Generator, lines: int) -> np.ndarray:
        """Codes of the SKUs sold on so many lines."""
        return weighted(rng, self.weight, lines)


def products(rng: np.random.Generator) -> Products:
    """Invent the range of goods: about 1,400 styles, each in the sizes of its category."""
    skus: list[str] = []
    styles: list[str] = []
    style_of, category_of, size_of, prices, weights = [], [], [], [], []
    numbers = rng.permutation(np.arange(1000, 9999))
    for code, category in enumerate(CATEGORIES):
        popularity = rng.pareto(1.1, category.styles) + 0.05
        popularity /= popularity.sum()
        price = np.exp(rng.normal(np.log(category.price), category.spread, category.styles))
        price = np.maximum(199, price // 10 * 10 + rng.choice(PRICE_ENDINGS, category.styles)).astype(
            np.int64
        )
        prefixes, designs = category.prefixes.split(), category.design.split()
        for nth in range(category.styles):
            style = f"{prefixes[nth % len(prefixes)]}{numbers[len(styles)]}"
            design = designs[nth % len(designs)]
            for size, share in enumerate(category.sizes):
                if share:
                    ending = {"3XL": "-XXXL", "Free": ""}.get(SIZES[size], f"-{SIZES[size]}")
                    skus.append(f"{style}-{design}{ending}")
                    style_of.append(len(styles))
                    category_of.append(code)
                    size_of.append(size)
                    prices.append(price[nth])
                    weights.append(category.lines * popularity[nth] * share / sum(category.sizes))
            styles.append(style)
    return Products(
        Text(skus),
        Text(styles),
        np.array(style_of),
        Text([category.name for category in CATEGORIES]),
        np.array(category_of),
        Text(SIZES),
        np.array(size_of),
        Text(_asins(rng, len(skus))),
        np.array(prices),
        np.array(weights),
    )


def _asins(rng: np.random.Generator, count: int) -> list[str]:
    letters = np.array(list("0123456789BCDFGHJKLMNPQRSTVWXYZ"))
    return ["B0" + "".join(row) for row in letters[rng.integers(0, len(letters), (count, 8))]]
