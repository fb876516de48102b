"""Columns that contracts, SQL or files have and tables lack, added by the run that is the first to need them.

They are part of that run's release, as its rows are: what a failed or withdrawn run added is gone from the next build,
which adds it again.
"""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from saleslake.aws import iceberg
from saleslake.aws.backend import Backend
from saleslake.contracts.loader import load_contract
from saleslake.contracts.model import PROVENANCE, Contract
from saleslake.warehouse.columns import columns
from saleslake.warehouse.models import datasets

AT_ONCE = 8
TEXT = "string"

type Extras = Mapping[str, tuple[str, ...]]
"""Dataset -> columns beside those of its contract."""


def extra_columns(manifest: Iterable[Mapping[str, Any]], backend: Backend) -> Extras:
    """Columns beside the contract's that a run's datasets have: of files before, and of the run's own.

    Parameters
    ----------
    manifest
        The run's files; ``added`` of one names the columns that its contract lets in without knowing them.
    backend
        The processed table of each dataset knows those of files before.
    """
    brought: dict[str, dict[str, None]] = {}
    for entry in manifest:
        brought.setdefault(entry["dataset"], {}).update(dict.fromkeys(entry.get("added", ())))
    return {
        dataset: tuple(
            dict.fromkeys([*_beside(load_contract(dataset), _processed(dataset, backend)), *added])
        )
        for dataset, added in brought.items()
    }


def statements(tables: Iterable[str], extras: Extras, backend: Backend) -> dict[str, str]:
    """``ALTER TABLE`` of every table that lacks a column a run is about to write, by table.

    Parameters
    ----------
    tables
        Curated tables the run is about to write.
    extras
        As :func:`extra_columns` gives them.
    backend
        Says what the tables have now.
    """
    found = {}
    for dataset, names in extras.items():
        there = {name for name, _ in _processed(dataset, backend)}
        found[dataset] = _alter(dataset, [(name, TEXT) for name in names if name not in there])
    wanted = list(tables)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        database = backend.settings.build_database
        present = pool.map(lambda table: iceberg.columns(table, database, backend), wanted)
    for table, now in zip(wanted, present, strict=True):
        needed = [(column.name, column.type) for column in columns(table)]
        needed += [(name, TEXT) for name in extras.get(datasets().get(table, ""), ())]
        found[table] = _alter(table, [(name, kind) for name, kind in needed if name not in now])
    return {table: text for table, text in found.items() if text}


def _processed(dataset: str, backend: Backend) -> Sequence[tuple[str, str]]:
    table = backend.catalog.table(backend.settings.build_database, dataset)
    assert table is not None, f"the deployment created {dataset}"
    return [(column["Name"], column["Type"]) for column in table["StorageDescriptor"]["Columns"]]


def _beside(contract: Contract, present: Iterable[tuple[str, str]]) -> list[str]:
    known = contract.by_name.keys() | {column.name for column in PROVENANCE}
    return [name for name, kind in present if name not in known and kind == TEXT]


def _alter(table: str, missing: Sequence[tuple[str, str]]) -> str:
    listed = ", ".join(f"{name} {kind}" for name, kind in missing)
    return f"ALTER TABLE {table} ADD COLUMNS ({listed})" if missing else ""
