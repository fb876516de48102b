"""`saleslake status`: the release, the runs, and where every row and every file is."""

from typing import Any

import click
from rich.table import Table

from saleslake.cli.broken_rules import broken_rules
from saleslake.cli.context import Deployed, deployed
from saleslake.cli.reasons import in_words
from saleslake.cli.reconciliation import account_table
from saleslake.cli.view import ago, took
from saleslake.history import Release, current_release
from saleslake.release.waiting import waiting_files


@click.command()
@click.option("--runs", type=int, default=5, show_default=True, help="How many runs to show.")
@deployed
def status(lake: Deployed, runs: int) -> None:
    """Show the current release, the last runs, what became of every row, and what waits or is refused."""
    release = current_release(lake.backend)
    show_release(lake, release)
    show_runs(lake, runs)
    if release is not None and release.files:
        lake.console.print("\n[bold]rows and money of the files in this release[/bold]")
        lake.console.print(account_table(list(release.files.values())))
        show_broken_rules(lake, release)
    show_changes(lake)
    show_files(lake, release)


def show_release(lake: Deployed, release: Release | None) -> None:
    """What readers see."""
    if release is None:
        lake.console.print("no release yet")
        return
    lake.console.print(
        f"[bold]release {release.release_id}[/bold], published {ago(release.created_at)}, "
        f"data as of {release.data_as_of or 'no sale yet'}, {len(release.files)} files",
        soft_wrap=True,
    )


def show_runs(lake: Deployed, count: int) -> None:
    """The last runs, newest first."""
    table = Table(box=None, pad_edge=False)
    for column in ("run", "status", "state", "files", "took", "release or reason"):
        table.add_column(column, overflow="fold")
    for item in lake.ledger.items("run", newest_first=True, limit=count):
        outcome = item.get("release_id") or item.get("reason") or ""
        length = took(item.get("started_at"), item.get("ended_at"))
        files = str(item.get("file_count", len(item.get("files", []))))
        table.add_row(item["sk"], item["status"], item.get("state", ""), files, length, outcome)
    if table.row_count:
        lake.console.print("\n[bold]runs[/bold]")
        lake.console.print(table)


def show_broken_rules(lake: Deployed, release: Release) -> None:
    """What the rules over whole tables warn of."""
    broken = list(broken_rules(lake, release))
    if not broken:
        return
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    for rule in broken:
        table.add_row(rule.name, f"{rule.times:,}", rule.description)
    lake.console.print("\n[bold]rules over whole tables that warn[/bold]")
    lake.console.print(table)


def show_changes(lake: Deployed) -> None:
    """How files' columns differ from those of their contracts and of files before them."""
    changes = list(lake.ledger.items("change"))
    if not changes:
        return
    lake.console.print("\n[bold]columns that changed[/bold]")
    for change in changes:
        what = f"{change['dataset']}: {change['kind']} {change['column']!r} by {change['file_name']}"
        lake.console.print(f"{what}; {change['detail']}", markup=False, soft_wrap=True)


def show_files(lake: Deployed, release: Release | None) -> None:
    """What is in no release: waiting, held, refused, or stuck before ingest."""
    _list(lake, "waiting for the next run", waiting_files(release, lake.backend))
    files = list(lake.ledger.items("file"))
    held = [file for file in files if file["state"] == "held"]
    _list(lake, "held by a rollback", [file for file in held if not file.get("reasons")])
    _list(lake, "held, for they score below the gate", [file for file in held if file.get("reasons")])
    refused = [file for file in files if file["state"] == "refused"]
    refused += [item for item in lake.ledger.items("delivery") if item["outcome"] == "refused"]
    _list(
        lake, "refused whole", list({str(item.get("file_id", item["sk"])): item for item in refused}.values())
    )
    letters = lake.dead_letters.count()
    if letters:
        lake.console.print(f"\n[red]{letters} dead letters[/red]: repair the cause, then `saleslake redrive`")


def _list(lake: Deployed, title: str, items: list[dict[str, Any]]) -> None:
    if not items:
        return
    lake.console.print(f"\n[bold]{title}[/bold]")
    for item in items:
        name = item.get("name") or item.get("file_name") or item["sk"]
        reasons = "; ".join(in_words(reason) for reason in item.get("reasons", []))
        lake.console.print(f"{name}" + (f": {reasons}" if reasons else ""), markup=False, soft_wrap=True)
