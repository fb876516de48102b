"""`saleslake releases`, `diff`, `rollback`, `expire`, `maintain`: what was published, and what becomes of it."""

from decimal import Decimal

import click
from rich.table import Table

from saleslake.cli.again import ask
from saleslake.cli.context import Deployed, deployed
from saleslake.errors import NoRelease, UnknownRelease
from saleslake.release.diff import diff as compare


@click.command()
@click.option("--limit", type=int, default=20, show_default=True, help="How many, newest first.")
@deployed
def releases(lake: Deployed, limit: int) -> None:
    """List the releases, newest first; the arrow points at what readers see."""
    published = lake.ledger.current()
    current = published.release_id if published else None
    table = Table(box=None, pad_edge=False)
    for column in ("", "release", "status", "created", "data as of", "parent"):
        table.add_column(column, no_wrap=True)
    rows = (
        item
        for item in lake.ledger.items("release", newest_first=True, limit=limit + 1)
        if item["sk"] != "current"
    )
    for item in rows:
        mark = "→" if item["sk"] == current else ""
        shown = (item["sk"], item["status"], item["created_at"], item.get("data_as_of"), item.get("parent"))
        table.add_row(mark, *(value or "" for value in shown))
    lake.console.print(table if table.row_count else "no release yet")


@click.command()
@click.argument("release")
@deployed
def rollback(lake: Deployed, release: str) -> None:
    """Make an earlier RELEASE the current one; the files of the ones after it are held."""
    known = lake.ledger.get("release", release)
    if known is None or release == "current":
        raise UnknownRelease(f"there is no release {release}; `saleslake releases` lists those there are")
    if known["status"] != "published":
        raise UnknownRelease(
            f"release {release} is {known['status']}; only a kept ancestor of the current one can be gone back to"
        )
    ask(lake, {"rollback": release})


@click.command()
@click.argument("before")
@click.argument("after", required=False)
@deployed
def diff(lake: Deployed, before: str, after: str | None) -> None:
    """Show what differs between release BEFORE and AFTER (the current one): rows and money per table, files."""
    current = lake.ledger.current()
    if current is None:
        raise NoRelease("no release yet")
    found = compare(before, after or current.release_id, lake.backend)
    table = Table(box=None, pad_edge=False)
    table.add_column("table", no_wrap=True)
    for column in ("", "before", "after", "difference"):
        table.add_column(column, justify="right", no_wrap=True)
    for changed in found.tables:
        rows = (changed.before.rows, changed.after.rows)
        table.add_row(changed.table, "rows", *(f"{number:,}" for number in (*rows, rows[1] - rows[0])))
        for name, amount in changed.after.money.items():
            old = changed.before.money[name]
            if old != amount:
                table.add_row("", name, *(_money(number) for number in (old, amount, amount - old)))
    lake.console.print(table if table.row_count else "no table differs")
    for verb, names in (("added", found.files_added), ("removed", found.files_removed)):
        for name in names:
            lake.console.print(f"file {verb}: {name}", markup=False, soft_wrap=True)


@click.command()
@click.option("--days", type=click.IntRange(min=0), help="Releases older than so many days.")
@click.option("--keep", type=click.IntRange(min=1), help="Releases that are not among the newest so many.")
@deployed
def expire(lake: Deployed, days: int | None, keep: int | None) -> None:
    """Let old releases expire: they are no longer asked for or gone back to. Never the current one and its parent."""
    if days is None and keep is None:
        raise click.UsageError("--days or --keep")
    given = {"days": days, "keep": keep}
    ask(lake, {"expire": {name: number for name, number in given.items() if number is not None}})


@click.command()
@deployed
def maintain(lake: Deployed) -> None:
    """Let releases past their days expire, compact the tables, and remove what no kept release needs."""
    ask(lake, {"maintain": True})


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}"
