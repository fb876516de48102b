"""The release an answer or an export is made of: which one it is, and the part of its document that readers need."""

from pydantic import BaseModel, ConfigDict

from saleslake.analytics.ports import Objects, Releases
from saleslake.errors import NoRelease, ReleaseGone, Unavailable, UnknownRelease
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


def choose_release(asked: str | None, releases: Releases) -> str:
    """The release that is asked for, or None for the one readers see now; its id.

    Raises
    ------
    NoRelease
        Nothing has been published yet.
    UnknownRelease, ReleaseGone
        There is no such release, or none any more.
    """
    if asked is None:
        return _current(releases)
    match releases.status(asked):
        case "published":
            return asked
        case None:
            raise UnknownRelease(f"there is no release {asked}")
        case "withdrawn":
            raise ReleaseGone(f"release {asked} was withdrawn by a rollback")
        case _:
            raise ReleaseGone(f"release {asked} has expired; leave the parameter out for the current one")


def _current(releases: Releases) -> str:
    release = releases.current_release()
    if release is None:
        raise NoRelease(
            "nothing has been published yet: put a file into the landing bucket (`saleslake load FILE`); "
            "the answer is here as soon as its run has ended"
        )
    return release


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
