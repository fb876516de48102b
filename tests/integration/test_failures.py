"""A failed run changes nothing that readers see, and nothing of it is in any later release."""

import pytest

from datagen.amazon_orders.derive import split
from datagen.compare import compare
from tests.integration.lake import total, wait_for
from tests.oracle.amazon import answers

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def loaded(lake, reports):
    """A lake with one release."""
    first = reports(3_000, 41)
    lake.load(first)
    return first


def test_a_run_that_fails_after_building_leaves_no_row_anywhere(lake, loaded, reports):
    before, release = lake.analytics()["data"], lake.release()["release_id"]
    with lake.without_statement("ReconcileFunctionRole", "RecordRun"):
        (delivery,) = lake.load(reports(2_000, 42))
        failed = lake.items("run")[-1]
    assert failed["status"] == "failed"
    assert failed["state"] == "Reconcile"
    assert "AccessDenied" in failed["reason"]
    assert lake.release()["release_id"] == release
    assert lake.analytics()["data"] == before
    built = f"SELECT COUNT(*) FROM fact_sales WHERE source_file = '{delivery['file_id']}'"
    assert lake.query(built, "BuildDatabaseName") != [["0"]], "the failed run did commit to the build table"
    assert lake.query(built) == [["0"]]

    lake.run_by_hand()
    assert lake.release()["parent"] == release
    rows = f"SELECT COUNT(*) FROM amazon_orders_latest WHERE run_id = '{failed['sk']}'"
    for database in ("DatabaseName", "BuildDatabaseName"):
        assert lake.query(rows, database) == [["0"]]
    assert total(lake.release()["files"].values(), "published") == 5_000


def test_after_a_rollback_nothing_of_the_withdrawn_release_is_left(lake, loaded, reports):
    target = lake.release()["release_id"]
    before = lake.analytics()["data"]
    (delivery,) = lake.load(reports(1_500, 43))
    withdrawn = lake.release()["release_id"]
    assert withdrawn != target
    assert lake.rollback(target)["status"] == "SUCCEEDED"
    assert lake.release()["release_id"] == target
    assert lake.analytics()["data"] == before
    lake.load(reports(1_000, 44))
    assert delivery["file_id"] not in lake.release()["files"]
    for database in ("DatabaseName", "BuildDatabaseName"):
        rows = f"SELECT COUNT(*) FROM fact_sales WHERE source_file = '{delivery['file_id']}'"
        assert lake.query(rows, database) == [["0"]]


def test_a_rollback_asked_for_while_a_run_is_going_waits_for_its_turn(lake, loaded, reports):
    target = lake.release()["release_id"]
    lake.drop(reports(2_000, 49))
    wait_for(lambda: (lake.item("lease", "lease") or {}).get("execution_arn"), "the lease to be taken", 60)
    assert lake.rollback(target)["status"] == "SUCCEEDED"
    assert lake.release()["release_id"] == target


def test_twenty_files_within_a_minute_are_all_in_a_release_without_another_event(
    lake, loaded, reports, tmp_path
):
    report = reports(4_000, 45)
    runs = len(lake.items("run"))
    parts = split(report, tmp_path / "parts", 20)
    deliveries = [lake.drop(path) for path in parts[:15]]
    wait_for(lambda: lake.executions("RUNNING") and len(lake.items("run")) > runs, "a run to be going", 60)
    deliveries += [lake.drop(path) for path in parts[15:]]
    for delivery in deliveries:
        assert lake.delivered(delivery, 60)["outcome"] == "accepted"
    lake.settle()
    files = lake.release()["files"]
    assert all(lake.delivered(delivery)["file_id"] in files for delivery in deliveries)
    assert len(lake.items("run")) - runs <= 5, "a burst gives few runs"


def test_readers_see_the_old_numbers_while_a_build_runs(lake, loaded, reports):
    before = lake.query("SELECT COUNT(*) FROM fact_sales")
    release = lake.release()["release_id"]
    lake.drop(reports(20_000, 46))
    seen = []
    while lake.release()["release_id"] == release:
        counted = lake.query("SELECT COUNT(*) FROM fact_sales")
        if lake.release()["release_id"] == release and lake.items("run")[-1].get("state") != "Reconcile":
            seen.append(counted)
    assert seen
    assert all(counted == before for counted in seen)
    lake.settle()


def test_two_deaths_of_the_lease_holder_do_not_stop_the_next_run(lake, loaded, reports):
    states = lake.client("stepfunctions")
    delivery = lake.drop(reports(1_000, 47))
    running = wait_for(lambda: lake.executions("RUNNING"), "a run", 60)
    wait_for(lambda: (lake.item("lease", "lease") or {}).get("execution_arn"), "the lease to be taken", 60)
    for execution in running:
        states.stop_execution(executionArn=execution["executionArn"], error="Killed", cause="by the test")
    lake.settle()
    lake.run_by_hand()
    assert lake.delivered(delivery)["file_id"] in lake.release()["files"]


def test_a_refused_file_alerts_and_never_starts_a_run(lake, loaded, tmp_path):
    runs = len(lake.items("run"))
    broken = tmp_path / "broken.csv"
    broken.write_text("a,b,c\n1,2,3\n")
    delivery = lake.delivered(lake.drop(broken))
    assert delivery["outcome"] == "refused"
    assert delivery["reasons"]
    lake.settle()
    assert len(lake.items("run")) == runs


def test_after_all_this_the_answer_is_that_of_an_independent_reading(lake, loaded, reports, tmp_path):
    lake.load(reports(3_000, 48))
    bodies = [lake.raw_text(file_id).split("\n", 1) for file_id in lake.release()["files"]]
    merged = tmp_path / "merged.csv"
    merged.write_text(bodies[0][0] + "\n" + "".join(body for _, body in bodies))
    assert compare(lake.analytics(), answers(merged)) == []
