"""Which files wait for a run, and which of them the next run takes."""

from collections.abc import Sequence

from saleslake.aws.backend import Backend
from saleslake.aws.ledger import Item
from saleslake.history import Release

# Items of DynamoDB (400 KB) and payloads of Step Functions (256 KiB) have limits; what is left waits for the next plan.
FILES_PER_RUN = 200


def waiting_files(release: Release | None, backend: Backend) -> list[Item]:
    """Accepted files that the current release does not have, in the order they landed.

    A file it has in another place of that order waits as well: it was replayed since.
    """
    loaded = release.files if release else {}
    files = [item for item in backend.ledger.items("file") if item["state"] == "raw"]
    waiting = [
        item
        for item in files
        if item["sk"] not in loaded or loaded[item["sk"]].landing_order not in {"", item["landing_order"]}
    ]
    return sorted(waiting, key=lambda item: str(item["landing_order"]))


def next_files(waiting: Sequence[Item]) -> list[Item]:
    """The files of the next run: those that were in the fewest failed runs, fewer at a time the more they failed.

    So files that no run survives do not keep others from being loaded, and are found out in the end.
    """
    if not waiting:
        return []
    failures = min(map(failed_runs, waiting))
    most = max(1, FILES_PER_RUN // 4 ** max(0, failures - 1))
    return [item for item in waiting if failed_runs(item) == failures][:most]


def failed_runs(item: Item) -> int:
    """How many runs with this file failed."""
    return int(item.get("failed_runs", 0))
