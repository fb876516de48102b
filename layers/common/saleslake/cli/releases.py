"""`saleslake releases` and `saleslake rollback`: what was published, and the way back."""

import click
from rich.table import Table

from saleslake.cli.context import Deployed, deployed
from saleslake.cli.runs import tell, watched
from saleslake.errors import UnknownRelease


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
            f"release {release} was withdrawn; only an ancestor of the current one can be gone back to"
        )
    tell(lake, watched(lake, lake.executions.start({"rollback": release})))
