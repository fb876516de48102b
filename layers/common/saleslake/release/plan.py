"""First step of every run: take the lease, restore the tables, decide what there is to do."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from saleslake.aws.backend import Backend
from saleslake.aws.ledger import Item, Lease
from saleslake.clock import new_run_id, now
from saleslake.history import Release, current_release
from saleslake.release.lease import acquire
from saleslake.release.restore import restore
from saleslake.zones import run_manifest_key

# Items of DynamoDB (400 KB) and payloads of Step Functions (256 KiB) have limits; what is left waits for the next plan.
FILES_PER_RUN = 200


class PlanRequest(BaseModel):
    """Which execution asks, and what it was told to do: nothing means load whatever waits."""

    model_config = ConfigDict(frozen=True)

    execution_arn: str
    rollback: str = ""


class Plan(BaseModel):
    """What an execution of the pipeline is to do next; empty strings where a field does not apply."""

    model_config = ConfigDict(frozen=True)

    action: Literal["load", "rollback", "nothing", "busy"]
    run_id: str = ""
    token: int = 0
    files: int = 0
    manifest_key: str = ""


def plan(request: PlanRequest, backend: Backend) -> Plan:
    """Decide what the execution does next.

    ``busy``: another execution holds the lease; it plans again before it ends, so it takes what waits now.
    ``nothing``: no file waits, and the lease is given back. A file that arrived between the last look and giving
    the lease back would be missed by whoever found the lease held, hence the second look after it.
    """
    while True:
        lease = acquire(request.execution_arn, backend)
        if lease is None:
            return Plan(action="busy")
        release = current_release(backend)
        restore(release, backend)
        if request.rollback:
            return Plan(action="rollback", token=lease.token)
        files = waiting_files(release, backend)[:FILES_PER_RUN]
        if files:
            return _open_run(files, lease, backend)
        backend.ledger.release_lease(lease)
        if not waiting_files(release, backend):
            return Plan(action="nothing")


def waiting_files(release: Release | None, backend: Backend) -> list[Item]:
    """Accepted files that are in no ancestor of the current release, in the order they landed."""
    loaded = release.files if release else {}
    files = [
        item for item in backend.ledger.items("file") if item["state"] == "raw" and item["sk"] not in loaded
    ]
    return sorted(files, key=lambda item: str(item["landing_order"]))


def _open_run(files: list[Item], lease: Lease, backend: Backend) -> Plan:
    run_id = new_run_id()
    manifest_key = run_manifest_key(run_id)
    backend.lake.put_json(manifest_key, [_transform_request(run_id, item) for item in files])
    backend.ledger.put(
        "run",
        run_id,
        {
            "execution_arn": lease.execution_arn,
            "status": "running",
            "state": "Plan",
            "started_at": now(),
            "files": [{"file_id": f["sk"], "name": f["name"], "dataset": f["dataset"]} for f in files],
        },
    )
    return Plan(action="load", run_id=run_id, token=lease.token, files=len(files), manifest_key=manifest_key)


def _transform_request(run_id: str, item: Item) -> dict[str, Any]:
    fields = ("dataset", "name", "raw_key", "landing_order", "format")
    return {"run_id": run_id, "file_id": item["sk"], **{field: item[field] for field in fields}}
