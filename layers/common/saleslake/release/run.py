"""Open a run: its name, its manifest, its item in the ledger."""

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from saleslake.aws.backend import Backend
from saleslake.aws.ledger import Item
from saleslake.clock import now
from saleslake.zones import ordered_statement_key, run_manifest_key

# An item of DynamoDB holds 400 KB; a rebuild may have thousands of files. The manifest names them all.
FILES_LISTED = 200


def run_id(execution_arn: str, entered_at: str) -> str:
    """Name of the run that one visit of an execution to Plan opens; a retry of that visit opens the same run."""
    entered = datetime.fromisoformat(entered_at) if entered_at else datetime.now(UTC)
    digits = sha256(f"{execution_arn}|{entered.isoformat()}".encode()).hexdigest()[:6]
    return f"{entered.astimezone(UTC):%Y%m%dT%H%M%SZ}-{digits}"


def open_run(
    name: str, execution_arn: str, files: Sequence[Item], backend: Backend, *, kind: str = "load"
) -> str:
    """Write manifest and ledger item of a run; the manifest's key."""
    key = run_manifest_key(name)
    backend.lake.put_json(key, [_transform_request(name, item) for item in files])
    listed = [{"file_id": f["sk"], "name": f["name"], "dataset": f["dataset"]} for f in files[:FILES_LISTED]]
    backend.ledger.put(
        "run",
        name,
        {
            "execution_arn": execution_arn,
            "kind": kind,
            "status": "running",
            "state": "Plan",
            "started_at": now(),
            "file_count": len(files),
            "files": listed,
        },
    )
    return key


def write_statements(
    name: str, levels: Sequence[dict[str, str]], backend: Backend
) -> list[list[dict[str, str]]]:
    """Keep statements where BuildWarehouse reads them.

    Parameters
    ----------
    levels
        Statement by table; the statements of one level may run together.

    Returns
    -------
    list of list of {name, key}
        What the build goes through.
    """
    written = []
    for position, level in enumerate(levels):
        entries = []
        for table, text in level.items():
            key = ordered_statement_key(name, position, table)
            backend.lake.put_text(key, text)
            entries.append({"name": table, "key": key})
        written.append(entries)
    return [entries for entries in written if entries]


def _transform_request(name: str, item: Item) -> dict[str, Any]:
    fields = ("dataset", "name", "raw_key", "landing_order", "format")
    added = {"added": item["added"]} if item.get("added") else {}
    return {"run_id": name, "file_id": item["sk"], **{field: item[field] for field in fields}, **added}
