"""The release an answer is about: the part of its document that readers need."""

from pydantic import BaseModel, ConfigDict

from saleslake.analytics.ports import Objects
from saleslake.errors import Unavailable
from saleslake.zones import release_key


class PublishedTable(BaseModel):
    """One table of a release; without a snapshot it never held a row."""

    model_config = ConfigDict(frozen=True)

    snapshot_id: str | None


class PublishedRelease(BaseModel):
    """Which snapshot of each table is the release, and how far its data reach."""

    model_config = ConfigDict(frozen=True)

    release_id: str
    parent: str | None = None
    created_at: str | None = None
    data_as_of: str | None
    tables: dict[str, PublishedTable]

    @property
    def snapshots(self) -> dict[str, str | None]:
        """Snapshot id by table name."""
        return {name: table.snapshot_id for name, table in self.tables.items()}


def read_release(release_id: str, lake: Objects) -> PublishedRelease:
    """The document of one release.

    Raises
    ------
    Unavailable
        The ledger names a release whose document the lake does not hold.
    """
    document = lake.get_bytes(release_key(release_id))
    if document is None:
        raise Unavailable(f"release {release_id} has no document at {release_key(release_id)}")
    return PublishedRelease.model_validate_json(document)
