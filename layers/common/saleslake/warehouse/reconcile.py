"""Account for every row and every cent before anything is published."""

# ruff: noqa: S608 - every name comes from a contract

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict

from saleslake import sql
from saleslake.aws.backend import Backend
from saleslake.contracts.loader import contracts, load_contract
from saleslake.contracts.model import Contract
from saleslake.errors import DoesNotReconcile, ReleaseChanged
from saleslake.history import Accounts, FileAccount, RunFiles, Share, current_release
from saleslake.warehouse.file_account import account_of, after, money_of, share_of
from saleslake.warehouse.latest import latest_table
from saleslake.zones import run_accounts_key, transform_result_key

_NOTHING = "DECIMAL '0.00'"

type Row = dict[str, Any]

AT_ONCE = 8  # queries; Athena takes 20 of an account by default


class Reconciled(BaseModel):
    """Rows of the run by what became of them; every account closes."""

    model_config = ConfigDict(frozen=True)

    read: int
    published: int
    quarantined: int
    duplicates: int
    superseded: int


def reconcile(request: RunFiles, backend: Backend) -> Reconciled:
    """Compare what Transform read, the processed files, what the latest tables have of each file, and the facts.

    Four countings that share no code: Transform's, of the file as delivered; Athena's, of the processed Parquet; of
    the latest tables by source file; of the facts and rollups. Files of earlier releases may only lose rows to this
    run's. Then the rules that look at whole tables, of every dataset there is data of: a line without its order is
    right as soon as the order is loaded. A rule that halts stops the runs that load its dataset, no others.

    Raises
    ------
    DoesNotReconcile
        Names each file, and what of it is missing or too much, or the rule that halts; nothing may be published.
    ReleaseChanged
        The build tables were written to meanwhile, by a query that outlived its run.
    """
    tables = _pointers(backend)
    results = [
        result | {"landing_order": entry["landing_order"]}
        for entry in backend.lake.get_json(request.manifest_key)
        if (result := backend.lake.get_json(transform_result_key(request.run_id, entry["file_id"])))["status"]
        == "transformed"
    ]
    loaded = [load_contract(dataset) for dataset in sorted({result["dataset"] for result in results})]
    parent = current_release(backend)
    before = parent.files if parent else {}
    datasets = {contract.dataset for contract in loaded}
    present = datasets | {account.dataset for account in before.values()}
    ruled = [contract for contract in contracts() if contract.dataset in present]
    found = _ask(_questions(loaded, ruled), request.run_id, backend)
    processed = {row["file_id"]: row for contract in loaded for row in found["processed", contract.dataset]}
    published = {row["file_id"]: row for contract in loaded for row in found["published", contract.dataset]}
    own = {
        result["file_id"]: account_of(
            result, processed.get(result["file_id"]), published.get(result["file_id"])
        )
        for result in results
    }
    earlier = {
        file_id: after(account, published.get(file_id)) if account.dataset in datasets else account
        for file_id, account in before.items()
        if file_id not in own
    }
    rules = _rule_counts(ruled, found)
    warnings, halted = _broken_rules(ruled, datasets, rules)
    faults = [
        *(fault for result in results for fault in _faults(result, own[result["file_id"]], processed)),
        *(f"{a.name}: rows that an earlier release superseded came back" for a in _revived(earlier, before)),
        *(f"{row['dataset']} has rows of {file_id}, which is no file of this release" for file_id, row
          in published.items() if file_id not in own and file_id not in earlier),
        *_fact_faults(found["facts", ""]),
        *_rollup_faults(found["rollups", ""]),
        *halted,
    ]  # fmt: skip
    (last,) = found["data_as_of", ""]
    accounts = Accounts(
        files=earlier | own,
        tables=tables,
        data_as_of=last["data_as_of"].isoformat() if last["data_as_of"] else None,
        checks={"fact_sales_rows": last["fact_sales_rows"]},
        rules=rules,
        faults=tuple(faults),
    )
    # those of a run that does not close as well: they are what it is looked into by
    backend.lake.put_bytes(
        run_accounts_key(request.run_id), accounts.model_dump_json().encode(), "application/json"
    )
    if faults:
        raise DoesNotReconcile("; ".join(faults))
    if _pointers(backend) != tables:
        raise ReleaseChanged("somebody wrote to the build tables while they were audited")
    backend.ledger.update("run", request.run_id, state="Reconcile", warnings=warnings)
    return Reconciled(
        **{
            part: sum(getattr(account, part).rows for account in own.values())
            for part in Reconciled.model_fields
        }
    )


def composed_statements() -> Iterator[tuple[str, str]]:
    """Every statement this module composes, by what it is for."""
    for contract in contracts():
        yield f"processed {contract.dataset}", _processed(contract)
        yield f"published {contract.dataset}", _published(contract)
        for rule in contract.table_rules:
            yield f"{contract.dataset}.{rule.name}", rule.query


def _pointers(backend: Backend) -> dict[str, str]:
    """Metadata file of each curated table of the build database: what is audited is what Publish publishes."""
    known = {item["sk"] for item in backend.ledger.items("table")}
    pointers = backend.catalog.pointers(backend.settings.build_database)
    return {table: location for table, location in pointers.items() if table in known}


