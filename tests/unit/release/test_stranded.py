"""Files that wait are taken along, whatever became of the run before: failed, stopped, or one of very many."""

import pytest

from saleslake.release import waiting
from saleslake.release.abandon import Ending, Failure, abandon, clean_up
from saleslake.release.plan import ROUNDS, PlanRequest, plan

from .conftest import arrive
from .steps import manifest, planned, publish_run

ORDER = "2026-01-01T00:00:00.{:06}Z|landing/a.csv|1"


def fail(backend, run, execution="execution-1", **more):
    """The failure path of an execution."""
    failure = Failure(
        execution_arn=execution, state="BuildWarehouse", run_id=run.run_id, Error="Boom", Cause="x", **more
    )
    abandon(failure, backend)


def test_a_retry_of_plan_opens_the_same_run(backend):
    arrive(backend, "a")
    request = PlanRequest(execution_arn="execution-1", entered_at="2026-01-15T09:31:00.412Z")
    first, second = plan(request, backend), plan(request, backend)
    assert first == second
    assert [run["sk"] for run in backend.ledger.items("run")] == [first.run_id]
    assert first.run_id.startswith("20260115T093100Z-")


def test_a_failed_run_starts_another_for_files_it_did_not_try(backend):
    arrive(backend, "a", ORDER.format(1))
    run = planned(backend)
    arrive(backend, "b", ORDER.format(2))
    fail(backend, run)
    ((_, body),) = backend.machine.started
    assert body == {}
    assert set(manifest(backend, planned(backend, "execution-2"))) == {"b"}, (
        "not the one that has just failed"
    )


def test_files_beside_those_that_were_held_for_their_score_are_loaded_at_once(backend):
    for name in ("bad", "good"):
        arrive(backend, name)
    run = planned(backend, "execution-1")
    backend.ledger.update("file", "bad", state="held")
    failure = Failure(execution_arn="execution-1", state="Score", run_id=run.run_id, Error="ScoreBelowGate")
    abandon(failure, backend)
    assert len(backend.machine.started) == 1


def test_a_failed_run_that_tried_all_files_starts_no_other(backend):
    arrive(backend, "a")
    fail(backend, planned(backend))
    assert backend.machine.started == []


def test_a_failure_path_that_is_repeated_counts_and_starts_once(backend):
    arrive(backend, "a")
    run = planned(backend)
    for _ in range(2):
        fail(backend, run)
    assert backend.ledger.get("file", "a")["failed_runs"] == 1


def test_one_file_that_no_run_survives_is_found_out_and_all_others_are_loaded(backend, monkeypatch):
    """Each delivery or night starts an execution; each execution goes on while there is something it did not try."""
    monkeypatch.setattr(waiting, "FILES_PER_RUN", 16)
    names = [f"{number:03}" for number in range(20)]
    for number, name in enumerate(names):
        arrive(backend, name, ORDER.format(number))
    loaded, executions = set(), 0
    for _night in range(6):
        backend.machine.started = [("night", {})]
        while backend.machine.started:
            backend.machine.started.clear()
            executions += 1
            for number in range(ROUNDS):
                request = PlanRequest(execution_arn=f"execution-{executions}", round=number)
                run = plan(request, backend)
                if run.action == "nothing":
                    break
                files = set(manifest(backend, run))
                if "007" in files:
                    fail(backend, run, f"execution-{executions}")
                    break
                loaded |= files
                publish_run(backend, run, execution=f"execution-{executions}", snapshot_id=executions)
    assert loaded == set(names) - {"007"}
    assert executions < 40


@pytest.mark.parametrize(
    ("order", "started"),
    [({"rollback": "r-of-nowhere"}, 1), ("nonsense", 1), ({}, 0), ({"start_at": "2026-01-15T09:31:00Z"}, 0)],
)
def test_an_execution_that_failed_over_its_order_leaves_no_file_waiting(backend, order, started):
    arrive(backend, "a")
    failure = Failure(execution_arn="execution-1", state="Plan", Error="Boom", Cause="x", order=order)
    abandon(failure, backend)
    assert len(backend.machine.started) == started


def test_an_execution_that_was_stopped_is_cleaned_up_after_and_tried_again(backend):
    arrive(backend, "a")
    run = planned(backend)
    ending = Ending(executionArn="execution-1", status="ABORTED", cause="by hand")
    assert clean_up(ending, backend)
    assert backend.ledger.get("run", run.run_id)["status"] == "failed"
    assert backend.ledger.lease().execution_arn == ""
    assert "ABORTED" in backend.alerts.messages[0][0]
    assert len(backend.machine.started) == 1
    assert not clean_up(ending, backend), "told twice, it is done once"
    assert len(backend.alerts.messages) == 1


def test_an_execution_that_was_stopped_before_it_planned_leaves_no_file_waiting(backend):
    arrive(backend, "a")
    assert not clean_up(Ending(executionArn="execution-1", status="ABORTED"), backend)
    assert len(backend.machine.started) == 1
    assert backend.alerts.messages == []


def test_an_execution_that_is_stopped_again_and_again_is_not_started_for_ever(backend):
    arrive(backend, "a")
    for number in range(5):
        planned(backend, f"execution-{number}")
        clean_up(Ending(executionArn=f"execution-{number}", status="TIMED_OUT"), backend)
    assert len(backend.machine.started) == 2


def test_an_ending_that_left_nothing_behind_is_no_news(backend):
    arrive(backend, "a")
    run = planned(backend)
    fail(backend, run)
    told = len(backend.alerts.messages)
    assert not clean_up(Ending(executionArn="execution-1", status="FAILED"), backend)
    assert len(backend.alerts.messages) == told


def test_a_run_whose_release_is_out_has_succeeded_however_its_execution_ended(backend, monkeypatch):
    arrive(backend, "a")
    run = planned(backend)
    with monkeypatch.context() as patched, pytest.raises(TimeoutError):
        patched.setattr(backend.ledger, "wait_for_readers", cut_off)
        publish_run(backend, run)
    clean_up(Ending(executionArn="execution-1", status="ABORTED"), backend)
    assert backend.ledger.get("run", run.run_id)["status"] == "succeeded"


def test_an_execution_with_a_long_history_hands_over_to_a_fresh_one(backend):
    arrive(backend, "a")
    assert plan(PlanRequest(execution_arn="execution-1", round=ROUNDS), backend).action == "nothing"
    assert backend.ledger.lease().execution_arn == ""
    assert [body for _, body in backend.machine.started] == [{}]


def cut_off():
    raise TimeoutError
