"""Releases expire; maintenance never takes what a kept one needs."""

import re
import time
from datetime import UTC, datetime, timedelta

import pytest

from saleslake.clock import FORMAT
from saleslake.errors import UnknownRelease
from saleslake.history import load_release
from saleslake.release.maintain import maintenance

from .conftest import arrive
from .steps import finish, go_back, planned

DAY = 86_400


@pytest.fixture
def releases(backend):
    """Five releases, oldest first, each with a cached answer; the first four are 40, 30, 20 and 10 days old."""
    made = []
    for number in range(5):
        arrive(backend, f"file-{number}", f"2026-01-0{number + 1}T00:00:00.000000Z|landing/a.csv|1")
        made.append(finish(backend, planned(backend), snapshot_id=number + 1))
        age = timedelta(days=40 - 10 * number)
        backend.ledger.update("release", made[-1], created_at=(datetime.now(UTC) - age).strftime(FORMAT))
        backend.lake.put_json(f"api/{made[-1]}/answer.json", {})
    return made


def statuses(backend, releases):
    return [backend.ledger.get("release", release)["status"] for release in releases]


@pytest.mark.parametrize(
    ("order", "expired"),
    [
        ({"days": 25}, 2),
        ({"days": 0}, 3),
        ({"keep": 4}, 1),
        ({"keep": 1}, 3),
        ({"days": 15, "keep": 10}, 3),
        ({"days": 100}, 0),
    ],
)
def test_old_releases_expire_but_never_the_current_one_and_its_parent(backend, releases, order, expired):
    planned(backend, expire=order)
    assert statuses(backend, releases) == ["expired"] * expired + ["published"] * (5 - expired)
    kept = [backend.lake.get_json(f"api/{release}/answer.json") is not None for release in releases]
    assert kept == [False] * expired + [True] * (5 - expired)


def test_after_a_rollback_the_parent_of_the_release_gone_back_to_is_kept(backend, releases):
    go_back(backend, releases[2])
    planned(backend, expire={"keep": 1})
    assert statuses(backend, releases) == ["expired", "published", "published", "withdrawn", "withdrawn"]


def test_an_expired_release_is_no_place_to_go_back_to(backend, releases):
    planned(backend, expire={"keep": 1})
    with pytest.raises(UnknownRelease, match="has expired"):
        go_back(backend, releases[0])


def test_maintenance_keeps_the_oldest_snapshot_of_any_kept_release(backend):
    made_at = [int((time.time() - age * DAY) * 1000) for age in (300, 200, 1)]
    snapshots = []
    for number, moment in enumerate(made_at):
        arrive(backend, f"file-{number}", f"2026-01-0{number + 1}T00:00:00.000000Z|landing/a.csv|1")
        run = planned(backend)
        last = finish(backend, run, snapshot_id=number + 1, made_at=moment, snapshots=tuple(snapshots))
        snapshots.append({"snapshot-id": number + 1, "timestamp-ms": moment})
    assert age_of(backend, last) == pytest.approx(301, abs=0.1)
    planned(backend, expire={"keep": 1})
    assert age_of(backend, last) == pytest.approx(201, abs=0.1), "the parent's snapshot is 200 days old"


def age_of(backend, release_id):
    """Age in days above which VACUUM would expire snapshots."""
    settings, optimise, vacuum = maintenance(load_release(release_id, backend), backend)
    assert optimise == {"fact_sales": "OPTIMIZE fact_sales REWRITE DATA USING BIN_PACK"}
    assert vacuum == {"fact_sales": "VACUUM fact_sales"}
    return int(re.search(r"'vacuum_max_snapshot_age_seconds'='(\d+)'", settings["fact_sales"])[1]) / DAY


def test_maintenance_is_a_run_without_files_after_old_releases_have_expired(backend, releases):
    run = planned(backend, "execution-2", maintain=True)
    assert (run.action, run.files, len(run.levels)) == ("maintain", 0, 3)
    assert backend.lake.get_json(run.manifest_key) == []
    assert statuses(backend, releases) == ["expired", "expired", "published", "published", "published"]