def _questions(
    loaded: Sequence[Contract], ruled: Sequence[Contract]
) -> Iterator[tuple[tuple[str, str], str]]:
    for contract in loaded:
        yield ("processed", contract.dataset), _processed(contract)
        yield ("published", contract.dataset), _published(contract)
    for contract in ruled:
        for rule in contract.table_rules:
            yield (rule.name, contract.dataset), rule.query
    for name in ("facts", "rollups", "data_as_of"):
        (statement,) = sql.read(f"reconcile/{name}")
        yield (name, ""), statement


def _ask(
    questions: Iterable[tuple[tuple[str, str], str]], run_id: str, backend: Backend
) -> dict[tuple[str, str], list[Row]]:
    """Run queries side by side; the only parameter any of them has is the run."""

    def ask(statement: str) -> list[Row]:
        parameters = [sql.literal(run_id)] if "?" in statement else []
        return backend.athena.query(statement, parameters, database=backend.settings.build_database).dicts()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = [(name, pool.submit(ask, statement)) for name, statement in questions]
        return {name: answer.result() for name, answer in answers}


def _processed(contract: Contract) -> str:
    """What this run has of each file as typed rows, and how many of them a later row of the same key overrules."""
    amount = f"processed.{contract.money[0]}" if contract.money else _NOTHING
    key = contract.latest_key
    same = " AND ".join(f"latest.{column} = processed.{column}" for column in key)
    overruled = (
        "latest.landing_order > processed.landing_order"
        " OR latest.landing_order = processed.landing_order AND latest.line_number > processed.line_number"
    )
    return f"""-- Typed rows of this run, and how many of them a later row overrules. Grain: one file of the run.
-- Parameters: run id.
SELECT
    processed.file_id,
    COUNT(*) AS processed_rows,
    COALESCE(SUM({amount}), {_NOTHING}) AS processed_amount,
    COUNT(CASE WHEN {overruled} THEN 1 END) AS superseded_rows,
    COALESCE(SUM(CASE WHEN {overruled} THEN {amount} END), {_NOTHING}) AS superseded_amount
FROM {contract.dataset} AS processed
LEFT JOIN {latest_table(contract.dataset)} AS latest ON {same}
WHERE processed.run_id = ?
GROUP BY processed.file_id"""


def _published(contract: Contract) -> str:
    """What each file contributes to the latest rows."""
    amount = contract.money[0] if contract.money else _NOTHING
    return f"""-- What each file contributes to the latest rows. Grain: one file.
SELECT
    '{contract.dataset}' AS dataset,
    file_id,
    COUNT(*) AS published_rows,
    COALESCE(SUM({amount}), {_NOTHING}) AS published_amount
FROM {latest_table(contract.dataset)}
GROUP BY file_id"""


def _broken_rules(
    ruled: Sequence[Contract], loaded: Set[str], counts: Mapping[str, int]
) -> tuple[dict[str, int], list[str]]:
    """Rules about whole tables that are broken: how often, by name, and the sentences of those that halt."""
    warnings, halted = {}, []
    for contract in ruled:
        for rule in contract.table_rules:
            name = f"{contract.dataset}.{rule.name}"
            if counts[name] and rule.action == "halt" and contract.dataset in loaded:
                halted.append(
                    f"{contract.dataset}: {counts[name]} rows break {rule.name}: {rule.description}"
                )
            elif counts[name]:
                warnings[name] = counts[name]
    return warnings, halted


def _rule_counts(ruled: Sequence[Contract], found: dict[tuple[str, str], list[Row]]) -> dict[str, int]:
    """What each rule over whole tables counted, zero included."""
    return {
        f"{contract.dataset}.{rule.name}": int(
            next(iter(found[rule.name, contract.dataset][0].values())) or 0
        )
        for contract in ruled
        for rule in contract.table_rules
    }


def _revived(earlier: Mapping[str, FileAccount], before: Mapping[str, FileAccount]) -> Iterator[FileAccount]:
    for file_id, account in earlier.items():
        if account.superseded.rows < before[file_id].superseded.rows:
            yield account


def _faults(result: Row, account: FileAccount, processed: dict[str, Row]) -> Iterator[str]:
    written = Share(rows=result["rows_written"], amount=Decimal(money_of(result).get("written", "0")))
    found = share_of(processed.get(account.file_id), "processed")
    if found != written:
        yield f"{account.name}: Transform wrote {_words(written)}, the processed table has {_words(found)}"
    if not account.closes:
        parts = ("published", "quarantined", "duplicates", "superseded")
        sums = " + ".join(f"{part} {_words(getattr(account, part))}" for part in parts)
        yield f"{account.name}: read {_words(account.read)}, but {sums}"


def _fact_faults(rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        if (row["expected_lines"], row["expected_amount"]) != (row["found_lines"], row["found_amount"]):
            yield (
                f"{row['fact']}, {row['part']}: {row['expected_lines']} lines ({row['expected_amount']}) were "
                f"delivered, it has {row['found_lines']} ({row['found_amount']})"
            )


def _rollup_faults(rows: Sequence[Row]) -> Iterator[str]:
    fact, *rollups = rows
    for rollup in rollups:
        if (rollup["all_lines"], rollup["revenue"]) != (fact["all_lines"], fact["revenue"]):
            yield (
                f"{rollup['table_name']} has {rollup['all_lines']} lines and {rollup['revenue']} revenue, "
                f"{fact['table_name']} {fact['all_lines']} and {fact['revenue']}"
            )


def _words(share: Share) -> str:
    return f"{share.rows} rows ({share.amount})"
