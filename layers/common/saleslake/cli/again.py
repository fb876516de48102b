"""`saleslake backfill`, `replay` and `rebuild`: load again what is in raw."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from saleslake.cli.context import Deployed, deployed
from saleslake.cli.quarantine import take_corrections
from saleslake.cli.runs import tell, watched
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
    corrected = {
        name: found
        for name in files
        if Path(name).is_file() and (found := take_corrections(lake, Path(name)))
    }
    again = [name for name in files if name not in corrected]
    ask(lake, {"replay": again} if again else {})


@click.command()
@click.confirmation_option(prompt="Build every table anew from all files of the current release?")
@deployed
def rebuild(lake: Deployed) -> None:
    """Build every table anew from the raw files of the current release; readers see it when it is complete."""
    ask(lake, {"rebuild": True})
