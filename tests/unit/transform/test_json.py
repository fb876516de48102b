"""JSON: every number as written, every line on its own, and nothing guessed."""

import io
import json
import sys
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saleslake.transform.json_records import JsonRecords
from tests.unit.contracts.warehouse_contract import prices
from tests.unit.transform.prices import PRICE, json_lines, price, transform

ENGINE = duckdb.connect()


@pytest.fixture
def python_as_it_starts():
    """Python's own limit of nesting, whatever a library of another test made of it."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    yield
    sys.setrecursionlimit(before)


def line(**changes):
    """One price as a JSON line; values are JSON text."""
    pairs = {name: json.dumps(value) for name, value in PRICE.items()} | changes
    return "{" + ", ".join(f'"{name}": {value}' for name, value in pairs.items()) + "}"


def lines(*texts):
    return "\n".join([*texts, ""]).encode()


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("100", Decimal("100.00")),
        ("0.1", Decimal("0.10")),
        ("1.10", Decimal("1.10")),
        ("0.00", Decimal("0.00")),
        ("0.000000", Decimal("0.00")),
        ("9007199254740993.01", Decimal("9007199254740993.01")),
        ("9999999999999999.99", Decimal("9999999999999999.99")),
        ("123456789012.35", Decimal("123456789012.35")),
        ('"12.50"', Decimal("12.50")),
    ],
)
def test_money_is_read_to_the_last_digit_whether_number_or_text(written, amount):
    found = transform(lines(line(list_price=written, stock="0")), kind="json")
    assert [row["list_price"] for row in found.rows] == [amount]


@pytest.mark.parametrize(
    ("column", "written", "rule", "value"),
    [
        ("list_price", "1e3", "type", "1e3"),
        ("list_price", "12.345", "type", "12.345"),
        ("list_price", "99999999999999999.99", "type", "99999999999999999.99"),
        ("list_price", "NaN", "type", "NaN"),
        ("list_price", "-Infinity", "type", "-Infinity"),
        ("list_price", "true", "type", "true"),
        ("list_price", "[1.50]", "type", "[1.50]"),
        ("list_price", '{"amount": 1.10, "currency": "INR"}', "type", '{"amount": 1.10, "currency": "INR"}'),
        ("list_price", "null", "required", None),
        ("stock", "1.5", "type", "1.5"),
        ("stock", "12345678901234567890", "type", "12345678901234567890"),
        ("updated_at", '["2024-06-01T09:30:00Z"]', "type", '["2024-06-01T09:30:00Z"]'),
        ("decided_on", "{}", "type", "{}"),
        ("decided_on", "20240531", "date_format", "20240531"),
    ],
)
def test_a_value_that_does_not_belong_sets_its_row_aside_as_it_was_written(column, written, rule, value):
    text = line(**{column: written})
    found = transform(lines(line(product_id='"P-9"'), text), kind="json")
    assert found.faults == [(2, rule, column, value)]
    assert found.quarantined[0]["raw_text"] == text
    assert [row["product_id"] for row in found.rows] == ["P-9"]


def test_a_record_where_text_belongs_is_set_aside_although_it_could_be_text():
    contract = prices()
    free = contract.by_name["product_id"].model_copy(update={"pattern": None})
    contract = contract.model_copy(update={"columns": (free, *contract.columns[1:])})
    found = transform(lines(line(product_id='{"id": 007.0}'.replace("007.0", "7.0"))), contract, kind="json")
    assert found.faults == [(1, "type", "product_id", '{"id": 7.0}')]


def test_a_number_where_text_belongs_is_text_as_written():
    contract = prices()
    free = contract.by_name["product_id"].model_copy(update={"pattern": None})
    contract = contract.model_copy(update={"columns": (free, *contract.columns[1:])})
    texts = [
        line(product_id=written) for written in ("1.10", "1.1", "7", "12345678901234567890123", "1E2", "true")
    ]
    found = transform(lines(*texts), contract, kind="json")
    assert [row["product_id"] for row in found.rows] == [
        "1.10",
        "1.1",
        "7",
        "12345678901234567890123",
        "1E2",
        "true",
    ]


@pytest.mark.parametrize(
    ("broken", "value"),
    [
        ('{"product_id": "P-1"', "Expecting ',' delimiter: line 1 column 21 (char 20)"),
        ('{"product_id": "P-1",}', "Illegal trailing comma before end of object: line 1 column 21 (char 20)"),
        ('{"list_price": 012}', "Expecting ',' delimiter: line 1 column 17 (char 16)"),
        ("{'product_id': 'P-1'}", None),
        ('{"product_id": "a\tb"}', "Invalid control character at: line 1 column 18 (char 17)"),
        ('{"product_id": undefined}', "Expecting value: line 1 column 16 (char 15)"),
        ('{"a": 1} {"b": 2}', "Extra data: line 1 column 10 (char 9)"),
        ('{"a": 1} // more', None),
        ("[1, 2]", "[1, 2]"),
        ('"text"', '"text"'),
        ("42", "42"),
        ("null", "null"),
        ("truncated", None),
        ('{"product_id": "\\ud800"}', "half of a surrogate pair"),
        ('{"product_id": "P-1", "product_id": "P-2"}', "'product_id' again"),
        ('{"product_id": "P-1", "Product ID": "P-2"}', "'Product ID' again"),
        ('{"extra": 1, "extra": 1}', "'extra' again"),
        ("[" * 100_000, "nested too deeply"),
        ("[" * 2000 + "]" * 2000, "nested too deeply"),
        ('{"product_id": ' + "[" * 2000 + "]" * 2000 + "}", "nested too deeply"),
    ],
)
def test_a_line_that_is_no_json_object_is_set_aside_and_no_other(broken, value, python_as_it_starts):
    found = transform(lines(line(), broken, line(product_id='"P-2"')), kind="json")
    ((at, rule, column, told),) = found.faults
    assert (at, rule, column) == (2, "json", None)
    assert value is None or told == value
    assert found.quarantined[0]["raw_text"] == broken
    assert [row["line_number"] for row in found.rows] == [1, 3]
    assert found.result.unparsed_money_rows == 1


def test_lines_may_have_other_keys_in_another_order_and_spelling_and_blank_lines_are_none():
    texts = [line(), '{"LIST-PRICE":5,"Product Id":"P-2","updated_at":"2024-06-01T09:30:00Z"}', "", "  "]
    found = transform(lines(*texts, line(product_id='"P-3"', colour='"red"')), kind="json")
    assert [(row["line_number"], row["product_id"], row["stock"]) for row in found.rows] == [
        (1, "P-1", 3),
        (2, "P-2", None),
        (5, "P-3", 3),
    ]


def test_values_the_contract_does_not_name_decide_whether_a_row_is_a_duplicate():
    texts = [
        line(),
        line(colour='"red"'),
        line(colour='"red"'),
        line(colour='{"rgb": [1, 2]}'),
        line(colour="null"),
    ]
    found = transform(lines(*texts, line(colour='{"rgb": [1,2]}')), kind="json")
    assert found.result.rows_duplicate == 3
    assert [row["line_number"] for row in found.rows] == [1, 2, 4]


def test_an_array_of_records_numbers_them_and_its_broken_end_names_the_line():
    rows = [price(), price(product_id="Q"), price(product_id="P-3")]
    whole = json.dumps(rows, indent=1)
    found = transform(whole.encode(), kind="json")
    assert found.faults == [(2, "pattern", "product_id", "Q")]
    assert json.loads(found.quarantined[0]["raw_text"]) == rows[1]
    assert [row["line_number"] for row in found.rows] == [1, 3]
    for broken in (whole[:-2], whole[:-1] + ",]", whole + "x", whole.replace("P-3", 'P"3')):
        refused = transform(broken.encode(), kind="json").result
        assert (refused.status, refused.refusal.code) == ("refused", "broken_json")
        assert refused.refusal.line >= 18


def test_text_that_is_no_utf_8_refuses_the_file():
    refused = transform(lines(line()) + b'{"product_id": "\xff"}\n', kind="json").result
    assert (refused.status, refused.refusal.code) == ("refused", "encoding")


def test_a_line_that_never_ends_refuses_the_file():
    endless = lines(line()) + b'{"product_id": "' + b"x" * (3 << 20)
    refused = transform(endless, kind="json").result
    assert (refused.status, refused.refusal.code, refused.refusal.line) == ("refused", "record_too_long", 2)


def test_a_byte_order_mark_and_crlf_change_nothing():
    found = transform(
        b"\xef\xbb\xbf" + lines(line(), line(product_id='"P-2"')).replace(b"\n", b"\r\n"), kind="json"
    )
    assert [row["product_id"] for row in found.rows] == ["P-1", "P-2"]


SCALAR = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**25), 10**25),
    st.text(max_size=8),
    st.text(alphabet='\\"{}[]:, 0.1eNaInf/ ', max_size=12),
)
NUMBER = st.from_regex(r"-?(0|[1-9][0-9]{0,20})([.][0-9]{1,8})?([eE][+-]?[0-9]{1,3})?", fullmatch=True)
VALUE = st.one_of(
    NUMBER, SCALAR.map(lambda v: json.dumps(v, default=str)), st.sampled_from(["[1.0]", '{"a": 1.50}'])
)
NAMES = [column.name for column in prices().columns]


def expected_text(written):
    value = json.loads(written, parse_int=str, parse_float=str)
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value) if isinstance(value, bool) else None


@settings(max_examples=120, deadline=None)
@given(
    st.lists(
        st.dictionaries(st.sampled_from([*NAMES, "extra", 'odd "key"', "a/b~c"]), VALUE, max_size=6),
        min_size=1,
        max_size=6,
    ),
    st.booleans(),
    st.booleans(),
)
def test_every_value_is_the_text_python_reads_of_it(records, array, escape):
    """Whether a line is read in bulk or by Python: text stays text, and a number keeps every digit it is written with.

    Where no text is wanted, a number may come out shorter, but never another number.
    """
    texts = ["{" + ",".join(f"{json.dumps(k)}: {v}" for k, v in record.items()) + "}" for record in records]
    first = line()
    body = f"[{first},{','.join(texts)}]" if array else "\n".join([first, *texts])
    read = JsonRecords(io.BytesIO(body.encode()), prices(), ENGINE)
    rows = [row for block in read.blocks() for row in block.rows.to_pylist()][1:]
    assert len(rows) == len(records)
    for row, record in zip(rows, records, strict=True):
        for at, name in enumerate(NAMES):
            written = record.get(name, "null")
            if written[0] in "[{":
                assert f",c{at}," in row["nested"]
                assert json.loads(row[f"c{at}"]) == json.loads(written)
                continue
            expected = expected_text(written)
            if name == "product_id" or expected is None or written[0] in '"tf':
                assert row[f"c{at}"] == expected
            else:
                assert Decimal(row[f"c{at}"]) == Decimal(expected)
                assert "e" in expected.lower() or "e" not in row[f"c{at}"].lower()


def test_a_file_of_lines_none_of_which_is_an_object_is_refused():
    refused = transform(b'{\n "product_id": "P-1"\n}\n', kind="json").result
    assert (refused.refusal.code, refused.refusal.value) == ("json_layout", "{")


def test_a_file_without_a_key_it_must_bring_is_refused_as_a_csv_file_is():
    rows = [{name: value for name, value in price().items() if name != "list_price"}]
    refused = transform(json_lines(*rows), kind="json").result
    assert (refused.refusal.code, refused.refusal.column) == ("missing_column", "list_price")
