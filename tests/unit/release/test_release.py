"""A failed run changes nothing that readers see; publish, restore and rollback survive being cut off anywhere."""

import pytest

from saleslake.aws.ledger import Lease
from saleslake.errors import LeaseLost, UnknownRelease
from saleslake.release.abandon import Failure, abandon
from saleslake.release.plan import PlanRequest, plan
from saleslake.release.publish import PublishRequest, publish
from saleslake.release.rollback import RollbackRequest, roll_back

from .conftest import account, arrive, commit, pointers


def run(backend, file_id, *, execution="execution-1", snapshot_id=1):
    """One undisturbed run over one new file; returns its release id."""
    arrive(backend, file_id)
    planned = plan(PlanRequest(execution_arn=execution), backend)
    assert planned.action == "load"
    commit(backend, planned.run_id, snapshot_id)
    account(backend, planned.run_id, file_id)
    published = publish(request(planned, execution), backend)
    assert plan(PlanRequest(execution_arn=execution), backend).action == "nothing"
    return published.release_id


def request(planned, execution="execution-1"):
    return PublishRequest(run_id=planned.run_id, execution_arn=execution, token=planned.token)


def test_nothing_waiting_gives_the_lease_back(backend):
    assert plan(PlanRequest(execution_arn="execution-1"), backend).action == "nothing"
    assert backend.ledger.lease().execution_arn == ""


def test_a_run_takes_the_files_that_wait_in_the_order_they_landed(backend):
    arrive(backend, "later", "2026-01-02T00:00:00.000000Z|landing/a.csv|1")
    arrive(backend, "earlier", "2026-01-01T00:00:00.000000Z|landing/z.csv|9")
    arrive(backend, "refused", state="refused")
    arrive(backend, "held", state="held")
    planned = plan(PlanRequest(execution_arn="execution-1"), backend)
    manifest = backend.lake.get_json(planned.manifest_key)
    assert [entry["file_id"] for entry in manifest] == ["earlier", "later"]
    assert manifest[0]["run_id"] == planned.run_id


def test_a_second_execution_finds_the_lease_taken_while_the_first_runs(backend):
    arrive(backend, "a")
    backend.machine.running = {"execution-1"}
    assert plan(PlanRequest(execution_arn="execution-1"), backend).action == "load"
    assert plan(PlanRequest(execution_arn="execution-2"), backend).action == "busy"


def test_a_lease_whose_holder_died_is_taken_over_and_its_run_closed(backend):
    arrive(backend, "a")
    dead = plan(PlanRequest(execution_arn="execution-1"), backend)
    heir = plan(PlanRequest(execution_arn="execution-2"), backend)
    assert heir.action == "load"
    assert heir.token > dead.token
    assert backend.ledger.get("run", dead.run_id)["status"] == "failed"
    with pytest.raises(LeaseLost):
        publish(request(dead), backend)


def test_what_a_failed_run_committed_is_gone_from_the_next_build(backend):
    release_id = run(backend, "a")
    arrive(backend, "b")
    failed = plan(PlanRequest(execution_arn="execution-2"), backend)
    commit(backend, "half-done", 2)
    failure = Failure(
        execution_arn="execution-2", state="Reconcile", run_id=failed.run_id, Error="Boom", Cause="x"
    )
    abandon(failure, backend)
    assert pointers(backend).sales_build == "half-done"
    planned = plan(PlanRequest(execution_arn="execution-3"), backend)
    assert planned.action == "load"
    assert pointers(backend).sales_build == pointers(backend).sales == release_id.removeprefix("r-")


def test_publishing_moves_readers_and_lists_every_file(backend):
    first = run(backend, "a", snapshot_id=9007199254740993)
    second = run(backend, "b", snapshot_id=2)
    document = backend.lake.get_json(f"releases/{second}.json")
    assert document["parent"] == first
    assert set(document["files"]) == {"a", "b"}
    assert (
        backend.lake.get_json(f"releases/{first}.json")["tables"]["fact_sales"]["snapshot_id"]
        == "9007199254740993"
    )
    assert pointers(backend).sales == second.removeprefix("r-")
    assert backend.ledger.get("run", second.removeprefix("r-"))["status"] == "succeeded"


def test_publishing_again_after_a_crash_ends_in_the_same_release(backend):
    arrive(backend, "a")
    planned = plan(PlanRequest(execution_arn="execution-1"), backend)
    commit(backend, planned.run_id, 1)
    account(backend, planned.run_id, "a")
    first = publish(request(planned), backend)
    assert publish(request(planned), backend) == first
    assert len([item for item in backend.ledger.items("release") if item["sk"] != "current"]) == 1


def test_a_publish_cut_off_before_the_flip_is_undone_by_the_next_run(backend, monkeypatch):
    release_id = run(backend, "a")
    arrive(backend, "b")
    planned = plan(PlanRequest(execution_arn="execution-2"), backend)
    commit(backend, planned.run_id, 2)
    account(backend, planned.run_id, "b")

    def killed(*_args, **_kwargs):
        raise TimeoutError

    monkeypatch.setattr(backend.ledger, "publish", killed)
    with pytest.raises(TimeoutError):
        publish(request(planned, "execution-2"), backend)
    assert pointers(backend).sales == planned.run_id
    assert backend.ledger.current().release_id == release_id
    again = plan(PlanRequest(execution_arn="execution-3"), backend)
    assert again.action == "load"
    assert pointers(backend).sales == release_id.removeprefix("r-")


