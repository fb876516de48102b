"""The refused rows of a run: as they were delivered, and as rows of the table quarantine."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from saleslake.aws.backend import Backend
from saleslake.aws.s3 import Lake
from saleslake.contracts.loader import load_contract
from saleslake.formats.rows import RowWriter, read_batches
from saleslake.history import FileAccount
from saleslake.quality.masking import Mask, file_header
from saleslake.quality.tables import BY_NAME
from saleslake.zones import quality_key

type Row = dict[str, Any]


def refused_rows(key: str, lake: Lake) -> Iterator[list[Row]]:
    """The refused rows of one file as they were delivered, some thousands at a time, however many there are."""
    with tempfile.TemporaryDirectory(prefix="saleslake-") as folder:
        copy = Path(folder, "rows.parquet")
        with lake.open(key) as stream, copy.open("wb") as file:
            shutil.copyfileobj(stream, file)
        yield from read_batches(copy)


def write_quarantined(
    results: Iterable[Mapping[str, Any]], files: Iterable[Mapping[str, Any]], run_id: str, backend: Backend
) -> int:
    """Write the refused rows of every file of a run, each file's beside those of the others; how many there are."""
    known = {file["file_id"]: file for file in files}
    return sum(
        _write(result, known[result["file_id"]], run_id, backend)
        for result in results
        if result["quarantine_key"]
    )


def _write(result: Mapping[str, Any], file: Mapping[str, Any], run_id: str, backend: Backend) -> int:
    contract = load_contract(result["dataset"])
    masked = backend.settings.mask_personal_data and any(column.pii for column in contract.columns)
    mask = Mask(contract, file["format"], file_header(backend.lake, file)) if masked else None
    same = {
        "recorded_at": datetime.now(UTC).replace(tzinfo=None),
        "run_id": run_id,
        "dataset": result["dataset"],
        "file_name": result["name"],
        "owner": contract.owner,
        "state": "open",
    }
    written = 0
    with tempfile.TemporaryDirectory(prefix="saleslake-") as folder:
        table = Path(folder, "table.parquet")
        writer = RowWriter(table, BY_NAME["quarantine"].columns)
        for batch in refused_rows(result["quarantine_key"], backend.lake):
            told = [{**same, **(mask.row(row) if mask else row), "rules": rules(row)} for row in batch]
            writer.write(told)
            written += len(told)
        writer.close()
        backend.lake.put_file(quality_key("quarantine", run_id, result["file_id"]), table)
    return written


def close_corrected(
    results: Iterable[Mapping[str, Any]], files: Mapping[str, FileAccount], backend: Backend
) -> int:
    """Mark the refused rows of files that this run's files correct as replayed; how many files that is.

    Parameters
    ----------
    results
        What Transform says of the run's files.
    files
        The files of its release.
    """
    closed = 0
    for result in results:
        item = backend.ledger.get("file", result["file_id"]) or {}
        corrected = files.get(item.get("corrects", ""))
        if corrected is not None and corrected.quarantined.rows:
            closed += _close(corrected, result["file_id"], backend)
    return closed


def _close(account: FileAccount, by: str, backend: Backend) -> bool:
    """Write a file's refused rows again with their new state; False where they are not there."""
    key = quality_key("quarantine", account.run_id, account.file_id)
    body = backend.lake.get_bytes(key)
    if body is None:
        return False
    with tempfile.TemporaryDirectory(prefix="saleslake-") as folder:
        old, new = Path(folder, "old.parquet"), Path(folder, "new.parquet")
        old.write_bytes(body)
        writer = RowWriter(new, BY_NAME["quarantine"].columns)
        for batch in read_batches(old):
            writer.write([{**row, "state": "replayed", "replayed_as": by} for row in batch])
        writer.close()
        backend.lake.put_file(key, new)
    return True


def rules(row: Mapping[str, Any]) -> str:
    """Names of the rules a row breaks, each once, in the order of its reasons."""
    return ", ".join(dict.fromkeys(reason["rule"] for reason in row["reasons"]))
