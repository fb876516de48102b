"""The refused rows of a run as rows of the table quarantine."""

import shutil
import tempfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from saleslake.aws.backend import Backend
from saleslake.contracts.loader import load_contract
from saleslake.formats.rows import RowWriter, read_batches
from saleslake.quality.masking import Mask, file_header
from saleslake.quality.tables import BY_NAME
from saleslake.zones import quality_key

type Row = dict[str, Any]


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
        rows, table = Path(folder, "rows.parquet"), Path(folder, "table.parquet")
        with backend.lake.open(result["quarantine_key"]) as stream, rows.open("wb") as copy:
            shutil.copyfileobj(stream, copy)
        writer = RowWriter(table, BY_NAME["quarantine"].columns)
        for batch in read_batches(rows):
            told = [{**same, **(mask.row(row) if mask else row), "rules": rules(row)} for row in batch]
            writer.write(told)
            written += len(told)
        writer.close()
        backend.lake.put_file(quality_key("quarantine", run_id, result["file_id"]), table)
    return written


def rules(row: Mapping[str, Any]) -> str:
    """Names of the rules a row breaks, each once, in the order of its reasons."""
    return ", ".join(dict.fromkeys(reason["rule"] for reason in row["reasons"]))
