"""`saleslake load` of several files or whole folders: deliver all, then follow them until each is decided."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from saleslake.aws.landing import deliver, landing_key
from saleslake.cli.context import Deployed
from saleslake.cli.follow import INTERVAL_SECONDS, GaveUpWaiting
from saleslake.cli.reasons import in_words
from saleslake.cli.reconciliation import SHARES, account_table
from saleslake.contracts.loader import datasets
from saleslake.history import FileAccount, Share

MOST_FILES_SHOWN = 12  # of more than these only the sums of each dataset


def files_below(paths: Sequence[Path]) -> list[Path]:
    """The files named, and those below the folders named: by folder, then by name.

    Names are compared piece by piece between their dots, so that a month's ``x-2025-12.csv`` comes before its day
    ``x-2025-12-25.csv``, though a dash sorts before a dot.
    """
    found = [path for path in paths if path.is_file()]
    for folder in (path for path in paths if path.is_dir()):
        found += (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    if not found:
        raise click.UsageError(f"no file in {', '.join(map(str, paths))}")
    return sorted(found, key=lambda path: (path.parent, path.name.split(".")))


def load_many(
    lake: Deployed, files: Sequence[Path], dataset: str | None, since: datetime, timeout: float
) -> None:
    """Deliver files and follow them; exit code 1 when one is refused or its run fails.

    Parameters
    ----------
    files
        A file in a folder that has a dataset's name is of that dataset.
    dataset
        What all of them are, whatever their folders are called.
    """
    deadline = time.monotonic() + timeout
    with _progress(lake) as progress:
        task = progress.add_task("delivering", total=len(files))
        waiting = {}
        for name, file in _delivered(lake, files, dataset):
            waiting[name] = file
            progress.advance(task)
        task = progress.add_task("looked at by ingest", total=len(files))
        received = {}
        for name, item in _receipts(lake, waiting, deadline):
            received[waiting[name]] = item
            progress.advance(task)
        new = {
            item["file_id"] for item in received.values() if item["outcome"] not in ("refused", "duplicate")
        }
        task = progress.add_task("in a release, or refused", total=len(new))
        accounts: dict[str, FileAccount] = {}
        failed: dict[str, str] = {}
        for decided, failures in _decided(lake, new, since, deadline):
            accounts, failed = decided, failures
            progress.update(task, completed=len(accounts) + len(failed))
    _tell(lake, received, list(accounts.values()), failed)


def _progress(lake: Deployed) -> Progress:
    columns = (
        TextColumn("{task.description:<24}"),
        BarColumn(),
        TextColumn("{task.completed:>4} of {task.total}"),
    )
    return Progress(*columns, TimeElapsedColumn(), console=lake.console)


def _delivered(lake: Deployed, files: Sequence[Path], dataset: str | None) -> Iterator[tuple[str, Path]]:
    """Names of the deliveries' ledger items, each as soon as its file has landed."""
    known, bucket = datasets(), lake.stack.output("LandingBucketName")
    before = ""
    for file in files:
        key = landing_key(file.name, dataset or (file.parent.name if file.parent.name in known else None))
        # S3 tells whole seconds, and the key decides among files of the same one (landing_order)
        place = f"{key}|"
        if place <= before:
            time.sleep(1)
        before = place
        yield deliver(file, bucket, key, lambda _: None).ledger_name, file


def _receipts(lake: Deployed, names: Iterable[str], deadline: float) -> Iterator[tuple[str, dict[str, Any]]]:
    waiting = list(names)
    while waiting:
        for name in list(waiting):
            item = lake.ledger.get("delivery", name)
            if item is not None and "outcome" in item:
                waiting.remove(name)
                yield name, item
        _pause(deadline, f"ingest said nothing of {len(waiting)} files")


def _decided(
    lake: Deployed, file_ids: set[str], since: datetime, deadline: float
) -> Iterator[tuple[dict[str, FileAccount], dict[str, str]]]:
    """Accounts of the files that are in a release, and why others are not, until that is all of them."""
    while True:
        accounts: dict[str, FileAccount] = {}
        failed: dict[str, str] = {}
        for run in lake.ledger.items("run"):
            if run.get("ended_at") is None or datetime.fromisoformat(run["ended_at"]) < since:
                continue
            taken = [file for file in run.get("files", []) if file["file_id"] in file_ids]
            if run["status"] == "succeeded":
                accounts |= {file["file_id"]: FileAccount.model_validate(file) for file in taken}
            else:
                failed |= {file["file_id"]: run.get("reason", run["status"]) for file in taken}
        for file_id in file_ids - accounts.keys():
            item = lake.ledger.get("file", file_id) or {}
            if item.get("state") == "refused":
                failed[file_id] = "; ".join(in_words(reason) for reason in item["reasons"])
        failed = {file_id: reason for file_id, reason in failed.items() if file_id not in accounts}
        yield accounts, failed
        # files of a failed run may be in the next: it leaves out what failed it
        if file_ids <= accounts.keys() | failed.keys() and not (failed and _is_going_on(lake)):
            return
        _pause(deadline, f"{len(file_ids - accounts.keys())} files are in no release yet")


def _is_going_on(lake: Deployed) -> bool:
    newest = lake.executions.newest(limit=1)
    execution = lake.executions.look(newest[0]) if newest else None
    return execution is not None and execution.is_running


def _pause(deadline: float, still: str) -> None:
    if time.monotonic() > deadline:
        raise GaveUpWaiting(f"{still} in the time given; see `saleslake status`")
    time.sleep(INTERVAL_SECONDS)


def _tell(
    lake: Deployed,
    received: dict[Path, dict[str, Any]],
    accounts: list[FileAccount],
    failed: dict[str, str],
) -> None:
    duplicates = [path.name for path, item in received.items() if item["outcome"] == "duplicate"]
    if duplicates:
        lake.console.print(
            f"{len(duplicates)} were delivered before, byte by byte: {', '.join(duplicates[:MOST_FILES_SHOWN])}"
        )
    if accounts:
        lake.console.print(
            account_table(accounts) if len(accounts) <= MOST_FILES_SHOWN else dataset_table(accounts)
        )
    reasons = {
        path.name: failed[item["file_id"]] for path, item in received.items() if item.get("file_id") in failed
    }
    for path, item in received.items():
        if item["outcome"] == "refused":
            reasons[path.name] = "; ".join(in_words(reason) for reason in item.get("reasons", []))
    for name, reason in reasons.items():
        lake.console.print(f"[red]{name}[/red] {reason}", soft_wrap=True)
    if reasons:
        raise click.exceptions.Exit(1)
    lake.console.print("next: `saleslake status`, `saleslake query`", soft_wrap=True)


def dataset_table(accounts: Sequence[FileAccount]) -> Table:
    """Rows of many files by dataset; what does not add up is said."""
    table = Table(box=None, pad_edge=False, show_edge=False)
    for name in ("dataset", "files", *SHARES, ""):
        table.add_column(name, justify="left" if name in ("dataset", "") else "right", no_wrap=True)
    for dataset, files in sorted(Counter(account.dataset for account in accounts).items()):
        of = [account for account in accounts if account.dataset == dataset]
        sums = [sum((getattr(account, share) for account in of), Share()).rows for share in SHARES]
        closes = "closes" if all(account.closes for account in of) else "DOES NOT CLOSE"
        table.add_row(dataset, str(files), *(f"{rows:,}" for rows in sums), closes)
    return table
