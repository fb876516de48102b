"""Make what a run built what everybody reads."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pydantic import BaseModel, ConfigDict

from saleslake.aws.backend import Backend
from saleslake.aws.ledger import Lease
from saleslake.clock import now
from saleslake.history import Accounts, FileAccount, Release, TableVersion, current_release
from saleslake.release.lease import require
from saleslake.release.run import FILES_LISTED
from saleslake.zones import release_key, run_accounts_key, run_manifest_key, transform_result_key

AT_ONCE = 16  # reads of small objects


class PublishRequest(BaseModel):
    """The run to publish, and the lease that allows it."""

    model_config = ConfigDict(frozen=True)

    run_id: str
    execution_arn: str
    token: int


class Published(BaseModel):
    """The release that readers see now, in numbers."""

    model_config = ConfigDict(frozen=True)

    release_id: str
    parent: str
    files: int
    rows_published: int
    rows_quarantined: int
    data_as_of: str


def publish(request: PublishRequest, backend: Backend) -> Published:
    """Publish a reconciled run: release document, pointers of the published tables, then the flip in the ledger.

    Readers of the API stay on the old release until the flip counts; then they all see the new one. The release id
    follows from the run id, so a retry after a crash at any point ends in the same release.

    Raises
    ------
    LeaseLost, ReleaseChanged
        This run was overtaken; nothing was flipped.
    """
    lease = Lease(request.execution_arn, request.token)
    require(lease, backend)
    accounts = _accounts(request.run_id, backend)
    parent = current_release(backend)
    if parent is not None and parent.run_id == request.run_id:
        release = parent
    else:
        release = _document(request.run_id, parent, accounts, backend)
        backend.lake.put_bytes(
            release_key(release.release_id), release.model_dump_json().encode(), "application/json"
        )
    locations = {name: version.metadata_location for name, version in release.tables.items()}
    backend.catalog.point(backend.settings.database, locations)
    if release is not parent:
        backend.ledger.publish(release.release_id, _item(release), parent=release.parent, lease=lease)
    backend.ledger.wait_for_readers()
    _close_run(release, backend)
    own = [account for account in release.files.values() if account.run_id == request.run_id]
    return Published(
        release_id=release.release_id,
        parent=release.parent or "",
        files=len(own),
        rows_published=sum(account.published.rows for account in own),
        rows_quarantined=sum(account.quarantined.rows for account in own),
        data_as_of=release.data_as_of or "",
    )


def _accounts(run_id: str, backend: Backend) -> Accounts:
    return Accounts.model_validate(backend.lake.get_json(run_accounts_key(run_id)))


def _document(run_id: str, parent: Release | None, accounts: Accounts, backend: Backend) -> Release:
    known = {version.metadata_location: version for version in parent.tables.values()} if parent else {}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        versions = pool.map(
            lambda location: known.get(location) or _version(location, backend), accounts.tables.values()
        )
        tables = dict(zip(accounts.tables, versions, strict=True))
    return Release(
        release_id=f"r-{run_id}",
        parent=parent.release_id if parent else None,
        run_id=run_id,
        created_at=now(),
        data_as_of=accounts.data_as_of,
        tables=tables,
        files={**accounts.files, **_delivered(run_id, accounts, backend)},
        checks=accounts.checks,
    )


def _delivered(run_id: str, accounts: Accounts, backend: Backend) -> dict[str, FileAccount]:
    """The run's own files, with their place in the order of landing and the days they tell of."""
    orders = {
        entry["file_id"]: entry["landing_order"] for entry in backend.lake.get_json(run_manifest_key(run_id))
    }

    def delivered(account: FileAccount) -> FileAccount:
        result = backend.lake.get_json(transform_result_key(run_id, account.file_id))
        days = {"first_day": result["min_date"], "last_day": result["max_date"]}
        return account.model_copy(update={"landing_order": orders[account.file_id], **days})

    own = [account for account in accounts.files.values() if account.run_id == run_id]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return {account.file_id: account for account in pool.map(delivered, own)}


def _version(metadata_location: str, backend: Backend) -> TableVersion:
    """A table as an Iceberg metadata file has it (https://iceberg.apache.org/spec/#table-metadata-fields)."""
    metadata = backend.lake.get_json(metadata_location.removeprefix(backend.lake.uri("")))
    snapshot_id = metadata.get("current-snapshot-id")
    return TableVersion(
        snapshot_id=None if snapshot_id in {None, -1} else str(snapshot_id),
        metadata_location=metadata_location,
    )


def _item(release: Release) -> dict[str, Any]:
    return {
        "parent": release.parent,
        "run_id": release.run_id,
        "created_at": release.created_at,
        "data_as_of": release.data_as_of,
        "status": "published",
        "document": release_key(release.release_id),
    }


def _close_run(release: Release, backend: Backend) -> None:
    own = [account for account in release.files.values() if account.run_id == release.run_id]
    files = [account.model_dump(mode="json") for account in own[:FILES_LISTED]]
    backend.ledger.update(
        "run",
        release.run_id,
        status="succeeded",
        state="Publish",
        ended_at=now(),
        release_id=release.release_id,
        files=files,
    )
