"""A run writes the months its files change and leaves the others as they lie, file by file."""

from __future__ import annotations

import os

import pytest

from local.athena.iceberg import load
from tests.oracle.warehouse import warehouse
from tests.unit.oracle.deliveries import Mail
from tests.world.compare import differences
from tests.world.workbench import Workbench, published, workbench

pytestmark = [
    pytest.mark.xdist_group("workbench"),
    pytest.mark.skipif(os.environ.get("ENGINE") == "trino", reason="built on the embedded engine alone"),
]

HISTORY = {
    "customers": [{"customer_id": "C1"}, {"customer_id": "C2"}],
    "products": [{"product_id": "P1"}],
    "rep_transactions": [
        {"transaction_id": "A", "transaction_date": "2024-02-10"},
        {"transaction_id": "B", "transaction_date": "2024-05-10"},
        {"transaction_id": "C", "transaction_date": "2024-05-20", "customer_id": "C2"},
        {"transaction_id": "D", "transaction_date": "2024-07-01"},
    ],
}


def files_by_month(bench: Workbench) -> dict[str, set[str]]:
    """The data files of fact_sales as published, by month."""
    found: dict[str, set[str]] = {}
    for task in load(bench.store, bench.settings.database, "fact_sales").scan().plan_files():
        months = int(task.file.partition[0])
        found.setdefault(f"{1970 + months // 12}-{months % 12 + 1:02d}", set()).add(task.file.file_path)
    return found


@pytest.mark.parametrize(
    ("dataset", "row", "changed"),
    [
        ("rep_transactions", {"transaction_id": "E", "transaction_date": "2024-05-30"}, {"2024-05"}),
        ("rep_transactions", {"transaction_id": "D", "transaction_date": "2024-05-30"}, {"2024-05", "2024-07"}),
        ("customers", {"customer_id": "C1", "city": "Agra", "updated_at": "2024-06-01T00:00:00Z"}, {"2024-07"}),
        ("customers", {"customer_id": "C1", "city": "Agra", "updated_at": "2024-05-15T00:00:00Z"}, {"2024-07"}),
        ("customers", {"customer_id": "C2", "segment": "Corporate"}, {"2024-05"}),
        ("customers", {"customer_id": "C1", "name": "Renamed", "updated_at": "2024-06-01T00:00:00Z"}, set()),
        ("products", {"product_id": "P1", "cost": "5", "updated_at": "2024-05-15T00:00:00Z"}, {"2024-05", "2024-07"}),
        ("products", {"product_id": "P2"}, set()),
    ],
)  # fmt: skip
def test_only_the_months_a_run_changes_are_written(dataset, row, changed, tmp_path):
    mail = Mail(tmp_path)
    with workbench() as bench:
        for name, rows in HISTORY.items():
            bench.land(mail.bring(name, *rows))
        bench.run()
        before = files_by_month(bench)
        bench.land(mail.bring(dataset, row))
        bench.run()
        after = files_by_month(bench)
        assert {month for month in before | after if before.get(month) != after.get(month)} == changed
        expected = warehouse(mail.delivered).tables
        assert differences(expected, published(bench, expected)) == []
