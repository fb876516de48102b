"""`saleslake check`: look at a table as it is published, now."""

import click
from rich.table import Table

from saleslake.cli.context import Deployed, deployed
from saleslake.errors import NoRelease
from saleslake.history import current_release
from saleslake.quality.monitor import CHECKS, check_all, subjects, unchecked


@click.command()
@click.argument("tables", metavar="TABLE...", nargs=-1)
@click.option("--checks", default="", help=f"Only these, separated by commas: {', '.join(CHECKS)}.")
@click.pass_context
@deployed
def check(lake: Deployed, context: click.Context, tables: tuple[str, ...], checks: str) -> None:
    """Check each TABLE (or dataset; without one, all): counts, blanks, duplicates, freshness, schema, anomalies."""
    release = current_release(lake.backend)
    if release is None:
        raise NoRelease("nothing is published yet")
    names = [name.strip() for name in checks.split(",") if name.strip()]
    wanted = subjects(release, lake.backend, tables)
    findings = check_all(wanted, names)
    table = Table(box=None, pad_edge=False)
    for column in ("table", "check", "", "found"):
        table.add_column(column, overflow="fold")
    for finding in findings:
        mark = "[green]✓[/green]" if finding.passed else "[red]✗[/red]"
        table.add_row(finding.table, finding.check, mark, finding.detail)
    for subject, name, why in unchecked(wanted, findings, names):
        table.add_row(subject.table, name, "–", f"not checked: {why}")
    lake.console.print(table)
    if not all(finding.passed for finding in findings):
        context.exit(1)
