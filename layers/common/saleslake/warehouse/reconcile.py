"""Account for every row and every cent before anything is published."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, cast

from pydantic import BaseModel, ConfigDict

from saleslake import sql
from saleslake.aws.backend import Backend
from saleslake.errors import DoesNotReconcile, ReleaseChanged
from saleslake.history import Accounts, FileAccount, Share, current_release
from saleslake.zones import run_accounts_key, transform_result_key

MONEY = "amount"

type Row = dict[str, Any]


class ReconcileRequest(BaseModel):
    """The run to reconcile, and its files."""

    model_config = ConfigDict(frozen=True)

    run_id: str
    manifest_key: str


class Reconciled(BaseModel):
    """Rows of the run by what became of them; every account closes."""

    model_config = ConfigDict(frozen=True)

    read: int
    published: int
    quarantined: int
    duplicates: int
    superseded: int


def reconcile(request: ReconcileRequest, backend: Backend) -> Reconciled:
    """Compare what Transform read, what the processed files hold, and what the fact table has of each file.

    Three countings that share no code: Transform's, of the file as delivered; Athena's, of the processed Parquet;
    Athena's, of the fact table by source file. Files of earlier releases may only lose rows to this run's.

    Raises
    ------
    DoesNotReconcile
        Names each file, and what of it is missing or too much; nothing may be published.
    ReleaseChanged
        The build tables were written to meanwhile, by a query that outlived its run.
    """
    tables = _pointers(backend)
    results = [
        result
        for entry in backend.lake.get_json(request.manifest_key)
        if (result := backend.lake.get_json(transform_result_key(request.run_id, entry["file_id"])))["status"]
        == "transformed"
    ]
    processed = {row["file_id"]: row for row in _query("processed", backend, request.run_id)}
    published = {row["file_id"]: row for row in _query("published", backend)}
    own = {
        result["file_id"]: _account(
            result, processed.get(result["file_id"]), published.get(result["file_id"])
        )
        for result in results
    }
    parent = current_release(backend)
    earlier = {
        file_id: _after(account, published.get(file_id))
        for file_id, account in (parent.files if parent else {}).items()
        if file_id not in own
    }
    faults = [
        *(fault for result in results for fault in _faults(result, own[result["file_id"]], processed)),
        *(f"{a.name}: rows that an earlier release superseded came back" for a in _revived(earlier, parent)),
        *(f"fact_sales holds rows of {file_id}, which is no file of this release" for file_id in published
          if file_id not in own and file_id not in earlier),
        *_rollup_faults(backend),
    ]  # fmt: skip
    if faults:
        raise DoesNotReconcile("; ".join(faults))
    if _pointers(backend) != tables:
        raise ReleaseChanged("somebody wrote to the build tables while they were audited")
    last = max((row["last_sale_date"] for row in published.values()), default=None)
    accounts = Accounts(
        files=earlier | own,
        tables=tables,
        data_as_of=last.isoformat() if last else None,
        checks={"fact_sales_rows": sum(row["published_rows"] for row in published.values())},
    )
    backend.lake.put_bytes(
        run_accounts_key(request.run_id), accounts.model_dump_json().encode(), "application/json"
    )
    backend.ledger.update("run", request.run_id, state="Reconcile")
    return Reconciled(
        **{
            part: sum(getattr(account, part).rows for account in own.values())
            for part in Reconciled.model_fields
        }
    )


def _pointers(backend: Backend) -> dict[str, str]:
    """Metadata file of each curated table of the build database: what is audited is what Publish publishes."""
    found = {}
    for item in backend.ledger.items("table"):
        pointer = backend.catalog.pointer(backend.settings.build_database, item["sk"])
        assert pointer is not None, f"{item['sk']} is in the ledger, so it was created"
        found[item["sk"]] = pointer.metadata_location
    return found


def _query(name: str, backend: Backend, *parameters: sql.Parameter) -> list[Row]:
    (statement,) = sql.read(f"reconcile/{name}")
    result = backend.athena.query(
        statement, [sql.literal(value) for value in parameters], database=backend.settings.build_database
    )
    return result.dicts()


def _account(result: Row, processed: Row | None, published: Row | None) -> FileAccount:
    money = result["money"].get(MONEY, {})

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
        published=_share(published, "published"),
        superseded=_share(processed, "superseded"),
        unparsed_money_rows=result["unparsed_money_rows"],
        reasons=result["reasons"],
    )


def _share(row: Row | None, part: str) -> Share:
    if row is None:
        return Share()
    return Share(rows=row[f"{part}_rows"], amount=cast(Decimal, row[f"{part}_amount"]))


def _after(account: FileAccount, published: Row | None) -> FileAccount:
    """The account of an earlier file as this run leaves it: what it lost since is superseded."""
    now = _share(published, "published")
    return account.model_copy(
        update={"published": now, "superseded": account.superseded + account.published - now}
    )


def _revived(earlier: dict[str, FileAccount], parent: Any) -> Iterator[FileAccount]:
    for file_id, account in earlier.items():
        if account.superseded.rows < parent.files[file_id].superseded.rows:
            yield account


def _faults(result: Row, account: FileAccount, processed: dict[str, Row]) -> Iterator[str]:
    written = Share(
        rows=result["rows_written"], amount=Decimal(result["money"].get(MONEY, {}).get("written", "0"))
    )
    found = _share(processed.get(account.file_id), "processed")
    if found != written:
        yield f"{account.name}: Transform wrote {_words(written)}, the processed table has {_words(found)}"
    if not account.closes:
        parts = ("published", "quarantined", "duplicates", "superseded")
        sums = " + ".join(f"{part} {_words(getattr(account, part))}" for part in parts)
        yield f"{account.name}: read {_words(account.read)}, but {sums}"


def _rollup_faults(backend: Backend) -> Iterator[str]:
    fact, *rollups = _query("rollups", backend)
    for rollup in rollups:
        if (rollup["all_lines"], rollup["revenue"]) != (fact["all_lines"], fact["revenue"]):
            yield (
                f"{rollup['table_name']} has {rollup['all_lines']} lines and {rollup['revenue']} revenue, "
                f"{fact['table_name']} {fact['all_lines']} and {fact['revenue']}"
            )


def _words(share: Share) -> str:
    return f"{share.rows} rows ({share.amount})"
