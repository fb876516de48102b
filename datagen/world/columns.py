"""Arrow columns from numpy arrays: exact money, days, instants, ids."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

MONEY = pa.decimal128(18, 2)
RATE = pa.decimal128(5, 4)
STAMP = pa.timestamp("us", tz="UTC")


def decimals(units: np.ndarray, kind: Any = MONEY, missing: np.ndarray | None = None) -> Any:
    """Whole paise (or ten-thousandths) as decimals, digit by digit: no float in between."""
    words = np.empty((len(units), 2), np.int64)
    words[:, 0] = units
    words[:, 1] = units >> 63
    whole = pa.Array.from_buffers(kind, len(units), [None, pa.py_buffer(words)])
    return whole if missing is None else blanked(whole, missing)


def dates(days: np.ndarray, missing: np.ndarray | None = None) -> Any:
    """Days since 1970 as dates."""
    return pa.array(days.astype(np.int32), mask=missing).cast(pa.date32())


def stamps(seconds: np.ndarray) -> Any:
    """Seconds since 1970 as instants."""
    return pa.array(np.asarray(seconds) * 1_000_000).cast(STAMP)


def numbers(values: np.ndarray, missing: np.ndarray | None = None) -> Any:
    """Whole numbers."""
    return pa.array(values.astype(np.int32), mask=missing)


def ids(prefix: str, values: np.ndarray, width: int) -> Any:
    """``C000042``: a letter and a running number; missing where the number is negative."""
    text = pc.utf8_lpad(pa.array(values, mask=values < 0).cast(pa.string()), width, "0")
    return pc.binary_join_element_wise(prefix, text, "")


def texts(pool: Any, codes: np.ndarray) -> Any:
    """A pool's texts by code; missing where the code is negative."""
    whole = pool if isinstance(pool, pa.Array) else pa.array(pool, pa.string())
    return whole.take(pa.array(codes, mask=codes < 0))


def blanked(column: Any, missing: np.ndarray) -> Any:
    """The column without the values that are missing."""
    return pc.if_else(pa.array(missing), pa.scalar(None, column.type), column)


def table(columns: Mapping[str, Any]) -> Any:
    """A table of these columns."""
    return pa.table(dict(columns))
