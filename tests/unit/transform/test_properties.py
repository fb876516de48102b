"""Whatever the file holds, a second tool reads the same: Python's csv for records and lines, Decimal for money."""

import csv
import io
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saleslake.contracts.loader import load_contract
from saleslake.formats.model import DeliveredFormat
from saleslake.transform import delimited
from saleslake.transform.checks import compile_columns
from saleslake.transform.delimited import DelimitedRecords
from saleslake.transform.source import RememberedSource
from saleslake.transform.values import quote
from tests.unit.transform.report import line, report, transform

ENGINE = duckdb.connect()
AMOUNT = next(
    column
    for column in compile_columns(load_contract("amazon_orders"), {"amount": 0}, {})
    if column.name == "amount"
)
FIELD = st.text(alphabet='ab,;" \n\r\té₹', max_size=6)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="0123456789.-+eE, _₹", max_size=24))
def test_an_amount_is_the_decimal_python_reads_or_no_amount(text):
    """A plain number is read to the cent as Decimal reads it; nothing else is read at all."""
    (found,) = ENGINE.execute(f"SELECT {AMOUNT.value} FROM (SELECT {quote(text)} AS t_amount)").fetchall()[0]
    plain = text.removeprefix("-")
    whole, _, decimals = plain.partition(".")
    readable = (
        whole.isdigit()
        and plain.count(".") <= 1
        and (decimals.isdigit() if "." in plain else True)
        and not decimals[2:].strip("0")
        and len(whole.lstrip("0")) <= 16
    )
    assert found == (Decimal(text) if readable else None)


@settings(max_examples=200, deadline=None)
@given(
    rows=st.lists(st.lists(FIELD, min_size=8, max_size=8), min_size=1, max_size=12),
    delimiter=st.sampled_from([",", ";", "\t"]),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    block=st.sampled_from([256, 1 << 20]),
)
def test_records_fields_lines_and_text_are_those_of_pythons_csv(rows, delimiter, end, quoting, block):
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerows([list("abcdefgh"), *rows])
    reader = csv.reader(io.StringIO(text.getvalue(), newline=""), delimiter=delimiter)
    expected, previous = [], 0
    physical = _lines(text.getvalue())
    for fields in reader:
        expected.append((fields, previous + 1, "".join(physical[previous : reader.line_num]).rstrip("\r\n")))
        previous = reader.line_num
    before, delimited.READ_SIZE = delimited.READ_SIZE, block
    try:
        source = RememberedSource(io.BytesIO(text.getvalue().encode()), gzipped=False)
        read = DelimitedRecords(source, DeliveredFormat(delimiter=delimiter))
        found = []
        for part in read.blocks():
            assert part.malformed == ()
            spans = list(
                zip(part.rows.column("line").to_pylist(), part.rows.column("span").to_pylist(), strict=True)
            )
            fields = zip(*(part.rows.column(name).to_pylist() for name in read.names), strict=True)
            texts = read.raw_text(spans)
            found += [(list(row), at, raw) for row, (at, _), raw in zip(fields, spans, texts, strict=True)]
    finally:
        delimited.READ_SIZE = before
    assert found == expected[1:]


@pytest.mark.parametrize("before", range(200, 260))
def test_a_line_end_inside_quotes_survives_wherever_a_read_ends(before, monkeypatch):
    monkeypatch.setattr(delimited, "READ_SIZE", 256)
    value = "x" * before + "\r\nrest"
    body = f'a,b\n1,"{value}"\n2,short\n'.encode()
    read = DelimitedRecords(RememberedSource(io.BytesIO(body), gzipped=False), DeliveredFormat(delimiter=","))
    rows = [row for part in read.blocks() for row in part.rows.to_pylist()]
    assert [(row["c1"], row["line"]) for row in rows] == [(value, 2), ("short", 4)]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.lists(st.text(alphabet='ab" ,', max_size=6), min_size=2, max_size=2).map(",".join), min_size=1
    ),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([64, 1 << 20]),
)
def test_a_row_is_kept_just_when_strict_quoting_can_read_it(lines, end, block):
    # a broken one that leaves a quote open: which lines it takes along nobody can tell
    lines = [
        text for text in lines if len(_strict(text) or []) == 2 or not (text.count('"') % 2 or _open(text))
    ]
    lines = [text for text in lines if (fields := _strict(text)) is None or len(fields) == 2]
    body = "".join(text + end for text in ["c,d", *lines]).encode()
    before, delimited.READ_SIZE = delimited.READ_SIZE, block
    try:
        source = RememberedSource(io.BytesIO(body), gzipped=False)
        found = list(DelimitedRecords(source, DeliveredFormat(delimiter=",")).blocks())
    finally:
        delimited.READ_SIZE = before
    kept = {row["line"]: [row["c0"], row["c1"]] for part in found for row in part.rows.to_pylist()}
    expected = {at: fields for at, text in enumerate(lines, 2) if (fields := _strict(text)) and any(fields)}
    assert {at: fields for at, fields in kept.items() if any(fields)} == expected


def _open(text):
    """Whether the next line is part of a quoted field, to a reader that lets text follow a closing quote."""
    return any("\n" in field for field in next(csv.reader([f"{text}\n"])))


def _strict(text):
    """The fields of one line; None where text follows a closing quote, [] where a quote stays open."""
    try:
        return next(csv.reader([text], strict=True), [])
    except csv.Error as problem:
        return None if "expected after" in str(problem) else []


def _lines(text):
    return list(io.StringIO(text, newline=""))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.just(line()),
            st.builds(lambda number: line(index=str(number)), st.integers(0, 9)),
            st.builds(lambda amount: line(Amount=amount), st.sampled_from(["1.10", "-2", "x", "", "0.01"])),
            st.text(alphabet='ab,"\n', max_size=40),
        ),
        min_size=1,
        max_size=15,
    )
)
def test_no_row_and_no_rupee_is_lost_whatever_the_file_holds(lines):
    result = transform(report(*lines)).result
    if result.status == "refused":
        return
    assert result.rows_read == result.rows_written + result.rows_quarantined + result.rows_duplicate
    money = {fate: Decimal(text) for fate, text in result.money["amount"].model_dump().items()}
    assert money["read"] == money["written"] + money["quarantined"] + money["duplicate"]
