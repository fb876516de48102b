"""`saleslake quarantine`: which rows were refused and why, and how to get them out and corrected."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from saleslake.cli.context import Deployed, deployed
from saleslake.errors import UnknownFile
from saleslake.history import FileAccount, current_release
from saleslake.quality.corrections import correct, export, read_corrections
from saleslake.quality.quarantined import refused_rows
from saleslake.zones import quarantined_rows_key

SHOWN = 20  # rows; --limit asks for more


@click.group(invoke_without_command=True)
@click.pass_context
def quarantine(context: click.Context) -> None:
    """Show how many refused rows are open, by dataset and rule."""
    if context.invoked_subcommand is None:
        context.invoke(groups)


@quarantine.command()
@deployed
def groups(lake: Deployed) -> None:
    """Count the open rows by dataset and rule (what `quarantine` alone does)."""
    rows: Counter[tuple[str, str]] = Counter()
    files: Counter[tuple[str, str]] = Counter()
    for account in open_files(lake):
        for rule, count in account.reasons.items():
            rows[account.dataset, rule] += count
            files[account.dataset, rule] += 1
    table = Table(box=None, pad_edge=False)
    for column in ("dataset", "rule", "rows", "files"):
        table.add_column(column, justify="right" if column in {"rows", "files"} else "left", no_wrap=True)
    for (dataset, rule), count in rows.most_common():
        table.add_row(dataset, rule, f"{count:,}", f"{files[dataset, rule]:,}")
    if table.row_count:
        lake.console.print(table)
    else:
        lake.console.print("no row is in quarantine")


@quarantine.command("list")
@click.option("--file", "name", help="Only rows of this file, by its name or id.")
@click.option("--rule", help="Only rows that break this rule.")
@click.option("--limit", type=click.IntRange(min=1), default=SHOWN, show_default=True, help="Rows to show.")
@deployed
def list_rows(lake: Deployed, name: str | None, rule: str | None, limit: int) -> None:
    """List open rows: file, line, what is wrong, and the record as delivered."""
    shown = 0
    for account in open_files(lake, name):
        for row in rows_of(account, rule, lake):
            if shown == limit:
                lake.console.print(f"… more than {limit}; --limit shows them", markup=False)
                return
            broken = "; ".join(
                f"{reason['rule']}{f' {reason["column"]}={reason["value"]}' if reason['column'] else ''}"
                for reason in row["reasons"]
            )
            place = f"{account.name}:{row['line_number']}"
            lake.console.print(f"{place}  {broken}\n    {row['raw_text']}", markup=False, soft_wrap=True)
            shown += 1


@quarantine.command("export")
@click.argument("file")
@click.option("--rule", help="Only rows that break this rule.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Where to write it [default: output]."
)
@deployed
def export_rows(lake: Deployed, file: str, rule: str | None, out: Path | None) -> None:
    """Write the refused rows of FILE as it came, with a column of reasons; correct them, then `saleslake replay`."""
    account = next(reversed(list(open_files(lake, file))), None)
    item = lake.ledger.get("file", account.file_id) if account else None
    if account is None or item is None:
        raise UnknownFile(f"no open row of {file} is in quarantine")
    text = export(item | {"sk": account.file_id}, rows_of(account, rule, lake), lake.backend)
    if out is None:
        click.echo(text, nl=False)
        return
    out.write_text(text, encoding="utf-8", newline="")
    lake.console.print(f"{out}: correct the rows, leave the last three columns, then saleslake replay {out}")


def open_files(lake: Deployed, name: str | None = None) -> Iterator[FileAccount]:
    """Files of the current release with refused rows that no correction has replaced."""
    release = current_release(lake.backend)
    items = {item["sk"]: item for item in lake.ledger.items("file")}
    replaced = {
        item["corrects"]
        for sk, item in items.items()
        if item.get("corrects") and release and sk in release.files
    }
    for account in release.files.values() if release else ():
        asked = name in (None, account.name, account.file_id)
        if asked and account.quarantined.rows and account.file_id not in replaced:
            yield account


def rows_of(account: FileAccount, rule: str | None, lake: Deployed) -> Iterator[Mapping[str, Any]]:
    """The refused rows of a file as they were delivered, those that break a rule."""
    key = quarantined_rows_key(account.dataset, account.run_id, account.file_id)
    for batch in refused_rows(key, lake.lake):
        for row in batch:
            if rule is None or any(reason["rule"] == rule for reason in row["reasons"]):
                yield row


def take_corrections(lake: Deployed, path: Path) -> list[str] | None:
    """Put what a corrected export says in its place; ids of the files that wait now, None where it is no export."""
    corrections = read_corrections(path.read_text(encoding="utf-8-sig"))
    return [correct(correction, lake.backend) for correction in corrections] or None
