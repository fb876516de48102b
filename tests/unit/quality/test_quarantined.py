"""Refused rows are read from the lake by way of a file on disk, some thousands at a time."""

import tempfile
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from saleslake.formats.rows import BATCH, parquet_bytes
from saleslake.quality.quarantined import refused_rows

COLUMNS = [("line_number", "bigint", "the line"), ("raw_text", "string", "as delivered")]
ROWS = [{"line_number": number, "raw_text": f"row {number}"} for number in range(BATCH + 1)]


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def left(scratch: Path) -> list[Path]:
    return list(scratch.iterdir())


def test_every_row_comes_in_order_and_nothing_stays_on_disk(backend, scratch):
    backend.lake.put_bytes("refused.parquet", parquet_bytes(COLUMNS, ROWS))
    batches = list(refused_rows("refused.parquet", backend.lake))
    assert [len(batch) for batch in batches] == [BATCH, 1]
    assert [row for batch in batches for row in batch] == ROWS
    assert left(scratch) == []


def test_who_stops_early_leaves_nothing_on_disk(backend, scratch):
    backend.lake.put_bytes("refused.parquet", parquet_bytes(COLUMNS, ROWS))
    batches = refused_rows("refused.parquet", backend.lake)
    next(batches)
    assert left(scratch) != []
    batches.close()
    assert left(scratch) == []


def test_rows_that_are_not_there_are_no_empty_answer(backend, scratch):
    with pytest.raises(ClientError):
        next(refused_rows("nowhere.parquet", backend.lake))
    assert left(scratch) == []
