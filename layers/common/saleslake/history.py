"""Releases as documents: the tables and files each consists of, and the account of every file."""

from decimal import Decimal
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from saleslake.aws.backend import Backend
from saleslake.errors import UnknownRelease
from saleslake.zones import release_key


class RunFiles(BaseModel):
    """A run and the manifest of its files: what the stages between Plan and Publish are asked with."""

    model_config = ConfigDict(frozen=True)

    run_id: str
    manifest_key: str


class Share(BaseModel):
    """Rows, and the money on those of them whose amount can be read."""

    model_config = ConfigDict(frozen=True)

    rows: int = 0
    amount: Decimal = Decimal("0.00")

    def __add__(self, other: Self) -> Self:
        return self.model_copy(update={"rows": self.rows + other.rows, "amount": self.amount + other.amount})

    def __sub__(self, other: Self) -> Self:
        return self.model_copy(update={"rows": self.rows - other.rows, "amount": self.amount - other.amount})


class FileAccount(BaseModel):
    """Where the rows of one file are: read = published + quarantined + duplicates + superseded."""

    model_config = ConfigDict(frozen=True)

    file_id: str
    name: str
    dataset: str
    run_id: str
    read: Share
    published: Share
    quarantined: Share
    duplicates: Share
    superseded: Share
    landing_order: str = ""
    first_day: str | None = None
    last_day: str | None = None
    unparsed_money_rows: int = 0
    reasons: dict[str, int] = Field(default_factory=dict)
    warnings: dict[str, int] = Field(default_factory=dict)

    @property
    def closes(self) -> bool:
        """Whether every row and every cent read is accounted for."""
        return self.read == self.published + self.quarantined + self.duplicates + self.superseded


class Accounts(BaseModel):
    """What Reconcile found of a run: the account of every file of the release to be, its tables and its checks."""

    model_config = ConfigDict(frozen=True)

    files: dict[str, FileAccount]
    tables: dict[str, str]
    data_as_of: str | None
    checks: dict[str, int | str]
    rules: dict[str, int] = Field(default_factory=dict)
    """What each rule over whole tables counted, by dataset and name."""
    faults: tuple[str, ...] = ()
    """What keeps the run from being published."""


class TableVersion(BaseModel):
    """One table as one release has it; the snapshot id is text because JSON numbers lose 64 bits."""

    model_config = ConfigDict(frozen=True)

    snapshot_id: str | None
    metadata_location: str


class Release(BaseModel):
    """One published state of the whole warehouse."""

    model_config = ConfigDict(frozen=True)

    release_id: str
    parent: str | None
    run_id: str
    created_at: str
    data_as_of: str | None
    tables: dict[str, TableVersion]
    files: dict[str, FileAccount]
    checks: dict[str, int | str] = Field(default_factory=dict)


def load_release(release_id: str, backend: Backend) -> Release:
    """The document of one release.

    Raises
    ------
    UnknownRelease
        There is no such release.
    """
    document = backend.lake.get_bytes(release_key(release_id))
    if document is None:
        raise UnknownRelease(f"there is no release {release_id}; `saleslake releases` lists those there are")
    return Release.model_validate_json(document)


def current_release(backend: Backend) -> Release | None:
    """The document of the release that readers see, or None before the first one."""
    current = backend.ledger.current()
    return load_release(current.release_id, backend) if current else None
