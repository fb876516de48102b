"""The numbers are right to the cent: what the API answers equals an independent reading of what was delivered."""

import json
from decimal import Decimal

import pytest

from datagen.compare import compare
from tests.integration.lake import total

DEFECTS = {
    "bad_date": 5,
    "empty_sku": 3,
    "bad_amount": 7,
    "negative_amount": 2,
    "foreign_currency": 4,
    "too_many_fields": 3,
    "too_few_fields": 2,
    "duplicate_row": 6,
}


def closes(account):
    parts = ("published", "quarantined", "duplicates", "superseded")
    return account["read"]["rows"] == sum(account[part]["rows"] for part in parts) and Decimal(
        account["read"]["amount"]
    ) == sum(Decimal(account[part]["amount"]) for part in parts)


@pytest.mark.parametrize(("rows", "seed"), [(1_000, 1), (20_000, 22)])
def test_a_generated_report_with_defects_gives_its_truth(lake, reports, rows, seed):
    report = reports(rows, seed, **DEFECTS)
    truth = json.loads((report.parent / "truth.json").read_text())
    before = lake.release()
    (delivery,) = lake.load(report)
    assert delivery["outcome"] == "accepted"
    account = lake.release()["files"][delivery["file_id"]]
    assert account["read"]["rows"] == truth["rows"] == rows
    assert account["quarantined"]["rows"] == truth["quarantined"]
    assert account["duplicates"]["rows"] == truth["duplicates"] == 6
    assert closes(account)
    if before is None:
        assert compare(lake.analytics(), truth) == []


def test_quarantined_rows_say_file_line_and_every_reason(lake, reports):
    report = reports(1_000, 1, **DEFECTS)
    truth = json.loads((report.parent / "truth.json").read_text())
    (delivery,) = lake.load(report)
    account = lake.release()["files"][delivery["file_id"]]
    rows = lake.query(
        f"SELECT line_number, raw_text FROM amazon_orders_quarantine WHERE run_id = '{account['run_id']}' "
        f"AND file_id = '{account['file_id']}' ORDER BY line_number",
        "BuildDatabaseName",
    )
    spoilt = {name: lines for name, lines in truth["defect_lines"].items() if name != "duplicate_row"}
    assert [int(line) for line, _ in rows] == sorted(line for lines in spoilt.values() for line in lines)
    text = report.read_text().split("\n")
    assert [raw for _, raw in rows] == [text[int(line) - 1] for line, _ in rows]


def test_the_real_report_gives_every_figure_to_the_cent(lake, real_report):
    (delivery,) = lake.load(real_report)
    account = lake.release()["files"][delivery["file_id"]]
    assert account["read"] == {"rows": 128_975, "amount": "78592678.30"}
    assert closes(account)
    assert total([account], "quarantined") == 0
    # the module's generated reports are in the same lake: the real one's share is what was added
    published = lake.query(
        "SELECT COUNT(*), SUM(net_amount) FROM fact_sales "
        f"WHERE is_active AND source_file = '{delivery['file_id']}'"
    )
    assert published == [["110643", "71673394.00"]]
