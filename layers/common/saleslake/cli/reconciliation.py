"""What became of every row of a file, as a table that adds up.

Read = published + quarantined + duplicates + superseded, in rows and in money.
"""

from collections.abc import Sequence

from rich.table import Table

from saleslake.history import FileAccount, Share

SHARES = ("read", "published", "quarantined", "duplicates", "superseded")


def account_table(accounts: Sequence[FileAccount]) -> Table:
    """One line of rows and one of money per file, a total when there are several, and whether it closes."""
    table = Table(box=None, pad_edge=False, show_edge=False)
    table.add_column("file", overflow="fold", max_width=40)
    for share in SHARES:
        table.add_column(share, justify="right", no_wrap=True)
    table.add_column("")
    for account in accounts:
        _add(table, account.name, [getattr(account, share) for share in SHARES], _verdict(account))
    if len(accounts) > 1:
        totals = [sum((getattr(account, share) for account in accounts), Share()) for share in SHARES]
        closes = all(account.closes for account in accounts)
        _add(table, "all files", totals, "closes" if closes else "DOES NOT CLOSE")
    return table


def _add(table: Table, name: str, shares: list[Share], verdict: str) -> None:
    table.add_row(name, *(f"{share.rows:,}" for share in shares), verdict)
    table.add_row("", *(f"[dim]{share.amount:,.2f}[/dim]" for share in shares), "")


def _verdict(account: FileAccount) -> str:
    remarks = [_counted(account.reasons)] if account.reasons else []
    if account.unparsed_money_rows:
        remarks.append(f"{account.unparsed_money_rows:,} amounts unreadable")
    if account.warnings:
        remarks.append(f"warned of {_counted(account.warnings)}")
    verdict = "closes" if account.closes else "DOES NOT CLOSE"
    return f"{verdict} ({'; '.join(remarks)})" if remarks else verdict


def _counted(rules: dict[str, int]) -> str:
    return ", ".join(f"{rule} {count:,}" for rule, count in sorted(rules.items()))
