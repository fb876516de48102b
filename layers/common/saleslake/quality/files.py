"""Look at the files of a run before any row is read, and score them."""

import gzip
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from saleslake.aws.backend import Backend
from saleslake.clock import FORMAT
from saleslake.contracts.loader import load_contract
from saleslake.contracts.refusal import FileRefusal
from saleslake.history import RunFiles
from saleslake.quarantine import refuse_accepted_file
from saleslake.zones import run_checks_key

type CheckName = Literal["exists", "size", "fresh", "readable"]

# A file that is gone or cannot be read falls below the gate alone; a small or late one does not.
WEIGHTS: dict[CheckName, int] = {"exists": 40, "readable": 40, "size": 10, "fresh": 10}
GATE = 80
SMALLEST_USUAL_SIZE = 1024
_AT_ONCE = 16
_MAGIC = {"parquet": b"PAR1", "avro": b"Obj\x01"}


class FileCheck(BaseModel):
    """One check of one file."""

    model_config = ConfigDict(frozen=True)

    file_id: str
    name: CheckName
    passed: bool
    detail: str = ""


class CheckReport(BaseModel):
    """Score 0 to 100 of the run's files, how many go on, and how many were refused."""

    model_config = ConfigDict(frozen=True)

    score: int
    passed: bool
    files: int
    refused: int


def score(checks: Sequence[FileCheck]) -> int:
    """Weigh checks into a score of 0 to 100; 100 when there are none: nothing to load is not a failure."""
    if not checks:
        return 100
    earned = sum(WEIGHTS[check.name] for check in checks if check.passed)
    return round(100 * earned / sum(WEIGHTS[check.name] for check in checks))


def check_files(request: RunFiles, backend: Backend) -> CheckReport:
    """Check every file of the run's manifest.

    A file that alone scores below the gate is refused and taken off the manifest, so that it does not stop every
    run to come; the run's score still counts it.
    """
    manifest: list[dict[str, Any]] = backend.lake.get_json(request.manifest_key)
    checks: list[FileCheck] = []
    kept = []
    with ThreadPoolExecutor(
        _AT_ONCE, thread_name_prefix="check"
    ) as threads:  # each waits for S3 most of the time
        looked_at = list(threads.map(lambda entry: _check(entry, backend), manifest))
    for entry, own in zip(manifest, looked_at, strict=True):
        checks.extend(own)
        if score(own) >= GATE:
            kept.append(entry)
        else:
            refuse_accepted_file(entry["file_id"], _refusals(own), backend)
    told = {"files": manifest, "checks": [check.model_dump() for check in checks]}
    backend.lake.put_json(run_checks_key(request.run_id), told)
    if len(kept) < len(manifest):
        backend.lake.put_json(request.manifest_key, kept)
    total = score(checks)
    backend.ledger.update("run", request.run_id, state="CheckFiles", score=total)
    return CheckReport(score=total, passed=total >= GATE, files=len(kept), refused=len(manifest) - len(kept))


def _check(entry: dict[str, Any], backend: Backend) -> list[FileCheck]:
    file_id = entry["file_id"]

    def result(name: CheckName, passed: bool, detail: str) -> FileCheck:
        return FileCheck(file_id=file_id, name=name, passed=passed, detail="" if passed else detail)

    head = backend.lake.head(entry["raw_key"])
    if head is None:
        return [result(name, False, f"{entry['raw_key']} is not in the lake") for name in WEIGHTS]
    landed = datetime.strptime(entry["landing_order"].split("|")[0], FORMAT).replace(tzinfo=UTC)
    freshest = timedelta(hours=load_contract(entry["dataset"]).freshness_hours)
    return [
        result("exists", True, ""),
        result("readable", *_readable(entry, backend)),
        result("size", head.size > SMALLEST_USUAL_SIZE, f"{head.size} bytes"),
        result("fresh", datetime.now(UTC) - landed <= freshest, f"landed at {landed:%Y-%m-%d %H:%M} UTC"),
    ]


def _readable(entry: dict[str, Any], backend: Backend) -> tuple[bool, str]:
    """Whether the file's first block is that of the format it was accepted with."""
    file_format = entry["format"]
    magic = _MAGIC.get(file_format.get("kind", "csv"))
    with backend.lake.open(entry["raw_key"]) as stream:
        try:
            block = (
                gzip.GzipFile(fileobj=stream).read(65536)
                if file_format["compression"]
                else stream.read(65536)
            )
            if magic is not None:
                return block.startswith(magic), "it does not begin as its format does"
            block.rpartition(b"\n")[0].decode(file_format["encoding"])
        except (OSError, EOFError, UnicodeDecodeError) as error:
            return False, str(error)
    return True, ""


def _refusals(checks: Sequence[FileCheck]) -> list[FileRefusal]:
    return [
        FileRefusal(code=f"file_{check.name}", message=f"the check {check.name!r} failed", value=check.detail)
        for check in checks
        if not check.passed
    ]
