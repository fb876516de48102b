"""Put the tables back to the current release before anything is built on them."""

from saleslake.aws.backend import Backend
from saleslake.history import Release


def restore(release: Release | None, backend: Backend) -> list[str]:
    """Point every curated table, in both databases, at its state in ``release``.

    Whatever a failed, killed or rolled-back run committed is gone from the next build, and a publish that was
    killed between two pointers is undone. A table the release does not have goes back to how it was created.

    Returns
    -------
    list of str
        ``database.table`` of each pointer that had to be moved.
    """
    locations = {item["sk"]: item["metadata_location"] for item in backend.ledger.items("table")}
    if release is not None:
        locations |= {name: version.metadata_location for name, version in release.tables.items()}
    return [
        f"{database}.{table}"
        for database in (backend.settings.build_database, backend.settings.database)
        for table in backend.catalog.point(database, locations)
    ]
