"""Promotion ids: none, one, or a comma separated list that runs to thousands of characters."""

import numpy as np

from datagen.draw import Text, weighted

LONGEST = 2317  # characters, as seen in a real report
LISTS = 400
_FREE_SHIPPING = "IN Core Free Shipping 2015/04/08 23-48-5-108"
_FINANCING = "Amazon PLCC Free-Financing Universal Merchant "
_LETTERS = np.array(list("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))


class Promotions:
    """The pool of promotion texts: blank, free shipping, campaigns, then lists of financing offers."""

    def __init__(self, rng: np.random.Generator) -> None:
        offers = [f"{_FINANCING}AAT-{_code(rng, 13)}" for _ in range(60)]
        campaigns = [f"Duplicated A{_code(rng, 13)} 15604989{nth:05}" for nth in range(8)]
        campaigns += [f"VPC-44571-4{nth} Coupon" for nth in range(8)]
        longest = ",".join([*offers[:34], _financing_of(76), _financing_of(LONGEST - 34 * 64 - 77)])
        lists = [longest, *(_some(rng, offers) for _ in range(LISTS - 1))]
        self.texts = Text(["", _FREE_SHIPPING, *campaigns, *lists])
        self._campaigns = len(campaigns)
        self._list_weights = 1 / (np.arange(LISTS) + 3.0)
        self._list_weights[0] = self._list_weights.sum() * 0.002

    def draw(self, rng: np.random.Generator, merchant: np.ndarray, cancelled: np.ndarray) -> np.ndarray:
        """Codes of the promotion text of each line.

        Parameters
        ----------
        merchant, cancelled
            Per line: shipped by the seller; cancelled.
        """
        other = 2 + rng.integers(0, self._campaigns, len(merchant))
        by_amazon = np.choose(weighted(rng, np.array([0.47, 0.516, 0.014]), len(merchant)), [0, 1, other])
        financed = 2 + self._campaigns + weighted(rng, self._list_weights, len(merchant))
        return np.where(merchant, np.where(cancelled, 0, financed), by_amazon)


def _code(rng: np.random.Generator, length: int) -> str:
    return "".join(_LETTERS[rng.integers(0, len(_LETTERS), length)])


def _financing_of(length: int) -> str:
    prefix = f"{_FINANCING}#MP-"
    return prefix + "1" * (length - len(prefix))


def _some(rng: np.random.Generator, offers: list[str]) -> str:
    count = int(np.clip(rng.normal(20, 6), 1, 34))
    return ",".join(offers[nth] for nth in np.sort(rng.choice(len(offers), count, replace=False)))
