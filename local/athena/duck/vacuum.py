"""VACUUM: snapshots that have had their time, their files, and files that belong to none.

https://docs.aws.amazon.com/athena/latest/ug/vacuum-statement.html. A table's metadata file knows only its own history:
what another pointer into the same folder still needs goes as well, once it is older than the table's age allows.
"""

import time
from datetime import datetime
from typing import Any

from pyiceberg.exceptions import CommitFailedException
from pyiceberg.manifest import ManifestFile
from pyiceberg.table import Table
from pyiceberg.table.refs import SnapshotRefType
from pyiceberg.table.snapshots import Snapshot

from local.athena import iceberg, properties
from local.athena.duck.defining import Defining, done
from local.athena.engine import Result
from local.athena.errors import commit_conflict, user_error
from local.athena.store import Store


def vacuum(cursor: Any, work: Defining) -> Result:
    """VACUUM [database.]table."""
    database, name = work.name(cursor)
    if not cursor.at_end():
        raise user_error("SYNTAX_ERROR", f"mismatched input '{cursor.peek()[1]}'. Expecting: <EOF>")
    if not iceberg.is_iceberg(work.table(database, name)):
        raise user_error("NOT_SUPPORTED", "VACUUM is supported for Iceberg tables only")
    table = iceberg.load(work.store, database, name)
    oldest = int(time.time() * 1000) - properties.snapshot_age(table.properties) * 1000
    expired = [item for item in table.snapshots() if item.snapshot_id not in _retained(table, oldest)]
    files = Files(table)
    before = files.of(expired)
    if expired:
        try:
            table.maintenance.expire_snapshots().by_ids([item.snapshot_id for item in expired]).commit()
        except CommitFailedException as error:
            raise commit_conflict(database, name) from error
    needed = files.of(table.snapshots())
    for uri in before - needed:
        work.store.delete(uri)
    _remove_orphans(table, work.store, needed | _metadata_files(table), oldest)
    return done()


def _retained(table: Table, oldest: int) -> set[int]:
    """Of each branch the newest ones, until one is too old and enough are kept; tags; what is young."""
    fewest = int(table.properties.get(properties.MIN_SNAPSHOTS, "1"))
    known = {item.snapshot_id: item for item in table.snapshots()}
    kept: set[int] = set()
    ancestors: set[int] = set()
    for reference in table.refs().values():
        kept.add(reference.snapshot_id)
        if reference.snapshot_ref_type != SnapshotRefType.BRANCH:
            continue
        item, count = known.get(reference.snapshot_id), 0
        young = True
        while item is not None:
            ancestors.add(item.snapshot_id)
            young = young and (count < fewest or item.timestamp_ms >= oldest)
            if young:
                kept.add(item.snapshot_id)
            item, count = known.get(item.parent_snapshot_id or -1), count + 1
    strays = [item for item in known.values() if item.snapshot_id not in ancestors]
    return kept | {item.snapshot_id for item in strays if item.timestamp_ms >= oldest}


class Files:
    """The files of a table's snapshots; a manifest that many share is read once."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._entries: dict[str, set[str]] = {}

    def of(self, snapshots: list[Snapshot]) -> set[str]:
        """Manifest lists, manifests, and the data and delete files that live in them."""
        found: set[str] = set()
        for snapshot in snapshots:
            found.add(snapshot.manifest_list)
            for manifest in snapshot.manifests(self._table.io):
                found.add(manifest.manifest_path)
                found |= self._live(manifest)
        return found

    def _live(self, manifest: ManifestFile) -> set[str]:
        path = manifest.manifest_path
        if path not in self._entries:
            entries = manifest.fetch_manifest_entry(self._table.io, discard_deleted=True)
            self._entries[path] = {entry.data_file.file_path for entry in entries}
        return self._entries[path]


def _metadata_files(table: Table) -> set[str]:
    """The current metadata file, those before it that it still names, and its statistics."""
    earlier = {entry.metadata_file for entry in table.metadata.metadata_log}
    statistics = {item.statistics_path for item in table.metadata.statistics}
    return {table.metadata_location, *earlier, *statistics}


def _remove_orphans(table: Table, store: Store, needed: set[str], oldest: int) -> None:
    for folder in ("data", "metadata"):
        for uri in store.list(f"{table.location().rstrip('/')}/{folder}/"):
            if uri not in needed and _milliseconds(store.modified(uri)) < oldest:
                store.delete(uri)


def _milliseconds(moment: datetime) -> float:
    return moment.timestamp() * 1000
