"""The oracle and the generator, which share nothing, say the same of a company with every kind of defect."""

import json

import pytest

from tests.oracle.warehouse import warehouse
from tests.oracle.warehouse_files import Delivered
from tests.world.journey import arrivals


@pytest.mark.parametrize("form", ["csv", "json", "parquet", "avro"])
def test_the_oracle_says_what_the_generator_says(world, form):
    folder = world(
        "--seed", "7", "--days", "20", "--daily", "2", "--late", "--defects", "all=2", "--format", form
    )
    truth = json.loads((folder / "truth.json").read_text())
    delivered = [
        Delivered(dataset, path, f"2026-01-01T00:00:00.{number:06d}Z|{path.name}|")
        for number, (dataset, path) in enumerate(arrivals(folder))
    ]
    found = warehouse(delivered)
    counts = {table: len(rows) for table, rows in found.tables.items()}
    assert {table: counts[table] for table in truth["tables"] if table in counts} == {
        table: rows for table, rows in truth["tables"].items() if table in counts
    }
    for file in delivered:
        name, reading = str(file.path.relative_to(folder)), found.files[file.file_id]
        spoilt = truth["spoilt"].get(name, {})
        assert (name, reading.read, reading.quarantined, reading.duplicates) == (
            name,
            truth["files"][name],
            spoilt.get("quarantined", 0),
            spoilt.get("duplicate", 0),
        )
    sales = found.tables["fact_sales"]
    total = truth["sales"]["total"]
    assert str(sum(line["net_amount"] for line in sales if line["is_active"])) == total["revenue"]
    assert str(sum(line["refund_amount"] for line in sales)) == total["refunds"]
    earning = [line["profit_amount"] for line in sales if line["is_active"] or line["line_type"] == "return"]
    assert str(sum(profit for profit in earning if profit is not None)) == total["profit"]
