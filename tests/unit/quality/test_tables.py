"""The quality tables are what the page about them says, and a row of each can be written."""

import io
import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet
import pytest

from saleslake.formats.rows import parquet_bytes
from saleslake.quality.tables import QUALITY_TABLES, glue_table

PAGE = (Path(__file__).parents[3] / "docs/quality.md").read_text()
VALUES = {
    "string": "x",
    "int": 1,
    "bigint": 1,
    "double": 0.5,
    "boolean": True,
    "date": date(2026, 1, 1),
    "timestamp": datetime(2026, 1, 1, 12),
}


@pytest.mark.parametrize("table", QUALITY_TABLES, ids=lambda table: table.name)
def test_the_page_lists_every_column_with_its_type_and_meaning(table):
    _, _, section = PAGE.partition(f"### `{table.name}`\n")
    section, _, _ = section.partition("\n### ")
    listed = re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|$", section, re.MULTILINE)
    assert listed == list(table.columns)


@pytest.mark.parametrize("table", QUALITY_TABLES, ids=lambda table: table.name)
def test_a_row_of_every_type_is_written_and_read_back(table):
    reason = {"rule": "r", "column": None, "value": "v", "expected": "e"}
    row = {
        name: VALUES.get(kind, [reason] if kind.startswith("array") else Decimal("1.25"))
        for name, kind, _ in table.columns
    }
    written = pyarrow.parquet.read_table(io.BytesIO(parquet_bytes(table.columns, [row, {}])))
    first, second = written.to_pylist()
    assert first == row
    assert set(second.values()) == {None}


def test_a_table_is_one_folder_of_parquet_files():
    made = glue_table(QUALITY_TABLES[0], "s3://lake/quality/quality_checks/")
    assert made["PartitionKeys"] == []
    assert made["StorageDescriptor"]["Location"] == "s3://lake/quality/quality_checks/"
