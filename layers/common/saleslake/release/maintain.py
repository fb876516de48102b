"""Table maintenance: fewer, larger files, and an end to what no kept release needs."""

from collections.abc import Iterator, Mapping
from math import ceil
from time import time
from typing import Any

from saleslake.aws.backend import Backend
from saleslake.history import Release, load_release
from saleslake.release.expire import kept_releases

_MARGIN_SECONDS = 86_400  # clocks, and the time until the statement runs
# Never fewer metadata files than a table keeps anyway; a release is gone back to by its metadata file.
_LEAST_METADATA_FILES = 100


def maintenance(release: Release, backend: Backend) -> list[dict[str, str]]:
    """Statements that compact and clean the tables of a release, one per table and level.

    VACUUM expires snapshots by their age and knows nothing of releases. So the age is set first, table by table,
    above that of the oldest snapshot a kept release names: a table that was not written to for a year is read at a
    snapshot a year old.
    """
    kept = [load_release(item["sk"], backend) for item in kept_releases(backend)]
    settings: dict[str, str] = {}
    for name, version in sorted(release.tables.items()):
        if version.snapshot_id is None:
            continue
        metadata = backend.lake.get_json(version.metadata_location.removeprefix(backend.lake.uri("")))
        oldest = min(_moments(name, kept, metadata))
        settings[name] = (
            f"ALTER TABLE {name} SET TBLPROPERTIES ("
            f"'vacuum_max_snapshot_age_seconds'='{ceil(time() - oldest / 1000) + _MARGIN_SECONDS}', "
            "'vacuum_min_snapshots_to_keep'='1', "
            f"'vacuum_max_metadata_files_to_keep'='{_LEAST_METADATA_FILES + len(metadata.get('metadata-log', ()))}')"
        )
    return [
        settings,
        {name: f"OPTIMIZE {name} REWRITE DATA USING BIN_PACK" for name in settings},
        {name: f"VACUUM {name}" for name in settings},
    ]


def _moments(table: str, kept: list[Release], metadata: Mapping[str, Any]) -> Iterator[int]:
    """When the snapshots were made (Unix time in ms) that kept releases name of a table.

    A release in which the table is still empty, or not yet there, counts as the beginning of time: it is gone back
    to by the metadata file the table was created with, which VACUUM must not take for an orphan.
    """
    made = {str(snapshot["snapshot-id"]): int(snapshot["timestamp-ms"]) for snapshot in metadata["snapshots"]}
    for release in kept:
        version = release.tables.get(table)
        yield made.get(version.snapshot_id, 0) if version and version.snapshot_id else 0
