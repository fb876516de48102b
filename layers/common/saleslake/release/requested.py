"""Files of the current release that are to be loaded again, and files that are to be loaded after all."""

from collections.abc import Sequence

from saleslake.aws.backend import Backend
from saleslake.aws.ledger import Item
from saleslake.clock import now
from saleslake.errors import UnknownFile
from saleslake.history import FileAccount, Release
from saleslake.release.order import Backfill


def loaded_files(release: Release, backend: Backend, within: Backfill | None = None) -> list[Item]:
    """Files of a release, with the landing order they have in it: all, or those with rows a backfill asks for."""
    wanted = {
        file_id: account
        for file_id, account in release.files.items()
        if within is None or _has_rows(account, within)
    }
    items = [item for item in backend.ledger.items("file") if item["sk"] in wanted]
    return [
        item | {"landing_order": wanted[item["sk"]].landing_order or item["landing_order"]} for item in items
    ]


def replay(asked: Sequence[str], execution_arn: str, backend: Backend) -> None:
    """Let files wait for a run again, as if they had landed just now: they win over all others.

    Parameters
    ----------
    asked
        File ids, or names; of several files of one name the one that landed last is meant.

    Raises
    ------
    UnknownFile
        There is no such file in raw; nothing is replayed then.
    """
    known = list(backend.ledger.items("file"))
    for item in [_named(name, known) for name in asked]:
        if item.get("replayed_by") != execution_arn:  # a second try of the same request changes nothing
            moment = now()
            backend.ledger.update(
                "file",
                item["sk"],
                state="raw",
                landing_order=f"{moment}|{item['landing_key']}|{item['landing_version']}",
                landed_at=moment,
                failed_runs=0,
                replayed_by=execution_arn,
            )


def _named(name: str, known: Sequence[Item]) -> Item:
    found = [item for item in known if name in (item["sk"], item["name"])]
    if not found:
        raise UnknownFile(f"no file {name} was ever accepted; deliver it, or see `saleslake status`")
    return max(found, key=lambda item: str(item["landing_order"]))


def _has_rows(account: FileAccount, within: Backfill) -> bool:
    """Whether a file may have rows of these days; of a dataset without days each file may."""
    if within.dataset not in ("", account.dataset):
        return False
    if account.first_day is None or account.last_day is None:
        return True
    return not (
        (within.first and account.last_day < within.first.isoformat())
        or (within.last and account.first_day > within.last.isoformat())
    )
