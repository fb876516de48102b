"""A whole run in one call, as the state machine takes it from step to step."""

from saleslake.release.plan import PlanRequest, plan
from saleslake.release.publish import PublishRequest, publish
from saleslake.release.rollback import RollbackRequest, roll_back

from .conftest import account, commit


def planned(backend, execution="execution-1", **order):
    """What Plan says to an execution with this input."""
    return plan(PlanRequest(execution_arn=execution, order=order), backend)


def manifest(backend, run):
    """Landing order by file id of a planned run."""
    return {entry["file_id"]: entry["landing_order"] for entry in backend.lake.get_json(run.manifest_key)}


def publish_run(backend, run, *, execution="execution-1", days=("2022-06-01", "2022-06-29"), **committed):
    """Build and publish a planned run; the release's id."""
    commit(backend, run.run_id, **{"snapshot_id": 1, **committed})
    account(backend, run.run_id, *manifest(backend, run), days=days)
    request = PublishRequest(run_id=run.run_id, execution_arn=execution, token=run.token)
    return publish(request, backend).release_id


def finish(backend, run, *, execution="execution-1", **built):
    """Build and publish a planned run, and end its execution; the release's id."""
    release = publish_run(backend, run, execution=execution, **built)
    assert planned(backend, execution).action == "nothing"
    return release


def go_back(backend, release_id, execution="execution-back"):
    """A whole rollback."""
    run = planned(backend, execution, rollback=release_id)
    roll_back(RollbackRequest(rollback=release_id, execution_arn=execution, token=run.token), backend)
    assert planned(backend, execution).action == "nothing"
