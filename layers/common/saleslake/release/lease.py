"""One run at a time: who may build and publish."""

from saleslake.aws.backend import Backend
from saleslake.aws.ledger import Lease
from saleslake.errors import LeaseLost
from saleslake.release.close import close_runs


def acquire(execution_arn: str, backend: Backend) -> Lease | None:
    """Take the lease for an execution; None while another execution that still runs holds it.

    An execution that was aborted or timed out runs no Catch and so never gives its lease back: it is taken from
    it, and the runs it left open are closed as failed.
    """
    while True:
        seen = backend.ledger.lease()
        if seen is not None and seen.execution_arn == execution_arn:
            return seen
        if seen is not None and seen.execution_arn:
            if backend.machine.is_running(seen.execution_arn):
                return None
            close_runs(seen.execution_arn, "its execution was stopped from outside", backend)
        lease = backend.ledger.take_lease(execution_arn, seen)
        if lease is not None:
            return lease


def require(lease: Lease, backend: Backend) -> None:
    """Make sure the lease is still ours.

    Raises
    ------
    LeaseLost
        It is not.
    """
    if backend.ledger.lease() != lease:
        raise LeaseLost("another run took the lease over; this one may not publish")
