"""`saleslake backfill`, `replay` and `rebuild`: load again what is in raw."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from saleslake.cli.context import Deployed, deployed
from saleslake.cli.corrected import corrections_in, take_corrections, tell_corrected, waiting
from saleslake.cli.runs import tell, watched
from saleslake.errors import UnknownFile
from saleslake.release.order import Order

DAY = click.DateTime(["%Y-%m-%d"])


def ask(lake: Deployed, order: dict[str, Any]) -> None:
    """Start a run with this input and follow it; an input that makes no sense is refused before anything starts."""
    Order.read(order)
    tell(lake, watched(lake, lake.executions.start(order)))


@click.command()
@click.argument("date", type=DAY, required=False)
@click.option("--from", "first", type=DAY, help="First day.")
@click.option("--to", "last", type=DAY, help="Last day.")
@click.option("--dataset", help="Only files of this dataset.")
@deployed
def backfill(
    lake: Deployed, date: datetime | None, first: datetime | None, last: datetime | None, dataset: str | None
) -> None:
    """Load the files with rows of DATE (or of --from to --to) again, each at its place in the order of landing."""
    if date and (first or last):
        raise click.UsageError("either DATE, or --from and --to")
    given = {"from": first or date, "to": last or date}
    days = {name: f"{day:%Y-%m-%d}" for name, day in given.items() if day}
    ask(lake, {"backfill": {**days, **({"dataset": dataset} if dataset else {})}})


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@deployed
def replay(lake: Deployed, files: tuple[str, ...]) -> None:
    """Load each FILE (its name or its id) as if it had landed just now; the way back for files that are held.

    A FILE on this machine that `saleslake quarantine export` wrote puts its corrected rows in their places instead.
    """
    paths = {name: Path(name) for name in files if Path(name).is_file()}
    found = {name: read for name, path in paths.items() if (read := corrections_in(path)) is not None}
    again = [name for name in files if name not in found]
    known = (
        {item[field] for item in lake.ledger.items("file") for field in ("sk", "name")} if again else set()
    )
    for name in again:
        if name not in known:
            no_export = ", and it is no export of refused rows" if name in paths else ""
            raise UnknownFile(f"no file {name} was ever accepted{no_export}; see `saleslake status`")
    taken = take_corrections(lake, {paths[name]: read for name, read in found.items()})
    if again or waiting(lake, taken):
        ask(lake, {"replay": again} if again else {})
        tell_corrected(lake, taken)


@click.command()
@click.confirmation_option(prompt="Build every table anew from all files of the current release?")
@deployed
def rebuild(lake: Deployed) -> None:
    """Build every table anew from the raw files of the current release; readers see it when it is complete."""
    ask(lake, {"rebuild": True})
