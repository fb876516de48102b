"""Files into one atomic commit, in a time that does not grow with the table's history."""

from collections.abc import Sequence
from typing import Any

from pyiceberg.exceptions import CommitFailedException, ValidationException
from pyiceberg.manifest import DataFile, ManifestContent, ManifestFile
from pyiceberg.table import Table, Transaction
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.table.snapshots import Operation
from pyiceberg.table.update.snapshot import _ManifestMergeManager, _MergeAppendFiles, _OverwriteFiles

from local.athena.errors import commit_conflict

MANIFESTS = 8  # so many are merged into one, as Iceberg does at a hundred
MANIFEST_BYTES = 8 * 1024 * 1024
_MERGING = {
    "commit.manifest-merge.enabled": "true",
    "commit.manifest.min-count-to-merge": str(MANIFESTS),
    "commit.manifest.target-size-bytes": str(MANIFEST_BYTES),
}


def commit(table: Table, added: Sequence[DataFile], removed: Sequence[DataFile], only_adds: bool) -> None:
    """One snapshot that adds and removes these files; none when there is nothing to do.

    An INSERT (`only_adds`) is repeated on top of what another writer committed meanwhile, as Iceberg's
    append is; a statement that looked at the table's rows is not.

    Raises
    ------
    QueryFailed
        ICEBERG_COMMIT_ERROR, retryable: another writer was first.
    """
    if not added and not removed:
        return
    retries = {} if only_adds else {"commit.retry.num-retries": "0"}
    once = {**table.metadata.properties, **_MERGING, **retries}
    table.metadata = table.metadata.model_copy(update={"properties": once})
    try:
        with _Transaction(table) as transaction:
            kind = _MergeAppendFiles if only_adds else _Overwrite
            operation = Operation.APPEND if only_adds else Operation.OVERWRITE
            with kind(operation=operation, transaction=transaction, io=table.io) as snapshot:
                for file in added:
                    snapshot.append_data_file(file)
                for file in removed:
                    snapshot.delete_data_file(file)
    except (CommitFailedException, ValidationException) as error:
        raise commit_conflict(*table.name()) from error


class _Transaction(Transaction):
    """The metadata that a commit looks at, put together once for each change and not at every look."""

    _made: tuple[TableMetadata, Any, TableMetadata] | None = None

    @property
    def table_metadata(self) -> TableMetadata:
        base, updates = self._table.metadata, self._updates
        if not updates:
            return base
        if self._made is None or self._made[0] is not base or self._made[1] is not updates:
            self._made = (base, updates, super().table_metadata)
        return self._made[2]


class _Overwrite(_OverwriteFiles):
    """Merges manifests as an append does."""

    def _process_manifests(self, manifests: list[ManifestFile]) -> list[ManifestFile]:
        merging = _ManifestMergeManager(
            target_size_bytes=MANIFEST_BYTES,
            min_count_to_merge=MANIFESTS,
            merge_enabled=True,
            snapshot_producer=self,
        )
        data = [manifest for manifest in manifests if manifest.content == ManifestContent.DATA]
        return merging.merge_manifests(data) + [m for m in manifests if m.content != ManifestContent.DATA]
