"""`saleslake query`: what the API answers, or what a view of the published database says."""

import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import parse_qsl

import click
from rich.highlighter import JSONHighlighter
from rich.table import Table
from rich.text import Text

from saleslake.cli.api import Api, Document
from saleslake.cli.context import PIPE_WIDTH, Deployed, deployed
from saleslake.cli.json_text import indented, read_json
from saleslake.errors import BadInput, UnknownQuery

SHOWN = 50  # rows on a terminal; --csv writes all


@click.command()
@click.argument("name", required=False)
@click.argument("parameters", nargs=-1, metavar="[PARAMETER=VALUE]...")
@click.option("--csv", "as_csv", is_flag=True, help="Write every row as CSV instead.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=SHOWN, show_default=True, help="Rows of the table."
)
@click.option(
    "--body",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    help="JSON file with the question for /query; - for standard input.",
)
@click.option(
    "--at",
    envvar="SALESLAKE_API_URL",
    show_envvar=True,
    help="Where the API is reached; see `saleslake url`.",
)
@deployed
def query(
    lake: Deployed,
    name: str | None,
    parameters: tuple[str, ...],
    as_csv: bool,
    limit: int,
    body: Path | None,
    at: str | None,
) -> None:
    """Ask the API when NAME is one of its paths, such as /kpis, with the parameters it takes.

    Any other NAME is a saved query, which runs in Athena; without NAME those there are get listed.
    """
    if name is not None and name.startswith("/"):
        _ask(lake, Api(lake.stack, at), name, parameters, body, None if as_csv else limit)
        return
    athena = lake.backend.athena
    saved = athena.saved_queries()
    if name is None:
        lake.console.print("\n".join(saved) or "no saved queries", markup=False)
        return
    if name not in saved:
        raise UnknownQuery(
            f"there is no saved query {name}; there are: {', '.join(saved) or 'none'}. "
            "A path of the API begins with /"
        )
    if parameters or body:
        raise BadInput("a saved query takes no parameters; a path of the API begins with /")
    answer = athena.query(saved[name], database=lake.backend.settings.database)
    rows = [["" if value is None else str(value) for value in row] for row in answer.rows]
    if as_csv:
        _write([answer.columns, *rows])
    else:
        _show(lake, answer.columns, rows, limit, len(rows))


def _ask(
    lake: Deployed, api: Api, name: str, parameters: Sequence[str], body: Path | None, limit: int | None
) -> None:
    """Ask the API and show what it says; without a limit, write every row as CSV."""
    path, _, given = name.partition("?")
    asked = [*parse_qsl(given, keep_blank_values=True), *map(_pair, parameters)]
    for number, page in enumerate(api.pages(path, asked, None if body is None else read_json(body))):
        if isinstance(page, Document):
            if limit is None:
                raise BadInput(f"{path} has no CSV, it answers {page.media_type}: leave --csv out")
            _show_document(lake, page)
        elif limit is None:
            _write(page.rows if number else [page.columns, *page.rows])
        else:
            _show(lake, page.columns, page.rows, limit, int(page.facts.get("X-Total", len(page.rows))))
            lake.console.print(page.source, style="dim", markup=False)
            return


def _show_document(lake: Deployed, document: Document) -> None:
    if document.media_type.endswith("json"):
        lake.console.print(JSONHighlighter()(indented(document.text)), soft_wrap=True)
    else:
        click.echo(document.text)
    if document.location:  # beside the document, which a program may read
        click.echo(f"next: `saleslake query {document.location}`", err=True)


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise BadInput(f"{text}: a parameter is written name=value")
    return name, value


def _write(rows: Sequence[Sequence[str]]) -> None:
    csv.writer(sys.stdout, lineterminator="\n").writerows(rows)


def _show(
    lake: Deployed, columns: Sequence[str], rows: Sequence[Sequence[str]], limit: int, total: int
) -> None:
    if total == len(rows) == 1:
        table = _table(("", ""), list(zip(columns, rows[0], strict=True)))
        table.show_header = False
    else:
        table = _table(columns, rows[:limit])
    needed = lake.console.measure(table, options=lake.console.options.update(width=PIPE_WIDTH)).minimum
    if needed > lake.console.width:
        table.width = needed  # it runs over the edge instead of losing columns
    lake.console.print(table, crop=False)
    if total > min(limit, len(rows)):
        lake.console.print(f"{min(limit, len(rows))} of {total:,} rows; --csv writes all", style="dim")


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """A table that folds texts to fit the terminal, but nothing of one word: half a number is another number."""
    table = Table(box=None, pad_edge=False)
    for name, *values in zip(columns, *rows, strict=True):
        table.add_column(name, no_wrap=not any(" " in value for value in values), overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    return table
