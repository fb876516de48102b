"""The command ``python -m datagen``: the whole company, or one dataset alone."""

import datetime as dt
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from datagen import amazon_orders
from datagen.amazon_orders.faults import DEFECTS
from datagen.amazon_orders.report import DAYS, START
from datagen.options import DefectCounts
from datagen.world.command import COMMANDS

SHOW_PROGRESS_FROM = 200_000
_LIST = "\n".join(f"  {defect.name:<18} {defect.what}" for defect in DEFECTS.values())


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Make realistic files of the company's datasets, of any size, with named defects.

    Beside each file truth.json holds the exact answers. The same arguments give the same bytes.
    """


@main.command("amazon_orders", epilog=f"\b\nDefects, each in rows of its own:\n{_LIST}")
@click.option("--rows", type=click.IntRange(min=1), required=True, help="Rows in the file, defects included.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Same seed, same bytes."
)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder to write to."
)
@click.option(
    "--defects", type=DefectCounts(DEFECTS), default="", help="Rows to spoil: bad_date=5,empty_sku=3 …"
)
@click.option(
    "--days", type=click.IntRange(min=1), default=DAYS, show_default=True, help="Days the orders span."
)
@click.option(
    "--start",
    type=click.DateTime(["%Y-%m-%d"]),
    default=START.isoformat(),
    show_default=True,
    help="The first of these days.",
)
@click.option("--gzip", "gzipped", is_flag=True, help="Write amazon_orders.csv.gz.")
def amazon_orders_command(
    *, rows: int, seed: int, out: Path, defects: dict[str, int], days: int, start: dt.datetime, gzipped: bool
) -> None:
    """Write an Amazon sale report, one row per order line, and its truth.json."""
    hidden = rows < SHOW_PROGRESS_FROM or not sys.stderr.isatty()
    look = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    try:
        with Progress(*look, console=Console(stderr=True), transient=True, disable=hidden) as progress:
            task = progress.add_task("amazon_orders", total=rows)
            files = amazon_orders.generate(
                rows,
                seed,
                out,
                defects=defects,
                start=start.date(),
                days=days,
                gzipped=gzipped,
                progress=lambda written: progress.advance(task, written),
            )
    except amazon_orders.InvalidRequestError as error:
        raise click.UsageError(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"can't write to {out}: {error.strerror}") from error
    click.echo(f"{files.report}\n{files.truth}")


for command in COMMANDS:
    main.add_command(command)
