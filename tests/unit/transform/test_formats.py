"""Whatever format the same rows are delivered in, they become the same typed rows, faults and accounts."""

import gzip
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from saleslake.contracts.loader import load_contract
from tests.unit.transform import prices, report
from tests.unit.transform.prices import csv, json_lines, price, transform
from tests.unit.transform.typed_files import avro, parquet, typed

OTHER = {"product_id": "P-2", "list_price": "12.50", "cost": "", "stock": "0"}
FAULTY = {"product_id": "Q", "commission": "7", "updated_at": "1999-01-01T00:00:00Z", "stock": "-5"}


def text_rows():
    return [price(), price(**OTHER), price(**FAULTY), price(), price(list_price="99.00")]


def blank_as_null(row):
    return {name: value or None for name, value in row.items()}


def typed_rows():
    return [
        typed(),
        typed(product_id="P-2", list_price=Decimal("12.50"), cost=None, stock=0),
        typed(product_id="Q", commission=Decimal(7), updated_at=datetime(1999, 1, 1, tzinfo=UTC), stock=-5),
        typed(),
        typed(list_price=Decimal("99.00")),
    ]


def delivered():
    rows = text_rows()
    numbers = [
        {
            name: json.loads(value)
            if name in ("list_price", "cost", "commission", "stock") and value
            else value
            for name, value in blank_as_null(row).items()
        }
        for row in rows
    ]
    array = json.dumps([blank_as_null(row) for row in rows], indent=2).encode()
    return {
        "csv": ({"kind": "csv"}, csv(*rows)),
        "csv.gz": ({"kind": "csv", "compression": "gzip"}, gzip.compress(csv(*rows))),
        "lines": ({"kind": "json"}, json_lines(*rows)),
        "lines of numbers": ({"kind": "json"}, json_lines(*numbers)),
        "lines.gz": ({"kind": "json", "compression": "gzip"}, gzip.compress(json_lines(*rows))),
        "array": ({"kind": "json"}, array),
        "array in a line": ({"kind": "json"}, json.dumps(numbers).encode()),
        "parquet": ({"kind": "parquet"}, parquet(*typed_rows())),
        "avro": ({"kind": "avro"}, avro(*typed_rows())),
    }


FORMATS = [name for name in delivered() if name != "csv"]


def without_lines(rows):
    return [{name: value for name, value in row.items() if name != "line_number"} for row in rows]


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_rows_come_out_of_every_format(name):
    file_format, raw = delivered()["csv"]
    expected = transform(raw, **file_format)
    file_format, raw = delivered()[name]
    found = transform(raw, **file_format)
    assert without_lines(found.rows) == without_lines(expected.rows)
    assert [fault[1:3] for fault in found.faults] == [fault[1:3] for fault in expected.faults]
    same = {
        "rows_read",
        "rows_written",
        "rows_quarantined",
        "rows_duplicate",
        "money",
        "reasons",
        "warnings",
        "months",
    }
    assert found.result.model_dump(include=same) == expected.result.model_dump(include=same)
    first = 2 if "csv" in name else 1
    assert [row["line_number"] for row in found.rows] == [first, first + 1, first + 4]


@pytest.mark.parametrize("name", FORMATS)
def test_blocks_of_any_size_give_the_same_rows(name, monkeypatch):
    from saleslake.transform import delimited, json_records
    from saleslake.transform import typed as typed_records

    file_format, raw = delivered()[name]
    expected = transform(raw, **file_format)
    monkeypatch.setattr(delimited, "BLOCK_BYTES", 10)
    monkeypatch.setattr(delimited, "READ_SIZE", 256)
    monkeypatch.setattr(json_records, "BLOCK_BYTES", 10)
    monkeypatch.setattr(json_records, "READ_SIZE", 1000)
    monkeypatch.setattr(typed_records, "BLOCK_BYTES", 10)
    monkeypatch.setattr(typed_records, "BATCH_ROWS", 1)
    found = transform(raw, **file_format)
    assert found.rows == expected.rows
    assert found.quarantined == expected.quarantined
    assert found.result == expected.result


def test_a_quarantined_record_of_a_typed_file_is_told_as_json_with_all_its_digits():
    found = transform(parquet(typed(stock=-5, list_price=Decimal("500000.10"), cost=None)), kind="parquet")
    assert found.quarantined == []
    found = transform(parquet(typed(), typed(product_id="Q", list_price=Decimal("0.10"))), kind="parquet")
    assert found.faults == [(2, "pattern", "product_id", "Q")]
    assert json.loads(found.quarantined[0]["raw_text"]) == {
        "product_id": "Q",
        "updated_at": "2024-06-01 09:30:00.000000Z",
        "list_price": 0.1,
        "cost": 60.0,
        "commission": 0.0525,
        "stock": 3,
        "decided_on": "2024-05-31",
    }
    assert '"list_price": 0.10,' in found.quarantined[0]["raw_text"]


def test_the_amazon_report_is_read_from_json_as_from_csv():
    rows = [dict(report.ROW), report.ROW | {"Order ID": "2", "Amount": "12.5", "Date": "4/30/2022"}]
    contract = load_contract("amazon_orders")
    lines = [report.line(), report.line(Order_ID="2", Amount="12.5", Date="4/30/2022")]
    expected = report.transform(report.report(*lines))
    found = prices.transform(json_lines(*rows), contract, kind="json")
    ignored = {"line_number", "landing_order"}
    assert [{name: value for name, value in row.items() if name not in ignored} for row in found.rows] == [
        {name: value for name, value in row.items() if name not in ignored} for row in expected.rows
    ]
    assert {row["order_date"] for row in found.rows} == {date(2022, 4, 30)}
