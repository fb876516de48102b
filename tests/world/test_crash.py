"""Whatever is killed, fails or is slow: readers see one whole release, and the next run ends as an undisturbed one."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from local import cloud as clouds
from local import deploy, package
from tests.conftest import Stack, _new_settings
from tests.integration.lake import wait_for
from tests.oracle.warehouse_files import Delivered
from tests.world import faults
from tests.world.journey import Journey

pytestmark = pytest.mark.xdist_group("crash")
HEADER = "Order ID,Date,Status,Fulfilment,SKU,Category,Qty,currency,Amount,ship-state,B2B\n"
LINE = "405-{},{},Shipped,Amazon,SKU-{},Set,1,INR,{}.25,GOA,False\n"
STATES = ("Plan", "CheckFiles", "Transform", "Compile", "BuildWarehouse", "Reconcile", "Publish", "Notify")


class Watch:
    """Readers of the API and of the published database, asking all the time."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._over = threading.Event()
        self.answers: dict[str, set[str]] = {}
        self.counts: set[str] = set()
        self.faults: list[str] = []

    def look(self) -> None:
        """Look until it is over."""
        lake = self._company.lake
        while not self._over.wait(0.15):
            answer = lake.get("/analytics")
            if answer.status != 200:
                self.faults.append(f"{answer.status}: {answer.json}")
                continue
            metadata = answer.json["metadata"]
            figures = json.dumps([answer.json["data"]["kpis"], metadata["total_records"]], default=str)
            self.answers.setdefault(metadata["release"], set()).add(figures)
            try:
                ((count,),) = lake.query("SELECT COUNT(*) FROM fact_sales")
            except AssertionError as failed:
                self.faults.append(str(failed))
            else:
                self.counts.add(str(count))

    @contextmanager
    def on(self) -> Iterator[Watch]:
        """Look while the context lasts."""
        thread = threading.Thread(target=self.look)
        thread.start()
        try:
            yield self
        finally:
            self._over.set()
            thread.join(60)

    def verify(self, before: int, after: int) -> None:
        """Every answer was of one release, whole; so was every look at a published table."""
        assert self.faults == []
        assert self.answers, "nobody looked"
        assert {release: len(seen) for release, seen in self.answers.items() if len(seen) > 1} == {}
        assert self.counts <= {str(before), str(after)}


