"""A block of rows as typed arrays, and the arrays as lines of text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datagen.amazon_orders import lifecycle
from datagen.amazon_orders.places import UNKNOWN, Places
from datagen.amazon_orders.products import Products
from datagen.amazon_orders.promotions import Promotions
from datagen.draw import Text

PREFIXES = Text(("408-", "406-", "403-", "171-", "404-", "402-", "407-", "405-", "S02-"))
_PAISE = Text([f".{paise:02}".rstrip("0") if paise else ".0" for paise in range(100)])
_BLANK, _NO, _YES = 0, 1, 2
_FLAGS = Text(("", "False", "True"))
_COUNTRY = Text(("IN", ""))


@dataclass(frozen=True)
class Pools:
    """What every block of a file draws from."""

    products: Products
    places: Places
    promotions: Promotions
    days: Text
    month_of_day: np.ndarray  # months since year 0
    day_weights: np.ndarray  # of the file's rows, newest day first


@dataclass(frozen=True)
class Rows:
    """One value per row in every array; codes point into the pools."""

    index: np.ndarray
    order: np.ndarray  # 14 digits, unique per order
    prefix: np.ndarray
    day: np.ndarray
    fate: np.ndarray  # lifecycle.ORDERS
    outcome: np.ndarray  # lifecycle.OUTCOMES
    product: np.ndarray
    quantity: np.ndarray
    paise: np.ndarray  # 0 where the amount is missing
    written_state: np.ndarray
    city: np.ndarray
    postcode: np.ndarray
    promotion: np.ndarray
    is_b2b: np.ndarray
    is_flagged: np.ndarray  # whether the nameless last column is filled

    def columns(self, pools: Pools) -> list[Any]:
        """The fields as they are written, one Arrow string array per header column, in the header's order."""
        goods, places = pools.products, pools.places
        missing = lifecycle.AMOUNT_MISSING[self.outcome]
        nowhere = places.state_of_text[self.written_state] == places.state_names.index(UNKNOWN)
        digits = pc.utf8_lpad(_text(self.order), 14, "0")
        rupees = pc.binary_join_element_wise(_text(self.paise // 100), _PAISE.take(self.paise % 100), "")
        return [
            _text(self.index),
            pc.binary_join_element_wise(
                PREFIXES.take(self.prefix),
                pc.utf8_slice_codeunits(digits, 0, 7),
                "-",
                pc.utf8_slice_codeunits(digits, 7),
                "",
            ),
            pools.days.take(self.day),
            _of(lifecycle.STATUS, self.fate),
            _of(lifecycle.FULFILMENT, self.fate),
            _of(lifecycle.SALES_CHANNEL, self.fate),
            _of(lifecycle.SERVICE_LEVEL, self.fate),
            goods.style.take(goods.style_of[self.product]),
            goods.sku.take(self.product),
            goods.category.take(goods.category_of[self.product]),
            goods.size.take(goods.size_of[self.product]),
            goods.asin.take(self.product),
            _of(lifecycle.COURIER_STATUS, self.outcome),
            _text(self.quantity),
            _of(lifecycle.CURRENCY, self.outcome),
            pc.if_else(pa.array(missing), "", rupees),
            places.city_texts.take(self.city),
            places.state_texts.take(self.written_state),
            pc.if_else(pa.array(nowhere), "", pc.binary_join_element_wise(_text(self.postcode), ".0", "")),
            _COUNTRY.take(nowhere.astype(np.int64)),
            pools.promotions.texts.take(self.promotion),
            _FLAGS.take(np.where(self.is_b2b, _YES, _NO)),
            _of(lifecycle.FULFILLED_BY, self.fate),
            _FLAGS.take(np.where(self.is_flagged, _NO, _BLANK)),
        ]


def lines(columns: Sequence[Any]) -> Any:
    """Rows of fields joined to lines, without line ends: an Arrow string array."""
    return pc.binary_join_element_wise(*columns, ",")


def joined(rows: Any) -> bytes:
    """All lines as the bytes of a file, each ended by a line feed."""
    if not len(rows):
        return b""
    whole = pa.ListArray.from_arrays(pa.array([0, len(rows)], pa.int32()), rows)
    return str(pc.binary_join(whole, "\n")[0].as_py()).encode() + b"\n"


def _text(numbers: np.ndarray) -> Any:
    return pc.cast(pa.array(numbers), pa.string())


def _of(column: lifecycle.Column, codes: np.ndarray) -> Any:
    return column.pool.take(column.of[codes])
