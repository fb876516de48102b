"""Parquet as it is written: a dictionary where values come again, none where it would be thrown away."""

import pyarrow as pa
import pyarrow.parquet
import pytest

from saleslake.transform.parquet import ParquetFile

SCHEMA = pa.schema([("number", pa.int64()), ("state", pa.string())])


@pytest.fixture
def write(tmp_path):
    """Write tables to one file; what Parquet's own reader finds in it."""

    def written(*tables):
        with ParquetFile(tmp_path / "rows.parquet", SCHEMA) as file:
            for table in tables:
                file.write(table)
        return pyarrow.parquet.ParquetFile(tmp_path / "rows.parquet")

    return written


def test_only_values_that_repeat_have_a_dictionary(write):
    rows = pa.table({"number": range(1000), "state": ["Goa", "Kerala"] * 500}).cast(SCHEMA)
    found = write(rows, rows)
    group = found.metadata.row_group(1)
    assert [group.column(at).has_dictionary_page for at in range(2)] == [False, True]
    assert found.read().equals(pa.concat_tables([rows, rows]))


def test_a_file_without_rows_has_its_columns(write):
    assert write().read().schema.names == ["number", "state"]
    assert write(SCHEMA.empty_table()).metadata.num_rows == 0
