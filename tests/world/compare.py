"""Tables beside what they should be, row by row and column by column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from tests.oracle.warehouse_contracts import DATASETS, Row

KEYS = {
    **{f"{dataset}_latest": spec.key for dataset, spec in DATASETS.items()},
    "dim_channel": ("channel",),
    "dim_customer": ("customer_id", "valid_from"),
    "dim_date": ("calendar_date",),
    "dim_geography": ("geography_id",),
    "dim_product": ("product_id", "valid_from"),
    "dim_sales_rep": ("sales_rep_id",),
    "fact_inventory": ("snapshot_date", "product_id", "warehouse"),
    "fact_reviews": ("review_id",),
    "fact_sales": ("sale_line_id",),
    "fact_web_events": ("event_id",),
    "rollup_sales_daily": ("sale_date", "channel", "state", "category", "fulfilment", "is_b2b"),
}
# what only the product knows: which run wrote a row, and a hash it compares versions by
OWN = {"run_id", "version_hash"}
SHOWN = 5


def rows_of(table: pa.Table) -> list[Row]:
    """An Arrow table as rows, timestamps as UTC without a zone."""
    return [
        {name: _naive(value) for name, value in row.items() if name not in OWN} for row in table.to_pylist()
    ]


def differences(expected: Mapping[str, list[Row]], actual: Mapping[str, list[Row]]) -> list[str]:
    """What is missing, too much or different in each expected table; at most a few sentences per table."""
    return [
        f"{table}: {sentence}"
        for table, rows in expected.items()
        for sentence in _table_differences(rows, actual[table], KEYS[table])
    ]


def _table_differences(expected: list[Row], actual: list[Row], key: tuple[str, ...]) -> list[str]:
    wanted, found = _by_key(expected, key), _by_key(actual, key)
    if len(found) != len(actual):
        return [f"{len(actual) - len(found)} rows have the key of another"]
    assert len(wanted) == len(expected), "the oracle itself repeats a key"
    missing, extra = wanted.keys() - found.keys(), found.keys() - wanted.keys()
    sentences = [f"{len(expected)} rows expected, found {len(actual)}"] if missing or extra else []
    sentences += [f"missing {wanted[k]}" for k in _few(missing)]
    sentences += [f"too much {found[k]}" for k in _few(extra)]
    unequal = [k for k in wanted.keys() & found.keys() if wanted[k] != found[k]]
    sentences += [f"{len(unequal)} rows differ"] if unequal else []
    return sentences + [f"{k} {_cells(wanted[k], found[k])}" for k in _few(unequal)]


def _by_key(rows: list[Row], key: tuple[str, ...]) -> dict[tuple[Any, ...], Row]:
    return {tuple(row[column] for column in key): row for row in rows}


def _few(keys: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(keys, key=str)[:SHOWN]


def _cells(expected: Row, actual: Row) -> str:
    nothing = "(no such column)"
    return ", ".join(
        f"{column}: expected {expected.get(column, nothing)!r}, found {actual.get(column, nothing)!r}"
        for column in dict.fromkeys([*expected, *actual])
        if expected.get(column, nothing) != actual.get(column, nothing)
    )


def _naive(value: Any) -> Any:
    return value.replace(tzinfo=None) if getattr(value, "tzinfo", None) is not None else value
