"""``python -m datagen world`` and the commands of single datasets."""

import datetime as dt
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from datagen.options import DefectCounts
from datagen.world.alone import ALONE, generate_alone
from datagen.world.calendar import UNTIL, calendar
from datagen.world.faults import KNOWN, ROW_FAULTS, WORLD_FAULTS, fits
from datagen.world.formats import FORMATS
from datagen.world.generate import USUAL, ending, generate
from datagen.world.setting import Setting
from datagen.world.sizes import SCALES

FIRST, LAST = dt.date(2000, 1, 1), dt.date(2068, 12, 31)  # the Amazon report's years have two digits
_WHAT = {**{name: fault.what for name, fault in ROW_FAULTS.items()}, **WORLD_FAULTS}
_LIST = "\n".join(f"  {name:<34} {what}" for name, what in sorted(_WHAT.items()))
_until = click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    default=UNTIL.isoformat(),
    show_default=True,
    help="Last day.",
)
_seed = click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Same seed, same bytes."
)
_out = click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder to write to."
)


@click.command("world", epilog=f"\b\nDefects:\n{_LIST}\n  {'all':<34} each that the formats can hold")
@click.option("--scale", type=click.Choice(list(SCALES)), default="small", show_default=True)
@click.option("--days", type=click.IntRange(min=1), help="Days it spans [365; large: 730].")
@_until
@_seed
@click.option("--format", "format_", type=click.Choice(FORMATS), help="For all; else each in its usual one.")
@_out
@click.option(
    "--daily", type=click.IntRange(min=0), default=7, show_default=True, help="Days with own files."
)
@click.option("--late", is_flag=True, help="Some rows and changes arrive days later.")
@click.option("--defects", type=DefectCounts((*KNOWN, "all")), default="", help="products.negative_stock=2 …")
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
    defects: dict[str, int],
) -> None:
    """Write a company's files in the order they would arrive, with arrivals.json and truth.json."""
    sizes = SCALES[scale]
    spanned = days or sizes.days
    if until.date() > LAST or until.date() - dt.timedelta(days=min(spanned, 99_999)) < FIRST:
        raise click.UsageError(f"the days must lie between {FIRST} and {LAST}")
    setting = Setting(seed, sizes, calendar(until.date(), spanned, daily), late)
    wanted = _wanted(defects, format_)
    look = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    hidden = not sys.stderr.isatty()
    try:
        shutil.rmtree(out / "landing", ignore_errors=True)  # another world's files would be loaded as well
        with Progress(*look, console=Console(stderr=True), transient=True, disable=hidden) as bar:
            task = bar.add_task(f"{scale} world", total=None)
            made = generate(
                setting,
                out,
                format_=format_,
                defects=wanted,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
    except OSError as error:
        raise click.ClickException(f"can't write to {out}: {error.strerror}") from error
    click.echo(f"{made.landing}: {made.files:,} files, {made.rows:,} rows\n{made.arrivals}\n{made.truth}")


def _wanted(defects: Mapping[str, int], format_: str | None) -> dict[str, int]:
    """Counts per fault, ``all`` spelt out; faults a format cannot hold are refused."""
    holds = {name: fits(name, ending(name.partition(".")[0], format_)) for name in KNOWN}
    for name in defects:
        if not holds.get(name, True):
            raise click.UsageError(f"{name}: not with --format {format_ or USUAL[name.partition('.')[0]]}")
    everywhere = {name: defects["all"] for name, held in holds.items() if held} if "all" in defects else {}
    return {**everywhere, **{name: count for name, count in defects.items() if name != "all"}}


def dataset_command(dataset: str) -> click.Command:
    """The command that writes one dataset alone."""

    @click.command(
        dataset, help=f"Write {dataset} alone, coherent in itself, as {USUAL[dataset]} or as asked."
    )
    @click.option(
        "--rows", type=click.IntRange(min=1, max=50_000_000), required=True, help="Rows in the file."
    )
    @_seed
    @_out
    @click.option("--format", "format_", type=click.Choice(FORMATS))
    @_until
    def command(*, rows: int, seed: int, out: Path, format_: str | None, until: dt.datetime) -> None:
        try:
            path = generate_alone(dataset, rows, seed, out, format_=format_, until=until.date())
        except OSError as error:
            raise click.ClickException(f"can't write to {out}: {error.strerror}") from error
        click.echo(f"{path}\n{out / 'truth.json'}")

    return command


COMMANDS = (world_command, *(dataset_command(dataset) for dataset in ALONE))
