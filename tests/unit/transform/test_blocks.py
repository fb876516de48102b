"""What is done to a block in bulk, without copying or ahead of time, is what would be done row by row in turn."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saleslake.contracts.aliases import WHITESPACE
from saleslake.contracts.loader import load_contract
from saleslake.transform import delimited
from saleslake.transform.ahead import read_ahead
from saleslake.transform.checks import compile_columns
from saleslake.transform.processed import in_file_order, processed_rows
from saleslake.transform.records import Block, join
from tests.unit.transform.report import line, report, transform

TEXTS = st.lists(st.none() | st.text(alphabet="ab \t\r\n\u00a0é₹", max_size=5), min_size=1, max_size=20)


@settings(max_examples=300, deadline=None)
@given(texts=TEXTS, first=st.integers(0, 20))
def test_a_trimmed_text_is_the_text_without_whitespace_around_it_or_nothing(texts, first):
    delivered = pa.array(texts, pa.string()).slice(min(first, len(texts)))
    block = join([Block(pa.table({"c0": delivered}), ())], ["c0"])
    assert block.rows.column("c0").to_pylist() == delivered.to_pylist()
    assert block.rows.column("trimmed_c0").to_pylist() == [
        (text or "").strip(WHITESPACE) or None for text in delivered.to_pylist()
    ]


@pytest.mark.parametrize("others", [0, 5000], ids=["few rows", "many rows"])
def test_rows_that_are_neither_bad_nor_duplicates_are_written(others):
    contract = load_contract("customers")
    columns = compile_columns(contract, {column.name: at for at, column in enumerate(contract.columns)}, {})
    count = 4 + others
    texts, lines = ["a", None, "b", "c"] + ["d"] * others, list(range(2, 2 + count))
    rows = pa.table({f"trimmed_c{at}": texts for at in range(len(columns))} | {"line": lines})
    told = {f"v_{column.name}": texts for column in columns}
    marked = pa.table(
        told
        | {"bad": [False, True, False, True] + [False] * others}
        | {"kept": [True, True, False, False] + [True] * others}
        | {"occurrence": pa.array([2] + [1] * (count - 1), pa.int32())}
    )
    written = processed_rows(rows, marked, columns, file_id="f", order="o").to_pylist()
    assert [row["line_number"] for row in written] == [2, *lines[4:]]
    assert {row["file_id"] for row in written} == {"f"}
    assert [row["occurrence"] for row in written] == [2, *[1] * others]


def test_checked_rows_are_put_in_the_order_of_their_lines():
    checked = pa.concat_tables(
        [pa.table({"line": [7, 3], "bad": [True, False]}), pa.table({"line": [5], "bad": [False]})]
    )
    assert in_file_order(checked).to_pylist() == [
        {"line": 3, "bad": False},
        {"line": 5, "bad": False},
        {"line": 7, "bad": True},
    ]


def test_a_refused_row_keeps_its_text_though_the_next_block_is_being_read(monkeypatch):
    monkeypatch.setattr(delimited, "READ_SIZE", 1024)
    monkeypatch.setattr(delimited, "BLOCK_BYTES", 1024)
    lines = [line(index=str(at), Order_ID=f"o{at}", Amount="x" if at % 3 else "1") for at in range(60)]
    found = transform(report(*lines))
    assert [(row["line_number"], row["raw_text"]) for row in found.quarantined] == [
        (at + 2, text) for at, text in enumerate(lines) if at % 3
    ]


def test_what_is_read_ahead_comes_in_order_and_fails_where_it_failed():
    def three_and_a_fault():
        yield from (1, None, 3)
        raise ValueError("four")

    found = []
    with pytest.raises(ValueError, match="four"):
        found.extend(read_ahead(three_and_a_fault()))
    assert found == [1, None, 3]
