"""Orders to the deployed stack, by its input and by the commands of the operations page: what they leave behind."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.project.commands import LOADS_AGAIN, ROOT, shown
from tests.world.journey import Journey

pytestmark = pytest.mark.xdist_group("cloud-0")
HEADER = "Order ID,Date,Status,Fulfilment,SKU,Category,Qty,currency,Amount,ship-state,B2B\n"
LINE = "405-{},{},Shipped,Amazon,SKU-{},Set,1,INR,{},GOA,False\n"


def report(folder: Path, name: str, amount: str, orders: range, day: str = "04-30-22") -> Path:
    path = folder / f"{name}.csv"
    path.write_text(HEADER + "".join(LINE.format(n, day, n % 7, amount) for n in orders))
    return path


@pytest.fixture(scope="module")
def company(journey, tmp_path_factory) -> Journey:
    """Three releases: a file, one that tells half of its lines anew, and one of another month."""
    made, folder = journey("orders"), tmp_path_factory.mktemp("orders")
    made.deliver([("amazon_orders", report(folder, "first", "100.00", range(20)))])
    made.deliver([("amazon_orders", report(folder, "second", "7.00", range(10, 20)))])
    made.deliver([("amazon_orders", report(folder, "third", "1.00", range(50, 60), "05-31-22"))])
    return made


def revenue(company: Journey, release: str = "") -> str:
    answer = company.lake.get("/analytics" + (f"?release={release}" if release else ""))
    assert answer.status == 200, answer.json
    return str(answer.json["data"]["kpis"]["total_revenue"])


def console(company: Journey, *words: str) -> str:
    """Output of a command on this stack."""
    done = subprocess.run(
        [Path(sys.executable).parent / "saleslake", "--stack", company.stack.name, *words],
        cwd=ROOT, env=os.environ | company.stack.environment(), capture_output=True, text=True, timeout=300,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_each_release_can_be_asked_for(company):
    releases = [release for release, _ in company.releases]
    assert [revenue(company, release) for release in releases] == ["2000.00", "1070.00", "1080.00"]
    assert company.lake.get("/analytics?release=r-20200101T000000Z-000000").status == 404


def test_a_diff_tells_rows_money_and_files(company):
    first, second, third = (release for release, _ in company.releases[:3])
    told = console(company, "diff", first, second)
    assert re.search(r"net_amount +2,000\.00 +1,070\.00 +-930\.00", told)
    assert "file added: second.csv" in told
    told = console(company, "diff", third, second)
    assert re.search(r"fact_sales +rows +30 +20 +-10", told)
    assert "file removed: third.csv" in told
    assert console(company, "diff", second, second).strip() == "no table differs"


@pytest.mark.parametrize(
    "order", [{"date": "2022-04-30"}, {"backfill": {"dataset": "amazon_orders"}}, {"rebuild": True}]
)
def test_loaded_again_nothing_changes(company, order):
    before = company.releases[-1][0]
    company.order(**order)
    assert company.releases[-1][0] != before
    assert company.wrong() == []
    assert revenue(company) == "1080.00"
    assert revenue(company, company.releases[1][0]) == "1070.00", "earlier releases can still be read"


def test_a_replayed_file_wins_and_a_rollback_takes_that_back(company):
    first = next(file for file in company.loaded.values() if file.path.name == "first.csv")
    before = dict(company.loaded)
    company.replay([first])
    assert revenue(company) == "2010.00"
    assert company.wrong() == []
    withdrawn = company.releases[-1][0]
    company.roll_back(1)
    company.loaded = before
    assert revenue(company) == "1080.00"
    assert company.lake.get(f"/analytics?release={withdrawn}").status == 410
    assert company.lake.run_by_hand()["status"] == "SUCCEEDED"
    assert revenue(company) == "1080.00", "what was rolled back does not come again"


def test_maintenance_compacts_expires_and_breaks_no_kept_release(company):
    company.order(expire={"keep": 3})
    kept = [release for release, _ in company.releases[-4:]]
    figures = {release: status_and_revenue(company, release) for release, _ in company.releases}
    assert 410 in {status for status, _ in figures.values()}
    for _ in range(2):  # the second time builds upon what the first left
        company.order(maintain=True)
    assert company.wrong() == []
    assert {release: status_and_revenue(company, release) for release in figures} == figures
    alive = [release for release in kept if figures[release][0] == 200]
    assert company.lake.rollback(alive[0])["status"] == "SUCCEEDED"
    assert revenue(company) == figures[alive[0]][1]
    assert company.lake.run_by_hand(date="2022-04-30")["status"] == "SUCCEEDED", "and it can be built upon"


def status_and_revenue(company: Journey, release: str) -> tuple[int, str]:
    answer = company.lake.get(f"/analytics?release={release}")
    return answer.status, str(answer.json["data"]["kpis"]["total_revenue"]) if answer.status == 200 else ""


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ({"dtae": "2022-04-30"}, "dtae: unknown; there are backfill, date"),
        ({"date": "30.4.2022"}, "'30.4.2022' is no day like 2025-01-15"),
        ({"rebuild": True, "maintain": True}, "one thing at a time: maintain, rebuild"),
        ({"replay": ["never.csv"]}, "no file never.csv was ever accepted"),
        ({"rollback": "r-of-nowhere"}, "there is no release r-of-nowhere"),
    ],
)
def test_an_order_that_makes_no_sense_fails_with_the_reason_and_changes_nothing(company, order, reason):
    before = company.lake.item("release", "current")
    ended = company.lake.run_by_hand(**order)
    assert ended["status"] == "FAILED"
    assert reason in ended["cause"]
    assert company.lake.item("release", "current") == before
    assert company.lake.item("lease", "lease")["execution_arn"] == ""


def test_the_commands_that_load_again_work_as_the_operations_page_shows_them(company):
    lines = [
        command.line
        for command in shown()
        if command.page == "docs/operations.md" and command.line.startswith(LOADS_AGAIN)
    ]
    assert {line.split()[1] for line in lines} == {verb.split()[1] for verb in LOADS_AGAIN}
    for line in lines:
        told = console(company, *line.replace("FILE", "first.csv").split()[1:])
        assert "done; the current release is r-" in told
