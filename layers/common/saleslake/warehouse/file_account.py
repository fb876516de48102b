"""The account of a file: rows and money by what became of them."""

from decimal import Decimal
from typing import Any, cast

from saleslake.contracts.loader import load_contract
from saleslake.history import FileAccount, Share

type Row = dict[str, Any]


def account_of(result: Row, processed: Row | None, published: Row | None) -> FileAccount:
    money = money_of(result)

    def delivered(rows: str, amount: str) -> Share:
        return Share(rows=result[rows], amount=Decimal(money.get(amount, "0.00")))

    return FileAccount(
        file_id=result["file_id"],
        name=result["name"],
        dataset=result["dataset"],
        run_id=result["run_id"],
        read=delivered("rows_read", "read"),
        quarantined=delivered("rows_quarantined", "quarantined"),
        duplicates=delivered("rows_duplicate", "duplicate"),
        published=share_of(published, "published"),
        superseded=share_of(processed, "superseded"),
        landing_order=result["landing_order"],
        first_day=result["min_date"],
        last_day=result["max_date"],
        unparsed_money_rows=result["unparsed_money_rows"],
        reasons=result["reasons"],
        warnings=result["warnings"],
    )


def money_of(result: Row) -> dict[str, str]:
    """Sums of the contract's money column; empty where it has none."""
    names = load_contract(result["dataset"]).money
    return dict(result["money"].get(names[0], {})) if names else {}


def share_of(row: Row | None, part: str) -> Share:
    if row is None:
        return Share()
    return Share(rows=row[f"{part}_rows"], amount=cast(Decimal, row[f"{part}_amount"]))


def after(account: FileAccount, published: Row | None) -> FileAccount:
    """The account of an earlier file as this run leaves it: what it lost since is superseded."""
    now = share_of(published, "published")
    return account.model_copy(
        update={"published": now, "superseded": account.superseded + account.published - now}
    )
