"""``python -m datagen world``."""

import datetime as dt
import shutil
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from datagen.world.calendar import UNTIL, calendar
from datagen.world.formats import FORMATS
from datagen.world.generate import generate
from datagen.world.setting import Setting
from datagen.world.sizes import SCALES

MOST_DAYS = 9_000  # the report's years have two digits, and no calendar begins before 2000


@click.command("world")
@click.option("--scale", type=click.Choice(list(SCALES)), default="small", show_default=True)
@click.option("--days", type=click.IntRange(1, MOST_DAYS), help="Days it spans [365; large: 730].")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    default=UNTIL.isoformat(),
    show_default=True,
    help="The last day.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Same seed, same bytes."
)
@click.option(
    "--format", "format_", type=click.Choice(FORMATS), help="For all datasets; else each in its usual one."
)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder to write to."
)
@click.option(
    "--daily",
    type=click.IntRange(min=0),
    default=7,
    show_default=True,
    help="Last days with files of their own.",
)
@click.option("--late", is_flag=True, help="Some rows and changes arrive days later.")
def world_command(
    *,
    scale: str,
    days: int | None,
    until: dt.datetime,
    seed: int,
    format_: str | None,
    out: Path,
    daily: int,
    late: bool,
) -> None:
    """Write a company's files in the order they would arrive, with arrivals.json and truth.json."""
    sizes = SCALES[scale]
    setting = Setting(seed, sizes, calendar(until.date(), days or sizes.days, daily), late)
    look = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    shutil.rmtree(out / "landing", ignore_errors=True)  # files of another world would be loaded as well
    try:
        with Progress(
            *look, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()
        ) as bar:
            task = bar.add_task(f"{scale} world", total=None)
            made = generate(
                setting,
                out,
                format_=format_,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
    except OSError as error:
        raise click.ClickException(f"can't write to {out}: {error.strerror}") from error
    click.echo(f"{made.landing}: {made.files:,} files, {made.rows:,} rows\n{made.arrivals}\n{made.truth}")
