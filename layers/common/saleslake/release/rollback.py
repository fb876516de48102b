"""Go back to an earlier release: the same flip as publishing, the other way."""

from collections.abc import Iterator, Sequence

from pydantic import BaseModel, ConfigDict

from saleslake.aws.backend import Backend
from saleslake.aws.ledger import Lease
from saleslake.errors import UnknownRelease
from saleslake.history import Release, current_release, load_release
from saleslake.release.lease import require
from saleslake.release.restore import restore


class RollbackRequest(BaseModel):
    """The release to go back to, and the lease that allows it."""

    model_config = ConfigDict(frozen=True)

    rollback: str
    execution_arn: str
    token: int


class RolledBack(BaseModel):
    """The release that readers see now, those withdrawn, and how many of their files are held."""

    model_config = ConfigDict(frozen=True)

    release_id: str
    withdrawn: list[str]
    files_held: int


def roll_back(request: RollbackRequest, backend: Backend) -> RolledBack:
    """Make an ancestor of the current release the current one.

    The files of the withdrawn releases are held, else the next run would load them again. Going back to where we
    are is no error: a retry after a crash ends the same way.

    Raises
    ------
    UnknownRelease
        The release does not exist or is no ancestor of the current one.
    LeaseLost, ReleaseChanged
        This execution was overtaken; nothing was flipped.
    """
    lease = Lease(request.execution_arn, request.token)
    require(lease, backend)
    target = load_release(request.rollback, backend)
    if (backend.ledger.get("release", target.release_id) or {}).get("status") == "expired":
        raise UnknownRelease(f"{target.release_id} has expired; its tables may be gone")
    withdrawn = _releases_after(target, backend)
    held = {file_id for release in withdrawn for file_id in release.files} - set(target.files)
    for file_id in sorted(held):
        backend.ledger.update("file", file_id, state="held")
    for file_id, landing_order in _replayed(withdrawn, target):
        backend.ledger.update("file", file_id, landing_order=landing_order)
    if withdrawn:
        backend.ledger.withdraw(
            [release.release_id for release in withdrawn],
            to=target.release_id,
            parent=withdrawn[0].release_id,
            lease=lease,
        )
    backend.ledger.wait_for_readers()  # until then they read snapshots that only the newer metadata has
    restore(target, backend)
    return RolledBack(
        release_id=target.release_id,
        withdrawn=[release.release_id for release in withdrawn],
        files_held=len(held),
    )


def _replayed(withdrawn: Sequence[Release], target: Release) -> Iterator[tuple[str, str]]:
    """Files that a withdrawn release has at another place of the landing order than the target, and the target's."""
    for release in withdrawn:
        for file_id, account in release.files.items():
            place = target.files[file_id].landing_order if file_id in target.files else ""
            if place and place != account.landing_order:
                yield file_id, place


def _releases_after(target: Release, backend: Backend) -> list[Release]:
    """Releases from the current one back to, not including, ``target``."""
    after = []
    release = current_release(backend)
    while release is not None and release.release_id != target.release_id:
        after.append(release)
        release = load_release(release.parent, backend) if release.parent else None
    if release is None:
        raise UnknownRelease(f"{target.release_id} is no ancestor of the current release")
    return after