def test_rolling_back_holds_the_files_of_what_is_withdrawn(backend):
    first = run(backend, "a")
    second = run(backend, "b", snapshot_id=2)
    third = run(backend, "c", snapshot_id=3)
    planned = plan(PlanRequest(execution_arn="execution-9", order={"rollback": first}), backend)
    assert planned.action == "rollback"
    back = RollbackRequest(rollback=first, execution_arn="execution-9", token=planned.token)
    rolled = roll_back(back, backend)
    assert rolled.release_id == first
    assert rolled.withdrawn == [third, second]
    assert rolled.files_held == 2
    assert backend.ledger.current().release_id == first
    assert pointers(backend).sales == pointers(backend).sales_build == first.removeprefix("r-")
    assert backend.ledger.get("release", third)["status"] == "withdrawn"
    assert roll_back(back, backend).release_id == first, "a retry ends the same way"
    assert plan(PlanRequest(execution_arn="execution-9"), backend).action == "nothing", (
        "held files do not come back"
    )


def test_a_release_off_the_line_is_no_place_to_go_back_to(backend):
    first = run(backend, "a")
    withdrawn = run(backend, "b", snapshot_id=2)
    planned = plan(PlanRequest(execution_arn="execution-9", order={"rollback": first}), backend)
    roll_back(RollbackRequest(rollback=first, execution_arn="execution-9", token=planned.token), backend)
    for target in (withdrawn, "r-of-nowhere"):
        with pytest.raises(UnknownRelease):
            roll_back(
                RollbackRequest(rollback=target, execution_arn="execution-9", token=planned.token), backend
            )
    assert backend.ledger.current().release_id == first


def test_the_failure_path_tells_people_and_frees_the_lease(backend):
    arrive(backend, "a")
    planned = plan(PlanRequest(execution_arn="execution-1"), backend)
    cause = '{"errorType": "DoesNotReconcile", "errorMessage": "a.csv: read 3 rows, but 2"}'
    reason = abandon(
        Failure(
            execution_arn="execution-1",
            state="Reconcile",
            run_id=planned.run_id,
            Error="DoesNotReconcile",
            Cause=cause,
        ),
        backend,
    )
    assert reason == "Reconcile: DoesNotReconcile: a.csv: read 3 rows, but 2"
    ((subject, message),) = backend.alerts.messages
    assert "Reconcile" in subject
    assert "a.csv: read 3 rows" in message
    assert backend.ledger.get("run", planned.run_id)["reason"] == reason
    assert backend.ledger.lease() == Lease("", planned.token + 1)


def test_a_file_that_arrives_as_the_lease_is_given_back_is_still_seen(backend, monkeypatch):
    give_back = backend.ledger.release_lease

    def and_a_file_arrives(lease):
        give_back(lease)
        arrive(backend, "late")

    monkeypatch.setattr(backend.ledger, "release_lease", and_a_file_arrives)
    planned = plan(PlanRequest(execution_arn="execution-1"), backend)
    assert planned.action == "load"
    assert [entry["file_id"] for entry in backend.lake.get_json(planned.manifest_key)] == ["late"]


def test_a_backlog_is_cut_into_runs_of_bounded_size(backend):
    for number in range(205):
        arrive(backend, f"{number:03}", f"2026-01-01T00:00:00.{number:06}Z|landing/a.csv|1")
    planned = plan(PlanRequest(execution_arn="execution-1"), backend)
    manifest = backend.lake.get_json(planned.manifest_key)
    assert [entry["file_id"] for entry in manifest] == [f"{number:03}" for number in range(200)]


@pytest.mark.parametrize(
    ("error", "states"),
    [("Sandbox.Timedout", ["raw", "refused"]), ("AccessDenied", ["raw", "raw"])],
)
def test_a_file_that_outgrows_the_transform_twice_does_not_stop_every_run_to_come(backend, error, states):
    arrive(backend, "big")
    seen = []
    for number in range(2):
        plan(PlanRequest(execution_arn=f"execution-{number}"), backend)
        failure = Failure(
            execution_arn=f"execution-{number}", state="Transform", file_id="big", Error=error, Cause="900 s"
        )
        abandon(failure, backend)
        seen.append(backend.ledger.get("file", "big")["state"])
    assert seen == states


def test_what_is_published_is_what_was_audited_whatever_was_committed_since(backend):
    arrive(backend, "a")
    planned = plan(PlanRequest(execution_arn="execution-1"), backend)
    commit(backend, "audited", 1)
    account(backend, planned.run_id, "a")
    commit(backend, "of a query that outlived its run", 2)
    publish(request(planned), backend)
    assert pointers(backend).sales == "audited"
