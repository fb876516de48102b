"""First step of every run: take the lease, restore the tables, decide what there is to do."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from saleslake.aws.backend import Backend
from saleslake.aws.ledger import Item, Lease
from saleslake.history import Release, current_release
from saleslake.release.expire import expire
from saleslake.release.lease import acquire
from saleslake.release.maintain import maintenance
from saleslake.release.order import Expire, Order
from saleslake.release.requested import loaded_files, replay
from saleslake.release.restore import restore
from saleslake.release.run import open_run, run_id, write_statements
from saleslake.release.waiting import next_files, waiting_files

# The history of an execution holds 25,000 events, and a round over many months takes some thousand of them.
# https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
ROUNDS = 8


class PlanRequest(BaseModel):
    """Which execution asks, what it was told to do, how many rounds it has done, and since when it asks."""

    model_config = ConfigDict(frozen=True)

    execution_arn: str
    order: Any = {}
    round: int = 0
    entered_at: str = ""


class Plan(BaseModel):
    """What an execution of the pipeline is to do next; what does not apply is empty."""

    model_config = ConfigDict(frozen=True)

    action: Literal["load", "maintain", "rollback", "nothing", "busy"]
    run_id: str = ""
    token: int = 0
    files: int = 0
    manifest_key: str = ""
    rollback: str = ""
    wait: bool = False
    """Whether a busy lease has to be waited for: nobody else does what was asked for."""
    levels: list[list[dict[str, str]]] = []
    """Statements to run before the files are merged, or instead of it."""


def plan(request: PlanRequest, backend: Backend) -> Plan:
    """Decide what the execution does next.

    ``busy``: another execution holds the lease; it plans again before it ends, so it takes what waits now.
    ``nothing``: no file waits, and the lease is given back. A file that arrived between the last look and giving
    the lease back would be missed by whoever found the lease held, hence the second look after it.

    Raises
    ------
    InvalidParameter, UnknownFile
        The order cannot be carried out; says why.
    """
    order = Order.read(request.order)
    while True:
        lease = acquire(request.execution_arn, backend)
        if lease is None:
            return Plan(action="busy", wait=order.asks)
        release = current_release(backend)
        restore(release, backend)
        if order.rollback:
            return Plan(action="rollback", rollback=order.rollback, token=lease.token)
        if order.expire:
            expire(order.expire, backend)
        if order.replay:
            replay(order.replay, request.execution_arn, backend)
        planned = _on_release(order, request, lease, release, backend) if release else None
        waiting = waiting_files(release, backend)
        if planned is None and waiting and request.round < ROUNDS:
            planned = _open("load", next_files(waiting), request, lease, backend)
        if planned is not None:
            return planned
        backend.ledger.release_lease(lease)
        if waiting:
            backend.machine.start(f"on-{run_id(request.execution_arn, request.entered_at)}", {})
            return Plan(action="nothing")
        if not waiting_files(release, backend):
            return Plan(action="nothing")


def _on_release(
    order: Order, request: PlanRequest, lease: Lease, release: Release, backend: Backend
) -> Plan | None:
    """The run that an order makes of what is published; None when it makes none."""
    if order.maintain:
        expire(Expire(days=backend.settings.release_days), backend)
        return _open("maintain", [], request, lease, backend, maintenance(release, backend))
    if order.rebuild:
        # not back to how they were created: readers still need the snapshots of these tables' histories
        filled = (name for name, version in release.tables.items() if version.snapshot_id)
        clear = {name: f"DELETE FROM {name}" for name in filled}  # noqa: S608 - names of the release's own tables
        return _open("rebuild", loaded_files(release, backend), request, lease, backend, [clear])
    if order.range:
        return _open("backfill", loaded_files(release, backend, order.range), request, lease, backend)
    return None


def _open(
    kind: str,
    files: Sequence[Item],
    request: PlanRequest,
    lease: Lease,
    backend: Backend,
    levels: Sequence[dict[str, str]] = (),
) -> Plan | None:
    if not files and not any(levels):
        return None
    name = run_id(request.execution_arn, request.entered_at)
    return Plan(
        action="load" if files else "maintain",
        run_id=name,
        token=lease.token,
        files=len(files),
        manifest_key=open_run(name, lease.execution_arn, files, backend, kind=kind),
        levels=write_statements(name, levels, backend),
    )
