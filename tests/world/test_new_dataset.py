"""A dataset nobody wrote a line of Python for: one contract, one source to pull it from, and a deploy."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local import deploy, package, permissions
from tests.conftest import Stack
from tests.integration.lake import Lake, wait_for
from tests.unit.pull.api import ok, serving
from tests.world.test_bad_input import account, rules, status

CONTRACT = Path(__file__).with_name("store_visits.yaml")
DEPLOYED = ("layers", "functions", "statemachine", "template.yaml", "samconfig.toml")
SOURCE = """
dataset: store_visits
url: {}/visits
items: data
auth: {{type: bearer}}
pagination: {{type: link, next: next}}
watermark: {{field: visit_date, parameter: from, type: date}}
"""
PAGES = {
    "1": '{"data": [{"store": "Pune", "visit_date": "2024-03-01", "visitors": 7, "takings": 0.10}],'
    ' "next": "/visits?page=2"}',
    "2": '{"data": [{"store": "Pune", "visit_date": "2024-03-02", "visitors": 8, "takings": 12345678901234.56}],'
    ' "next": null}',
}


def visits(asked):
    if asked.headers.get("Authorization") != "Bearer t0ken":
        return 401, {}, b"who are you?"
    return ok(PAGES[asked.query.get("page", "1")])


@pytest.fixture(scope="module")
def api():
    """Somebody else's API."""
    with serving(visits) as running:
        yield running


