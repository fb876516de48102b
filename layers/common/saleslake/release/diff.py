"""What differs between two releases: rows and money, table by table, and files."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any, NamedTuple, cast

from saleslake.aws.backend import Backend
from saleslake.errors import ReleaseGone
from saleslake.history import Release, TableVersion, load_release

AT_ONCE = 8  # queries; Athena takes 20 of an account by default
_MONEY = "decimal(18,2)"


class TableState(NamedTuple):
    """Rows of a table, and the sum of each of its money columns."""

    rows: int
    money: dict[str, Decimal]


class TableDiff(NamedTuple):
    """A table as one release has it and as the other does."""

    table: str
    before: TableState
    after: TableState


class Diff(NamedTuple):
    """Tables that differ, and the names of files that only one of the two releases has."""

    tables: list[TableDiff]
    files_added: list[str]
    files_removed: list[str]


def diff(before: str, after: str, backend: Backend) -> Diff:
    """Compare two releases by counting and summing both states of each table that is not the same snapshot.

    Raises
    ------
    UnknownRelease, ReleaseGone
        One of them never was, or is no longer there.
    """
    old, new = _kept(before, backend), _kept(after, backend)
    described = backend.catalog.iceberg_tables(backend.settings.database)
    changed = [
        name
        for name in sorted(described)
        if _snapshot(old.tables.get(name)) != _snapshot(new.tables.get(name))
    ]

    def compare(name: str) -> TableDiff:
        columns = [
            column["Name"]
            for column in described[name]["StorageDescriptor"]["Columns"]
            if column["Type"] == _MONEY
        ]
        states = (_state(name, release.tables.get(name), columns, backend) for release in (old, new))
        return TableDiff(name, *states)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        tables = list(pool.map(compare, changed))
    return Diff(
        [table for table in tables if table.before != table.after],
        _names(new, without=old),
        _names(old, without=new),
    )


def _kept(release_id: str, backend: Backend) -> Release:
    release = load_release(release_id, backend)
    status = (backend.ledger.get("release", release_id) or {}).get("status")
    if status != "published":
        raise ReleaseGone(f"release {release_id} is {status}; its tables can no longer be read")
    return release


def _snapshot(version: TableVersion | None) -> str | None:
    return version.snapshot_id if version else None


def _state(table: str, version: TableVersion | None, columns: Sequence[str], backend: Backend) -> TableState:
    snapshot = _snapshot(version)
    if snapshot is None:
        return TableState(0, dict.fromkeys(columns, Decimal("0.00")))
    sums = "".join(f", COALESCE(SUM({column}), DECIMAL '0.00') AS {column}" for column in columns)
    text = f"SELECT COUNT(*) AS all_rows{sums} FROM {table} FOR VERSION AS OF {int(snapshot)}"  # noqa: S608 - names of Glue
    (row,) = cast(
        list[dict[str, Any]], backend.athena.query(text, database=backend.settings.database).dicts()
    )
    return TableState(row["all_rows"], {column: row[column] for column in columns})


def _names(release: Release, *, without: Release) -> list[str]:
    return sorted(account.name for file_id, account in release.files.items() if file_id not in without.files)
