"""At the end of a run, however it ended: what it found out, as rows of the quality tables."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict

from saleslake.aws.backend import Backend
from saleslake.contracts.loader import load_contract
from saleslake.formats.rows import parquet_bytes
from saleslake.history import Accounts, FileAccount, RunFiles, load_release
from saleslake.quality.anomalies import find_anomalies
from saleslake.quality.checks import check_rows
from saleslake.quality.dimensions import Score, score_dataset, score_file
from saleslake.quality.files import FileCheck, score
from saleslake.quality.quarantined import close_corrected, write_quarantined
from saleslake.quality.score import transformed
from saleslake.quality.tables import BY_NAME
from saleslake.zones import quality_key, run_accounts_key, run_checks_key

type Row = dict[str, Any]

SHARES = ("read", "published", "quarantined", "duplicates", "superseded")


class RecordRequest(RunFiles):
    """A run that has ended, in a release or, with an empty ``release_id``, in a failure."""

    release_id: str = ""


class Recorded(BaseModel):
    """Rows written, by table."""

    model_config = ConfigDict(frozen=True)

    rows: dict[str, int]


class _Run(BaseModel):
    """What the states of a run left behind, as far as it got."""

    model_config = ConfigDict(frozen=True)

    request: RecordRequest
    files: list[dict[str, Any]]
    checks: list[FileCheck]
    results: list[dict[str, Any]]
    accounts: Accounts | None


def record(request: RecordRequest, backend: Backend) -> Recorded:
    """Write a run's rows of every quality table; the same run again writes the same objects again."""
    if not request.run_id:
        return Recorded(rows={})
    run = _look(request, backend)
    written: dict[str, Callable[[], Iterable[Row]]] = {
        "quality_checks": lambda: check_rows(run.files, run.checks, run.results, run.accounts),
        "quality_scores": lambda: _scores(run),
        "quality_reconciliation": lambda: _reconciliation(run, backend),
        "quality_anomalies": lambda: (
            find_anomalies(run.results, backend) if request.release_id and run.results else []
        ),
    }
    with ThreadPoolExecutor(len(written) + 1, thread_name_prefix="record") as threads:
        kept = threads.submit(write_quarantined, run.results, run.files, request.run_id, backend)
        counts = {
            table: threads.submit(_write, table, rows, request.run_id, backend)
            for table, rows in written.items()
        }
        rows = {table: count.result() for table, count in counts.items()}
        if request.release_id and run.accounts:
            close_corrected(run.results, run.accounts.files, backend)
        return Recorded(rows={**rows, "quarantine": kept.result()})


def keep_rows(table: str, rows: Iterable[Row], run_id: str, backend: Backend) -> int:
    """Write what a run has to say into one of the tables; how many rows that is."""
    stamp = {"recorded_at": datetime.now(UTC).replace(tzinfo=None), "run_id": run_id}
    told = [{**stamp, **row} for row in rows]
    if told:
        backend.lake.put_bytes(quality_key(table, run_id), parquet_bytes(BY_NAME[table].columns, told))
    return len(told)


def _write(table: str, rows: Callable[[], Iterable[Row]], run_id: str, backend: Backend) -> int:
    return keep_rows(table, rows(), run_id, backend)


def _look(request: RecordRequest, backend: Backend) -> _Run:
    found = backend.lake.get_json(run_checks_key(request.run_id)) or {"files": [], "checks": []}
    accounts = backend.lake.get_bytes(run_accounts_key(request.run_id))
    return _Run(
        request=request,
        files=found["files"],
        checks=found["checks"],
        results=transformed(request, backend),
        accounts=Accounts.model_validate_json(accounts) if accounts else None,
    )


def _scores(run: _Run) -> Iterable[Row]:
    results = {result["file_id"]: result for result in run.results}
    by_file: dict[str, list[FileCheck]] = {}
    for check in run.checks:
        by_file.setdefault(check.file_id, []).append(check)
    for dataset in sorted({file["dataset"] for file in run.files}):
        contract = load_contract(dataset)
        own = [file for file in run.files if file["dataset"] == dataset]
        for file in own:
            arrival = score(by_file.get(file["file_id"], []))
            result = results.get(file["file_id"])
            if result is not None:
                yield _score_row(score_file(result, contract, arrival), run.request)
            else:
                told = Score(
                    level="file",
                    dataset=dataset,
                    file_id=file["file_id"],
                    file_name=file["name"],
                    arrival_score=arrival,
                )
                yield _score_row(told, run.request)
        read = [results[file["file_id"]] for file in own if file["file_id"] in results]
        arrival = score([check for file in own for check in by_file.get(file["file_id"], [])])
        whole = (
            score_dataset(read, contract, arrival)
            if read
            else Score(level="dataset", dataset=dataset, arrival_score=arrival)
        )
        yield _score_row(whole, run.request)


def _score_row(found: Score, request: RecordRequest) -> Row:
    return {
        **found.model_dump(),
        "release_id": request.release_id or None,
        "passed": not found.missed,
        "missed": ", ".join(found.missed),
    }


def _reconciliation(run: _Run, backend: Backend) -> Iterable[Row]:
    if run.accounts is None:
        for result in run.results:
            yield _unbuilt(result)
        return
    parent: Mapping[str, FileAccount] = {}
    if run.request.release_id:
        release = load_release(run.request.release_id, backend)
        parent = load_release(release.parent, backend).files if release.parent else {}
    for account in run.accounts.files.values():
        own = account.run_id == run.request.run_id
        if own or (run.request.release_id and parent.get(account.file_id) != account):
            shares = {
                f"{part}_{what}": getattr(getattr(account, part), what)
                for part in SHARES
                for what in ("rows", "amount")
            }
            faults = [fault for fault in run.accounts.faults if fault.startswith(f"{account.name}:")]
            yield {
                **shares,
                "release_id": run.request.release_id or None,
                "dataset": account.dataset,
                "file_id": account.file_id,
                "file_name": account.name,
                "unparsed_money_rows": account.unparsed_money_rows,
                "closes": account.closes and not faults,
                "detail": "; ".join(faults),
            }


def _unbuilt(result: Mapping[str, Any]) -> Row:
    """The account of a file whose run failed before anything was built of it."""
    names = load_contract(result["dataset"]).money
    money = result["money"].get(names[0], {}) if names else {}
    counted = {"read": "read", "quarantined": "quarantined", "duplicates": "duplicate"}
    rows = {f"{part}_rows": result[f"rows_{fate}"] for part, fate in counted.items()}
    amounts = {f"{part}_amount": Decimal(money.get(fate, "0.00")) for part, fate in counted.items()}
    return {
        **rows,
        **amounts,
        "dataset": result["dataset"],
        "file_id": result["file_id"],
        "file_name": result["name"],
        "unparsed_money_rows": result["unparsed_money_rows"],
        "detail": "the run failed before anything was built of it",
    }
