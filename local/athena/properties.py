"""Table properties Athena has for Iceberg tables, for both engines.

https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-creating-tables.html
"""

from collections.abc import Mapping

from local.athena.errors import user_error

ICEBERG_PROPERTIES = frozenset(
    [
        "format",
        "write_compression",
        "optimize_rewrite_data_file_threshold",
        "optimize_rewrite_delete_file_threshold",
        "vacuum_min_snapshots_to_keep",
        "vacuum_max_snapshot_age_seconds",
        "vacuum_max_metadata_files_to_keep",
    ]
)
# The names under which Iceberg itself knows them: https://iceberg.apache.org/docs/1.9.1/configuration/
MIN_SNAPSHOTS, METADATA_FILES = "history.expire.min-snapshots-to-keep", "write.metadata.previous-versions-max"
_KEPT_AS = {
    "vacuum_min_snapshots_to_keep": MIN_SNAPSHOTS,
    "vacuum_max_metadata_files_to_keep": METADATA_FILES,
}
SNAPSHOT_AGE = "vacuum_max_snapshot_age_seconds"
DEFAULT_SNAPSHOT_AGE = "432000"


def check_properties(given: Mapping[str, str]) -> None:
    """Raise INVALID_TABLE_PROPERTY for a property Athena does not have."""
    if unknown := sorted(set(given) - ICEBERG_PROPERTIES):
        raise user_error("INVALID_TABLE_PROPERTY", f"Unsupported table property key: {unknown[0]}")


def kept(given: Mapping[str, str]) -> dict[str, str]:
    """The properties as they stand in the table's metadata; the file format has a way of its own."""
    return {_KEPT_AS.get(name, name): value for name, value in given.items() if name != "format"}


def snapshot_age(held: Mapping[str, str]) -> int:
    """Seconds a snapshot stays readable, by a table's metadata."""
    return int(held.get(SNAPSHOT_AGE, DEFAULT_SNAPSHOT_AGE))
