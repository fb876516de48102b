"""Columns come to be: by a contract that has more of them, by files whose contract lets new ones in."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path

import pytest

from local.athena.iceberg import load
from saleslake.contracts import loader
from saleslake.contracts.model import Column
from saleslake.errors import ContractInvalid
from saleslake.ingest.infer import infer_contract
from saleslake.warehouse import columns, models
from saleslake.warehouse.tables import create_tables
from tests.oracle.warehouse_files import Delivered
from tests.world.compare import rows_of
from tests.world.workbench import workbench

pytestmark = pytest.mark.xdist_group("workbench")

QUOTA_SHARE = Column(
    name="quota_share",
    kind="decimal",
    physical_type="decimal(5,4)",
    description="Part of the quota that is shared.",
    headers=("Quota Share",),
)
_read = loader.read_contract


def deploy(monkeypatch, **changes):
    """Make the contract of representatives another one, as a deployment does."""

    def changed(path):
        contract = _read(path)
        return contract.model_copy(update=changes) if contract.dataset == "sales_reps" else contract

    monkeypatch.setattr(loader, "read_contract", changed)
    for cached in (loader.contracts, models.models, columns.columns):
        cached.cache_clear()


@pytest.fixture
def bench(monkeypatch):
    """A stack whose representatives' files may bring columns that nobody told of."""
    deploy(monkeypatch, extra_columns="add")
    with workbench() as stack:
        yield stack
    monkeypatch.undo()
    for cached in (loader.contracts, models.models, columns.columns):
        cached.cache_clear()


@pytest.fixture
def land(bench, tmp_path):
    """Land a file of one row and run; the id of the release."""
    count = itertools.count(1)

    def landed(header: str, row: str) -> str:
        number = next(count)
        path = Path(tmp_path / f"{number}.csv")
        path.write_text(f"sales_rep_id,name,manager_id{header}\n{row}\n")
        at = dt.datetime(2024, 3, number, tzinfo=dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        bench.land(Delivered("sales_reps", path, f"{at}|landing/sales_reps/{path.name}|"))
        return bench.run()

    return landed


def latest(bench, *names):
    """The published rows, as far as asked for."""
    table = load(bench.store, bench.settings.database, "sales_reps_latest").scan().to_arrow()
    return sorted(tuple(row.get(name, "no such column") for name in names) for row in rows_of(table))


def test_a_column_that_files_may_add_is_in_the_release_from_then_on(bench, land):
    land("", "R1,Ann,")
    assert latest(bench, "sales_rep_id", "badge") == [("R1", "no such column")]
    land(",Badge", "R2,Ben,,red")
    assert latest(bench, "sales_rep_id", "badge") == [("R1", None), ("R2", "red")]
    land(",Badge,Desk", "R1,Ann,,blue,7")
    land("", "R3,Cy,")
    names = ("sales_rep_id", "badge", "desk")
    assert latest(bench, *names) == [("R1", "blue", "7"), ("R2", "red", None), ("R3", None, None)]


def test_a_column_of_a_withdrawn_release_comes_again_with_the_next_file(bench, land):
    first = land("", "R1,Ann,")
    land(",Badge", "R2,Ben,,red")
    bench.roll_back(first)
    assert latest(bench, "sales_rep_id", "badge") == [("R1", "no such column")]
    land("", "R3,Cy,")
    assert latest(bench, "sales_rep_id", "badge") == [("R1", None), ("R3", None)]


def test_a_column_that_a_deployment_adds_is_in_the_tables_with_the_next_run(bench, land, monkeypatch):
    land("", "R1,Ann,")
    known = loader.load_contract("sales_reps").columns
    deploy(monkeypatch, columns=(*known[:3], QUOTA_SHARE, *known[3:]))
    create_tables(bench.backend)
    land(",Quota Share", "R2,Ben,,0.25")
    assert [str(share) for _, share in latest(bench, "sales_rep_id", "quota_share")] == ["None", "0.2500"]


def test_a_deployment_that_gives_a_column_another_type_is_refused(bench, monkeypatch):
    known = loader.load_contract("sales_reps").columns
    retyped = [
        column.model_copy(update={"kind": "string", "physical_type": "string"})
        if column.name == "quota"
        else column
        for column in known
    ]
    deploy(monkeypatch, columns=tuple(retyped))
    with pytest.raises(
        ContractInvalid, match=r"sales_reps.quota is decimal\(18,2\) in the tables, not string"
    ):
        create_tables(bench.backend)


def test_a_deployment_leaves_the_columns_that_files_added(bench, land):
    land(",Badge", "R1,Ann,,red")
    create_tables(bench.backend)
    land("", "R2,Ben,")
    assert latest(bench, "sales_rep_id", "badge") == [("R1", "red"), ("R2", None)]


def test_an_inferred_contract_takes_the_file_it_was_inferred_from(tmp_path, monkeypatch):
    rows = [f"0{n},{n + 1:02}/04/2024,{n},{n}.50,{'sun' if n % 2 else 'rain'}" for n in range(28)]
    file = tmp_path / "shop_visits.csv"
    file.write_text("\n".join(["Store No,Visit Date,Visitors,Takings,Weather", *rows]) + "\n")
    (tmp_path / "shop_visits.yaml").write_text(infer_contract(file))
    files = loader._yaml_files
    monkeypatch.setattr(loader, "_yaml_files", lambda folder: [*files(folder), tmp_path / "shop_visits.yaml"])
    for cached in (loader.contracts, models.models, columns.columns):
        cached.cache_clear()
    try:
        with workbench() as bench:
            key = "landing/shop_visits/shop_visits.csv"
            bench.land(Delivered("shop_visits", file, f"2024-05-01T00:00:00.000000Z|{key}|"))
            bench.run()
            table = load(bench.store, bench.settings.database, "shop_visits_latest").scan().to_arrow()
            published = {
                (row["store_no"], str(row["takings"]), str(row["visit_date"])) for row in rows_of(table)
            }
            assert published == {(f"0{n}", f"{n}.50", f"2024-04-{n + 1:02}") for n in range(28)}
    finally:
        monkeypatch.undo()
        for cached in (loader.contracts, models.models, columns.columns):
            cached.cache_clear()
