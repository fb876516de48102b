"""`saleslake query`: what a view of the published database says."""

import csv
import sys

import click
from rich.table import Table

from saleslake.aws.athena import QueryResult
from saleslake.cli.context import Deployed, deployed
from saleslake.errors import UnknownQuery

SHOWN = 50  # rows on a terminal; --csv writes all


@click.command()
@click.argument("name", required=False)
@click.option("--csv", "as_csv", is_flag=True, help="Write every row as CSV instead.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=SHOWN, show_default=True, help="Rows of the table."
)
@deployed
def query(lake: Deployed, name: str | None, as_csv: bool, limit: int) -> None:
    """Run the saved query NAME in Athena; without NAME list those there are."""
    athena = lake.backend.athena
    saved = athena.saved_queries()
    if name is None:
        lake.console.print("\n".join(saved) or "no saved queries", markup=False)
        return
    if name not in saved:
        raise UnknownQuery(f"there is no saved query {name}; there are: {', '.join(saved) or 'none'}")
    answer = athena.query(saved[name], database=lake.backend.settings.database)
    if as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(answer.columns)
        writer.writerows(answer.rows)
        return
    lake.console.print(_table(answer, limit))
    if len(answer.rows) > limit:
        lake.console.print(f"{limit} of {len(answer.rows):,} rows; --csv writes all", style="dim")


def _table(answer: QueryResult, limit: int) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in answer.columns:
        table.add_column(column, overflow="fold")
    for row in answer.rows[:limit]:
        table.add_row(*("" if value is None else str(value) for value in row))
    return table
