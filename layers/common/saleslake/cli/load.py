"""`saleslake load`: deliver files and follow them until they are in a release, refused, or known already."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from saleslake.aws.landing import Delivery, deliver, landing_key
from saleslake.cli.context import Deployed, deployed
from saleslake.cli.follow import INTERVAL_SECONDS, GaveUpWaiting, Sight, file_sights
from saleslake.cli.load_many import files_below, load_many
from saleslake.cli.reasons import in_words
from saleslake.cli.reconciliation import account_table
from saleslake.cli.view import RunView
from saleslake.history import FileAccount, current_release

CLOCK_TOLERANCE = timedelta(seconds=5)  # between this machine's clock and AWS's


class Refused(click.exceptions.Exit):
    """The file or its run did not make it: exit code 1 after the reasons were printed."""

    def __init__(self) -> None:
        super().__init__(1)


@click.command()
@click.argument(
    "paths", nargs=-1, required=True, metavar="FILE...", type=click.Path(exists=True, path_type=Path)
)
@click.option("--dataset", help="What FILE is [default: told by its header, or by its folder's name].")
@click.option(
    "--timeout", type=float, default=3600, show_default=True, help="Seconds to wait for the release."
)
@deployed
def load(lake: Deployed, paths: tuple[Path, ...], dataset: str | None, timeout: float) -> None:
    """Deliver every FILE, or all files below a folder, and follow them into a release.

    They land by folder, then by name, so that of two that tell of the same row the later name counts: a day's
    orders-2025-12-25.csv after its month's orders-2025-12.csv. Exit code 1 when one is refused or a run fails.
    """
    since = datetime.now(UTC) - CLOCK_TOLERANCE
    files = files_below(paths)
    try:
        if len(files) > 1:
            load_many(lake, files, dataset, since, timeout)
        else:
            load_one(lake, files[0], dataset, since, timeout)
    except KeyboardInterrupt:
        lake.console.print(
            "\nleft it to itself: what is delivered stays, and its run goes on. "
            f"`saleslake --stack {lake.name} watch` shows it again, `status` what became of it."
        )
        raise click.exceptions.Exit(130) from None


def load_one(lake: Deployed, file: Path, dataset: str | None, since: datetime, timeout: float) -> None:
    """Deliver a file and show its run state by state."""
    delivery = upload(lake, file, dataset)
    received = await_receipt(lake, delivery, timeout)
    if received["outcome"] == "refused":
        say_refused(lake, file.name, received.get("reasons", []))
    if received["outcome"] == "duplicate":
        say_duplicate(lake, file.name, received["file_id"])
        return
    follow(lake, file.name, received["file_id"], since, timeout)


def upload(lake: Deployed, file: Path, dataset: str | None) -> Delivery:
    """Put the file into the landing bucket, with a progress bar on a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=lake.console, disable=not lake.console.is_terminal) as progress:
        task = progress.add_task(f"delivering {file.name}", total=file.stat().st_size)
        return deliver(
            file,
            lake.stack.output("LandingBucketName"),
            landing_key(file.name, dataset),
            lambda sent: progress.advance(task, sent),
        )


def await_receipt(lake: Deployed, delivery: Delivery, timeout_seconds: float) -> dict[str, Any]:
    """What ingest made of the delivery, as soon as the ledger says it.

    Raises
    ------
    GaveUpWaiting
        It said nothing in time: the event is still queued, or ingest gave up on it.
    """
    deadline = time.monotonic() + timeout_seconds
    with lake.console.status("delivered, waiting for ingest to look at it"):
        while time.monotonic() < deadline:
            item = lake.ledger.get("delivery", delivery.ledger_name)
            if item is not None and "outcome" in item:
                return item
            if lake.dead_letters.count():
                waited = time.monotonic() - (deadline - timeout_seconds)
                if waited > 30:
                    raise GaveUpWaiting(
                        "ingest says nothing, and there are dead letters: see `saleslake status`"
                    )
            time.sleep(INTERVAL_SECONDS)
    raise GaveUpWaiting(f"ingest said nothing of {delivery.key} within {timeout_seconds:g} s")


def follow(lake: Deployed, name: str, file_id: str, since: datetime, timeout_seconds: float) -> None:
    """Watch the file's run; print the release with what became of the rows, or why there is none."""
    with RunView(lake.console) as view:
        for sight in file_sights(lake, file_id, since=since, timeout_seconds=timeout_seconds):
            view.show(sight)
    file = lake.ledger.get("file", file_id) or {}
    if file.get("state") == "refused":
        say_refused(lake, name, file["reasons"])
    run = sight.run or {}
    if run.get("status") != "succeeded":
        say_failed(lake, sight)
    lake.console.print(f"[green]release {run['release_id']}[/green]", soft_wrap=True)
    accounts = [FileAccount.model_validate(entry) for entry in run["files"] if entry["file_id"] == file_id]
    lake.console.print(account_table(accounts))


def say_failed(lake: Deployed, end: Sight) -> None:
    """Print in which state the run failed and why, and end with exit code 1."""
    run, execution = end.run or {}, end.execution
    cause = run.get("reason") or (f"{execution.error}: {execution.cause}" if execution else "it was stopped")
    lake.console.print(f"[red]run {run.get('sk', '')} failed[/red]", end=" ", soft_wrap=True)
    lake.console.print(cause, markup=False, soft_wrap=True)
    lake.console.print(
        "Readers still see the release before it; the file waits for the next run.", soft_wrap=True
    )
    raise Refused


def say_refused(lake: Deployed, name: str, reasons: list[Any]) -> None:
    """Print why a file was refused whole, and end with exit code 1."""
    lake.console.print(f"[red]{name} is refused[/red]", soft_wrap=True)
    for reason in reasons:
        lake.console.print(f"  {in_words(reason)}", soft_wrap=True, markup=False)
    raise Refused


def say_duplicate(lake: Deployed, name: str, file_id: str) -> None:
    """Print that these bytes are known, under which name, and where they are."""
    first = lake.ledger.get("file", file_id) or {}
    release = current_release(lake.backend)
    if release is not None and file_id in release.files:
        where = f"they are in the current release {release.release_id}"
    elif first.get("state") == "held":
        where = "a rollback holds them back"
    else:
        where = "they wait for the next run"
    lake.console.print(
        f"{name}: no new release. The same bytes were delivered before as {first.get('name', file_id)}; {where}.",
        soft_wrap=True,
        markup=False,
    )
