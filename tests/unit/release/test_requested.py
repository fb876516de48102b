"""Backfill, replay and rebuild: which files they load again, and at which place of the landing order."""

import pytest

from saleslake.errors import UnknownFile
from saleslake.release import waiting

from .conftest import arrive, pointers
from .steps import finish, go_back, manifest, planned, publish_run

EARLY = "2026-01-01T00:00:00.000000Z|landing/a.csv|1"
LATE = "2026-01-02T00:00:00.000000Z|landing/b.csv|1"


@pytest.fixture
def months(backend):
    """One release with a file of June and, after it, one of July."""
    arrive(backend, "june", EARLY)
    finish(backend, planned(backend), days=("2022-06-01", "2022-06-30"))
    arrive(backend, "july", LATE)
    return finish(backend, planned(backend), snapshot_id=2, days=("2022-07-01", "2022-07-31"))


@pytest.mark.parametrize(
    ("order", "files"),
    [
        ({"date": "2022-06-15"}, {"june"}),
        ({"date": "2022-07-31"}, {"july"}),
        ({"date": "2022-08-01"}, set()),
        ({"backfill": {"from": "2022-06-30", "to": "2022-07-01"}}, {"june", "july"}),
        ({"backfill": {"from": "2022-07-01"}}, {"july"}),
        ({"backfill": {"to": "2022-06-30"}}, {"june"}),
        ({"backfill": {"dataset": "amazon_orders"}}, {"june", "july"}),
    ],
)
def test_a_backfill_loads_the_files_with_rows_in_its_range_again(backend, months, order, files):
    run = planned(backend, **order)
    assert run.action == ("load" if files else "nothing")
    if files:
        assert set(manifest(backend, run)) == files


def test_a_backfill_leaves_files_where_they_are_in_the_landing_order(backend, months):
    assert manifest(backend, planned(backend, backfill={"from": "2022-06-01"})) == {
        "june": EARLY,
        "july": LATE,
    }


def test_a_file_without_days_may_have_rows_of_any_day(backend):
    arrive(backend, "orders", EARLY)
    finish(backend, planned(backend), days=(None, None))
    assert set(manifest(backend, planned(backend, date="1999-01-01"))) == {"orders"}


def test_a_replayed_file_is_loaded_as_the_last_that_landed(backend, months):
    run = planned(backend, "execution-2", replay=["june"])
    assert manifest(backend, run)["june"] > LATE
    release = finish(backend, run, execution="execution-2", snapshot_id=3)
    files = backend.lake.get_json(f"releases/{release}.json")["files"]
    assert files["june"]["landing_order"] > LATE
    assert files["july"]["landing_order"] == LATE


def test_a_replay_planned_again_is_the_same_replay(backend, months):
    first = manifest(backend, planned(backend, "execution-2", replay=["june.csv"]))
    assert manifest(backend, planned(backend, "execution-2", replay=["june.csv"])) == first


def test_a_replay_whose_run_fails_still_waits(backend, months):
    run = planned(backend, "execution-2", replay=["june"])
    assert manifest(backend, planned(backend, "execution-3")) == manifest(backend, run)


def test_a_held_file_comes_back_by_replay_and_not_by_backfill(backend, months):
    june = backend.lake.get_json(f"releases/{months}.json")["parent"]
    go_back(backend, june)
    assert planned(backend, "execution-4", date="2022-07-15").action == "nothing"
    assert set(manifest(backend, planned(backend, "execution-5", replay=["july.csv"]))) == {"july"}


def test_rolling_a_replay_back_takes_the_file_back_to_where_it_was(backend, months):
    finish(backend, planned(backend, "execution-2", replay=["june"]), execution="execution-2", snapshot_id=3)
    go_back(backend, months)
    assert backend.ledger.get("file", "june")["landing_order"] == EARLY


def test_what_never_arrived_cannot_be_replayed(backend, months):
    with pytest.raises(UnknownFile, match=r"no file may\.csv was ever accepted"):
        planned(backend, replay=["june", "may.csv"])
    assert backend.ledger.get("file", "june")["landing_order"] == EARLY


def test_a_rebuild_empties_the_tables_and_loads_every_file_in_one_run(backend, months, monkeypatch):
    monkeypatch.setattr(waiting, "FILES_PER_RUN", 5)
    for number in range(8):
        arrive(backend, f"{number:03}", f"2026-01-03T00:00:00.{number:06}Z|landing/a.csv|1")
    for _ in range(2):
        publish_run(backend, planned(backend))
    before = pointers(backend)
    run = planned(backend, "execution-2", rebuild=True)
    assert run.action == "load"
    assert run.files == 10
    assert backend.ledger.get("run", run.run_id)["file_count"] == 10
    ((clear,),) = run.levels
    assert backend.lake.get_bytes(clear["key"]) == b"DELETE FROM fact_sales"
    assert pointers(backend) == before, "readers still need the history of the tables"


def test_a_rebuild_of_nothing_loads_what_waits(backend):
    arrive(backend, "a")
    run = planned(backend, rebuild=True)
    assert (run.action, run.files, run.levels) == ("load", 1, [])
