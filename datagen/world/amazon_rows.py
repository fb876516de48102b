"""The Amazon report in other formats than its own: the contract's column names, typed values."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datagen.amazon_orders import lifecycle
from datagen.amazon_orders.places import UNKNOWN
from datagen.amazon_orders.rows import Pools, Rows
from datagen.world import columns as col

NAMES = (
    "index", "order_id", "order_date", "status", "fulfilment", "sales_channel", "ship_service_level", "style",
    "sku", "category", "size", "asin", "courier_status", "quantity", "currency", "amount", "ship_city",
    "ship_state", "ship_postal_code", "ship_country", "promotion_ids", "is_b2b", "fulfilled_by", "unnamed_22",
)  # fmt: skip


def typed(rows: Rows, pools: Pools, first_day: int) -> Any:
    """A block of the report as a table; empty fields are missing."""
    written = dict(zip(NAMES, rows.columns(pools), strict=True))
    nowhere = pools.places.state_of_text[rows.written_state] == pools.places.state_names.index(UNKNOWN)
    missing = lifecycle.AMOUNT_MISSING[rows.outcome]
    # Fields of these pools are quoted for CSV where they hold commas: take the plain texts.
    written["promotion_ids"] = col.texts(pools.promotions.texts.values, rows.promotion)
    written["ship_city"] = col.texts(pools.places.city_texts.values, rows.city)
    columns = {name: col.blanked(text, np.asarray(pc.equal(text, ""))) for name, text in written.items()}
    return col.table(
        {
            **columns,
            "index": col.numbers(rows.index),
            "order_date": col.dates(rows.day + first_day),
            "quantity": col.numbers(rows.quantity),
            "amount": col.decimals(rows.paise, missing=missing),
            "ship_postal_code": col.blanked(pa.array(rows.postcode).cast(pa.string()), nowhere),
            "is_b2b": pa.array(np.asarray(rows.is_b2b)),
        }
    )