@pytest.fixture(scope="module")
def stack(cloud, checkout, api):
    """A copy of the project with the two files in it, deployed with the parameters of a source."""
    copy = cloud.state / "copy"
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "--", *DEPLOYED], cwd=checkout, check=True, capture_output=True, text=True
    ).stdout
    for name in filter(None, tracked.split("\0")):
        if (checkout / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(checkout / name, copy / name)
    product = copy / "layers" / "common" / "saleslake"
    shutil.copy(CONTRACT, product / "contracts")
    (product / "pull" / "sources" / "doors.yaml").write_text(SOURCE.format(api.url))

    secret = deploy.client(cloud, "secretsmanager").create_secret(
        Name="sources", SecretString=json.dumps({"doors": "t0ken", "other": "secret"})
    )
    config = (copy / "samconfig.toml").read_text()
    more = f"LogLevel=INFO PullSecretArn={secret['ARN']} PullSchedule='rate(1 day)'"
    (copy / "samconfig.toml").write_text(config.replace("LogLevel=INFO", more))
    deploy.build(cloud, copy)
    outputs = package.deploy_packaged(cloud, package.package(cloud, copy), "new-dataset", copy)
    return Stack("new-dataset", cloud, outputs)


@pytest.fixture(scope="module")
def lake(stack):
    """The stack from outside."""
    return Lake(stack.client, stack.outputs)


@pytest.fixture(scope="module")
def loaded(stack, lake, tmp_path_factory):
    """What status says once a file has been landed: two good rows, one of each way to be bad, one that warns."""
    file = tmp_path_factory.mktemp("visits") / "visits.csv"
    file.write_text(
        "Store Name,visit date,VISITORS,takings\n"
        "Delhi,2024-02-01,5,100.10\n"
        "Delhi,2024-02-02,6,200.20\n"
        "Delhi,2024-02-03,-1,0.00\n"
        "Delhi,2024-02-04,0,1.00\n"
        "Delhi,2024-02-05,0,0.00\n"
        "Delhi,02/06/2024,5,1.00\n"
    )
    (delivery,) = lake.load(file, dataset="store_visits")
    assert delivery["outcome"] == "accepted"
    return status(stack)


def test_its_file_is_checked_row_by_row(loaded):
    assert account(loaded, "visits.csv") == (
        [6, 3, 3, 0, 0],
        "closes (date_format 1, range 1, takings_need_visitors 1)",
    )
    assert rules(loaded) == {"store_visits.every_shop_is_open": 1}


def test_its_rows_can_be_queried_as_processed_and_as_latest(loaded, lake):
    columns = "store, visit_date, visitors, takings"
    rows = [
        ["Delhi", "2024-02-01", "5", "100.10"],
        ["Delhi", "2024-02-02", "6", "200.20"],
        ["Delhi", "2024-02-05", "0", "0.00"],
    ]
    (run,) = lake.items("run")
    processed = f"SELECT {columns} FROM store_visits WHERE run_id = '{run['sk']}' ORDER BY 2"
    assert lake.query(processed, "BuildDatabaseName") == rows
    assert lake.query(f"SELECT {columns} FROM store_visits_latest ORDER BY 2") == rows


def test_its_columns_have_the_descriptions_of_the_contract_in_glue(loaded, lake):
    table = lake.client("glue").get_table(
        DatabaseName=lake.outputs["DatabaseName"], Name="store_visits_latest"
    )
    comments = {
        column["Name"]: column.get("Comment") for column in table["Table"]["StorageDescriptor"]["Columns"]
    }
    assert comments["takings"] == "Money in the till."


def test_a_column_its_contract_lets_files_add_is_in_the_tables_and_told_of(loaded, lake, tmp_path):
    file = tmp_path / "weather.csv"
    file.write_text("store,visit_date,visitors,takings,Weather\nDelhi,2024-02-07,3,1.00,rain\n")
    (delivery,) = lake.load(file, dataset="store_visits")
    assert [(change["kind"], change["column"]) for change in delivery["changes"]] == [("added", "Weather")]
    assert lake.item("change", "store_visits#added#Weather")["file_name"] == "weather.csv"
    found = lake.query("SELECT visit_date, weather FROM store_visits_latest WHERE visitors <= 5 ORDER BY 1")
    assert found == [["2024-02-01", None], ["2024-02-05", None], ["2024-02-07", "rain"]]


def pull(stack):
    """`saleslake pull`, as somebody at a terminal calls it."""
    return subprocess.run(
        [Path(sys.executable).with_name("saleslake"), "--stack", stack.name, "pull"],
        env={**stack.environment(), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_source_whose_credentials_may_not_be_read_fails_and_keeps_its_watermark(loaded, stack, lake):
    with lake.without_statement("PullFunctionRole", "ReadCredentials"):
        done = pull(stack)
    assert done.returncode == 1
    assert "AccessDenied" in done.stdout
    assert "watermark" not in lake.item("source", "doors")


def test_what_a_source_is_pulled_for_lands_is_published_and_is_not_asked_for_again(loaded, stack, lake, api):
    done = pull(stack)
    assert (done.returncode, done.stdout) == (
        0,
        "doors: 2 records on 2 pages for store_visits, known up to 2024-03-02\n",
    ), done.stderr
    lake.settle()
    march = "SELECT visit_date, takings FROM store_visits_latest WHERE store = 'Pune' ORDER BY 1"
    assert lake.query(march) == [["2024-03-01", "0.10"], ["2024-03-02", "12345678901234.56"]]
    pull(stack)
    assert [asked.query for asked in api.asked][-2:] == [{"from": "2024-03-02"}, {"page": "2"}]


def test_sources_are_pulled_on_schedule(loaded, stack, lake, api):
    scheduler = lake.client("scheduler")
    schedule = scheduler.get_schedule(Name=lake.role("PullOnTime"))
    assert schedule["ScheduleExpression"] == "rate(1 day)"
    asked = len(api.asked)
    soon = datetime.now(UTC) + timedelta(seconds=1)
    scheduler.create_schedule(
        Name="pull-now",
        ScheduleExpression=f"at({soon:%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow=schedule["FlexibleTimeWindow"],
        Target=schedule["Target"],
    )
    wait_for(lambda: len(api.asked) > asked, "the schedule to pull", 90)


def test_every_statement_of_the_roles_that_pull_was_needed(cloud, stack):
    # after the tests above: a pull that was denied, two that were not, and one by the clock
    excused = "AWSLambdaBasicExecutionRole"  # the emulator writes function logs itself
    wait_for(
        lambda: all(
            statement.used or statement.policy.endswith(excused)
            for statement in permissions.statements(cloud, stack.name)
            if "Pull" in statement.role
        ),
        "every statement to be used",
        5,
    )
