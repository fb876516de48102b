"""`saleslake quarantine`: which rows were refused and why, and how to get them out and corrected."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from saleslake.cli.context import Deployed, deployed
from saleslake.contracts.loader import contracts
from saleslake.errors import InvalidParameter, UnknownFile
from saleslake.history import FileAccount, current_release
from saleslake.quality.corrections import delivered_text
from saleslake.quality.exported import export
from saleslake.quality.quarantined import refused_rows
from saleslake.transform.spans import record_spans
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
    """List open rows: file, line, what is wrong and what would be right, the record as delivered, and whose it is."""
    owners = {contract.dataset: contract.owner for contract in contracts()}
    shown = 0
    for account in open_files(lake, name):
        for row in rows_of(account, rule, lake):
            if shown == limit:
                lake.console.print(f"… more than {limit}; --limit shows them", markup=False)
                return
            broken = "; ".join(map(_fault, row["reasons"]))
            told = [
                f"{account.name}:{row['line_number']}  {broken}",
                visible(row["raw_text"]),
                f"{account.dataset}, of {owners.get(account.dataset) or 'nobody the contracts here know'}",
            ]
            lake.console.print("\n    ".join(told), markup=False, soft_wrap=True)
            shown += 1
    if shown:
        lake.console.print("to correct them: saleslake quarantine export FILE --out corrections.csv")


def _fault(reason: Mapping[str, Any]) -> str:
    value = "" if reason["value"] is None else f"='{visible(reason['value'])}'"
    place = f" {reason['column'] or 'found'}{value}" if reason["column"] or value else ""
    return f"{reason['rule']}{place}: expected {reason['expected']}"


def visible(text: str) -> str:
    """Text on one line, with escapes for what a terminal would not show, as odd spaces."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


@quarantine.command("export")
@click.argument("file")
@click.option("--rule", help="Only rows that break this rule.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Where to write it [default: output]."
)
@deployed
def export_rows(lake: Deployed, file: str, rule: str | None, out: Path | None) -> None:
    """Write the refused rows of FILE as it came, with a column of reasons; correct them, then `saleslake replay`."""
    found = [(account, lake.ledger.get("file", account.file_id)) for account in open_files(lake, file)]
    if len(found) > 1:
        ids = "".join(f"\n  {account.file_id}  {account.quarantined.rows:,} rows" for account, _ in found)
        raise InvalidParameter(f"{len(found)} files of this name have open rows; export each by its id:{ids}")
    account, item = found[0] if found else (None, None)
    if account is None or item is None:
        raise UnknownFile(f"no open row of {file} is in quarantine")
    text = export(
        account.file_id, delivered_text(item, lake.backend, record_spans), rows_of(account, rule, lake)
    )
    if out is None:
        click.echo(text, nl=False)
        return
    out.write_text(text, encoding="utf-8", newline="")
    told = "correct the rows, leave the columns quarantine_file and quarantine_line, then saleslake replay"
    lake.console.print(f"{out}: {told} {out}", markup=False, soft_wrap=True)


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
