"""Close runs that ended otherwise than by their Publish, and see to what they leave waiting."""

from hashlib import sha256

from saleslake.aws.backend import Backend
from saleslake.aws.ledger import Item
from saleslake.clock import now
from saleslake.history import current_release
from saleslake.release.waiting import failed_runs, waiting_files

_LOOKED_AT = 20  # runs of one execution are among the latest
ATTEMPTS_AFTER_STOP = 3


def close_runs(execution_arn: str, reason: str, backend: Backend, *, state: str = "") -> list[Item]:
    """Close the runs that an execution left open, and remember of their files that a run with them failed.

    A run whose release is out has succeeded, whatever became of its execution afterwards. Safe to repeat.

    Returns
    -------
    list of Item
        The runs that were closed as failed.
    """
    closed = []
    for run in backend.ledger.items("run", newest_first=True, limit=_LOOKED_AT):
        if run["execution_arn"] != execution_arn or run["status"] != "running":
            continue
        current = current_release(backend)
        if current is not None and current.run_id == run["sk"]:
            backend.ledger.end_run(
                run["sk"], status="succeeded", release_id=current.release_id, ended_at=now()
            )
        elif backend.ledger.end_run(
            run["sk"], status="failed", reason=reason, ended_at=now(), **({"state": state} if state else {})
        ):
            closed.append(run)
            _count_failure(run, backend)
    return closed


def start_again(
    execution_arn: str, runs: list[Item], backend: Backend, *, ordered: bool, stopped: bool
) -> bool:
    """Ask for another execution if files wait that the ended one did not try.

    Parameters
    ----------
    runs
        The runs that failed with it.
    ordered
        It was asked for something else than to load what waits, so it has tried none of them.
    stopped
        It was stopped from outside, which says nothing of its files: they are tried again, but not for ever.

    Returns
    -------
    bool
        Whether one was asked for. Each file takes part in ever more failed runs, so this comes to an end.
    """
    waiting = waiting_files(current_release(backend), backend)
    tried = {file["file_id"] for run in runs for file in run["files"]}
    least = min((failed_runs(item) for item in waiting if item["sk"] in tried), default=0)
    worth = any(
        ordered
        or (stopped and failed_runs(item) < ATTEMPTS_AFTER_STOP)
        or (item["sk"] not in tried and failed_runs(item) < least)
        for item in waiting
    )
    if worth:
        backend.machine.start(f"after-{sha256(execution_arn.encode()).hexdigest()[:16]}", {})
    return worth


def _count_failure(run: Item, backend: Backend) -> None:
    if run.get("kind", "load") != "load":
        return
    for file in run["files"]:
        item = backend.ledger.get("file", file["file_id"])
        if item is not None:
            backend.ledger.update("file", item["sk"], failed_runs=failed_runs(item) + 1)