class Company(Journey):
    """A stack on a cloud with faults, and small files to load while they strike."""

    def __init__(self, stack: Stack, folder: Path) -> None:
        super().__init__(stack)
        self.folder = folder
        self.made = 0

    def fault(self, *about: Any, **more: Any) -> Any:
        """A fault that waits for its moment."""
        return faults.fault(self.stack.settings, *about, **more)

    def file(self) -> Path:
        """A new file of twenty lines of one month, with one line of the file before told anew."""
        self.made += 1
        path = self.folder / f"report-{self.made}.csv"
        lines = [LINE.format(f"{self.made}-{n}", "01-31-22", n, 100 + n) for n in range(20)]
        lines.append(LINE.format(f"{self.made - 1}-0", "02-01-22", 0, 7))
        path.write_text(HEADER + "".join(lines))
        return path

    def drop(self) -> str:
        """Land a new file; its id."""
        path = self.file()
        delivery = self.lake.drop(path)
        outcome = self.lake.delivered(delivery, 60)
        assert outcome["outcome"] == "accepted", outcome
        self.loaded[outcome["file_id"]] = Delivered("amazon_orders", path, self._landing_order(delivery))
        return str(outcome["file_id"])

    def await_release_of(self, file_id: str) -> None:
        """Wait until a release has the file and nothing runs any more."""
        wait_for(lambda: file_id in self._release()["files"], f"a release with {self.made}", 180, every=0.3)
        self.lake.settle(120)

    def rows(self) -> int:
        """Rows of the published fact table."""
        return int(self.lake.query("SELECT COUNT(*) FROM fact_sales")[0][0] or 0)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A stack on a cloud of its own, with one release."""
    settings = _new_settings()
    faults.start(settings)
    try:
        deploy.build(settings)
        outputs = package.deploy_packaged(settings, package.package(settings), "crash")
        deploy.wait_until_healthy(settings, outputs)
        made = Company(Stack("crash", settings, outputs), tmp_path_factory.mktemp("crash"))
        made.deliver([("amazon_orders", made.file())])
        yield made
    finally:
        clouds.stop(settings)
        shutil.rmtree(settings.state, ignore_errors=True)


@contextmanager
def disturbed(company: Company, *about: Any, **more: Any) -> Iterator[tuple[str, Path]]:
    """Land a file while a fault waits, and judge in the end: what readers saw, and what is published."""
    before = company.rows()
    with Watch(company).on() as watch:
        with company.fault(*about, **more) as struck:
            file_id = company.drop()
            yield file_id, struck
            assert struck.exists(), "the fault never struck"
        company.await_release_of(file_id)
    watch.verify(before, company.rows())
    assert company.rows() == before + 20
    assert company.wrong() == []


def ended_as(company: Company, status: str) -> None:
    """Wait for an execution that ended like this, and forget nothing of what came before."""
    wait_for(lambda: company.lake.executions(status), f"an execution to be {status}", 120)


@pytest.mark.parametrize("state", STATES)
def test_killed_as_it_enters_a_state(company, state):
    with disturbed(company, "state", f"^{state}$") as (_, struck):
        wait_for(struck.exists, "the kill", 120)


@pytest.mark.parametrize("statements", [1, 4, 9])
def test_killed_between_two_statements(company, statements):
    with disturbed(company, "state", "^RunStatement$", skip=statements) as (_, struck):
        wait_for(struck.exists, "the kill", 120)


@pytest.mark.parametrize("table", ["amazon_orders_latest", "fact_sales", "rollup_sales_daily"])
def test_publish_cut_off_between_two_pointers(company, table):
    database = company.lake.outputs["DatabaseName"]
    with disturbed(company, "pointer", rf"^{database}\.{table}$") as (_, struck):
        wait_for(struck.exists, "the cut", 120)
        company.lake.settle()
        assert company.lake.items("run")[-1]["state"] == "Publish"
        company.lake.start()


def test_athena_throttles(company):
    with disturbed(company, "query", "INSERT INTO fact_sales", times=3) as (file_id, _):
        company.await_release_of(file_id)
        assert company.lake.items("run")[-1]["status"] == "succeeded", (
            "it was tried again until it went through"
        )


def test_athena_fails_for_a_moment(company):
    with disturbed(company, "statement", "INSERT INTO fact_sales", times=2, do="falter") as (file_id, _):
        company.await_release_of(file_id)
        assert company.lake.items("run")[-1]["status"] == "succeeded"


def test_athena_fails(company):
    with disturbed(company, "statement", "INSERT INTO fact_sales", do="fail") as (_, struck):
        wait_for(struck.exists, "the failure", 120)
        company.lake.settle()
        assert "injected" in company.lake.items("run")[-1]["reason"]
        company.lake.start()


def test_athena_takes_too_long(company):
    impatient = machine(company, lambda text: text.replace('"TimeoutSeconds":1800', '"TimeoutSeconds":2'))
    slow = disturbed(company, "statement", "INSERT INTO fact_sales", do="sleep 5")
    with impatient, slow as (_, struck):
        wait_for(struck.exists, "the slow query", 120)
        wait_for(lambda: "States.Timeout" in company.lake.items("run")[-1].get("reason", ""), "the end", 60)
        time.sleep(4)  # the query itself goes on and commits to the build table
        company.lake.settle()
        company.lake.start()


def test_a_function_runs_out_of_memory(company):
    with disturbed(company, "state", "^nowhere$") as (file_id, struck):
        struck.touch()
        with memory(company, "TransformFunction", 128):
            wait_for(lambda: company.lake.item("file", file_id).get("failed_runs"), "the run to fail", 120)
            company.lake.settle()
        assert company.lake.item("file", file_id)["state"] == "raw", "once is no proof that it is too large"
        company.lake.start()


def test_two_runs_started_at_once(company):
    with disturbed(company, "state", "^nowhere$") as (file_id, struck):
        struck.touch()
        started = [company.lake.start(), company.lake.start()]
        assert [company.lake.ended(arn)["status"] for arn in started] == ["SUCCEEDED", "SUCCEEDED"]
        company.await_release_of(file_id)
        runs = [run for run in company.lake.items("run") if run["files"][0]["file_id"] == file_id]
        assert [run["status"] for run in runs] == ["succeeded"]


def test_the_holder_of_the_lease_is_dead(company):
    dead = company.lake.executions()[0]["executionArn"]
    token = int(company.lake.item("lease", "lease")["token"]) + 1
    company.lake.client("dynamodb").put_item(
        TableName=company.lake.outputs["LedgerTableName"],
        Item={
            "pk": {"S": "lease"}, "sk": {"S": "lease"}, "execution_arn": {"S": dead}, "token": {"N": str(token)}
        },
    )  # fmt: skip
    with disturbed(company, "state", "^nowhere$") as (_, struck):
        struck.touch()


@contextmanager
def machine(company: Company, change: Any) -> Iterator[None]:
    """Change the text of the state machine's definition for a while."""
    states, arn = company.lake.client("stepfunctions"), company.lake.outputs["StateMachineArn"]
    definition = json.dumps(
        json.loads(states.describe_state_machine(stateMachineArn=arn)["definition"]), separators=(",", ":")
    )
    assert change(definition) != definition
    states.update_state_machine(stateMachineArn=arn, definition=change(definition))
    try:
        yield
    finally:
        states.update_state_machine(stateMachineArn=arn, definition=definition)


@contextmanager
def memory(company: Company, function: str, megabytes: int) -> Iterator[None]:
    """Give a function less memory for a while."""
    functions, name = company.lake.client("lambda"), company.lake.role(function)
    had = functions.get_function_configuration(FunctionName=name)["MemorySize"]
    functions.update_function_configuration(FunctionName=name, MemorySize=megabytes)
    try:
        yield
    finally:
        functions.update_function_configuration(FunctionName=name, MemorySize=had)
