"""Timestamps, patterns, rules over whole rows, and keys that a file repeats."""

from datetime import UTC, datetime
from decimal import Decimal

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from saleslake.contracts.timestamps import read_timestamp
from saleslake.transform.values import quote, read_timestamp_sql
from tests.unit.contracts.warehouse_contract import prices
from tests.unit.transform.prices import csv, price, transform

ENGINE = duckdb.connect()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-06-01T09:30:00Z", datetime(2024, 6, 1, 9, 30)),
        ("2024-06-01t09:30:00z", datetime(2024, 6, 1, 9, 30)),
        ("2024-06-01 09:30:00+00:00", datetime(2024, 6, 1, 9, 30)),
        ("2024-06-01T00:30:00+05:30", datetime(2024, 5, 31, 19, 0)),
        ("2024-05-31T23:30:00-08:00", datetime(2024, 6, 1, 7, 30)),
        ("2024-06-01T09:30:00.123456789Z", datetime(2024, 6, 1, 9, 30, 0, 123000)),
        ("2024-06-01T09:30:00.9999Z", datetime(2024, 6, 1, 9, 30, 0, 999000)),
        ("2024-02-29T23:59:59Z", datetime(2024, 2, 29, 23, 59, 59)),
    ],
)
def test_a_timestamp_becomes_the_moment_in_utc_cut_to_milliseconds(text, moment):
    (row,) = transform(csv(price(updated_at=text))).rows
    assert row["updated_at"] == moment


@pytest.mark.parametrize(
    ("changes", "rule", "column", "value"),
    [
        ({"updated_at": "2024-06-01T09:30:00"}, "time_zone", "updated_at", "2024-06-01T09:30:00"),
        ({"updated_at": "2024-06-01 09:30:00.5"}, "time_zone", "updated_at", "2024-06-01 09:30:00.5"),
        ({"updated_at": "2024-06-01"}, "timestamp_format", "updated_at", "2024-06-01"),
        ({"updated_at": "2023-02-29T00:00:00Z"}, "timestamp_format", "updated_at", "2023-02-29T00:00:00Z"),
        ({"updated_at": "2024-06-01T24:00:00Z"}, "timestamp_format", "updated_at", "2024-06-01T24:00:00Z"),
        ({"updated_at": "2024-06-01T09:30Z"}, "timestamp_format", "updated_at", "2024-06-01T09:30Z"),
        ({"updated_at": "1717234200"}, "timestamp_format", "updated_at", "1717234200"),
        (
            {"updated_at": "0001-01-01T00:00:00+01:00"},
            "timestamp_format",
            "updated_at",
            "0001-01-01T00:00:00+01:00",
        ),
        ({"updated_at": "1999-12-31T23:59:59Z"}, "range", "updated_at", "1999-12-31T23:59:59Z"),
        ({"updated_at": "2000-01-01T00:00:00+01:00"}, "range", "updated_at", "2000-01-01T00:00:00+01:00"),
        ({"updated_at": "2024-06-15T12:05:01Z"}, "not_after_landing", "updated_at", "2024-06-15T12:05:01Z"),
        ({"decided_on": "2024-06-17"}, "not_after_landing", "decided_on", "2024-06-17"),
        ({"product_id": "X-1"}, "pattern", "product_id", "X-1"),
        ({"product_id": "P-1 P-2"}, "pattern", "product_id", "P-1 P-2"),
        ({"commission": "0.05251"}, "type", "commission", "0.05251"),
        ({"commission": "10"}, "type", "commission", "10"),
        ({"commission": "1.0001"}, "range", "commission", "1.0001"),
        (
            {"list_price": "500000.00"},
            "stock_worth_knowing",
            None,
            "list_price 500000.00, stock 3",
        ),
    ],
)
def test_a_faulty_value_sets_its_row_aside_and_no_other(changes, rule, column, value):
    found = transform(csv(price(product_id="P-9"), price(**changes)))
    assert found.faults == [(3, rule, column, value)]
    assert [row["product_id"] for row in found.rows] == ["P-9"]
    assert found.result.reasons == {rule: 1}


@pytest.mark.parametrize(
    "changes",
    [
        {"updated_at": "2024-06-15T12:04:59Z"},
        {"updated_at": "2024-06-15T17:30:00+05:30"},
        {"updated_at": "2000-01-01T00:00:00Z"},
        {"decided_on": "2024-06-16"},
        {"decided_on": ""},
        {"commission": "1"},
        {"commission": "0.0001"},
        {"stock": "", "list_price": "500000.00"},
        {"stock": "-3", "list_price": "500000.00"},
    ],
)
def test_what_lies_at_the_edge_of_a_rule_is_kept(changes):
    assert transform(csv(price(**changes))).result.rows_written == 1


def test_a_rule_that_warns_counts_its_rows_and_keeps_them():
    found = transform(csv(price(), price(product_id="P-2", cost="100.01"), price(product_id="P-3", cost="")))
    assert found.result.warnings == {"sold_above_cost": 1}
    assert [row["product_id"] for row in found.rows] == ["P-1", "P-2", "P-3"]


def test_a_rule_over_rows_that_halts_refuses_the_file_with_the_first_line():
    contract = prices()
    rule = contract.row_rules[0].model_copy(update={"action": "halt"})
    found = transform(csv(price(), price(cost="100.01")), contract.model_copy(update={"row_rules": (rule,)}))
    assert found.result.status == "refused"
    assert (found.result.refusal.code, found.result.refusal.line) == ("sold_above_cost", 3)


def test_an_expression_that_cannot_be_computed_for_a_row_is_broken_by_it():
    contract = prices()
    expression = "CAST(substr(product_id, 3) AS INTEGER) > 0"
    rule = contract.row_rules[1].model_copy(update={"expression": expression, "columns": ("product_id",)})
    contract = contract.model_copy(update={"row_rules": (rule,)})
    found = transform(csv(price(product_id="P-99999999999"), price(product_id="P-2")), contract)
    assert found.faults == [(2, "stock_worth_knowing", None, "product_id P-99999999999")]
    assert [row["product_id"] for row in found.rows] == ["P-2"]


def test_a_row_with_five_faults_is_set_aside_once_with_five_reasons():
    row = price(
        product_id="X", updated_at="2024-06-20T00:00:00Z", commission="7", stock="9", list_price="300000"
    )
    found = transform(csv(row | {"decided_on": "soon"}))
    assert [rule for _, rule, _, _ in found.faults] == [
        "pattern",
        "not_after_landing",
        "range",
        "date_format",
        "stock_worth_knowing",
    ]
    assert found.result.rows_quarantined == 1
    assert found.result.money["list_price"].quarantined == "300000.00"


def test_a_key_repeated_with_other_values_is_told_and_every_row_is_written():
    rows = [price(), price(list_price="90.00"), price(list_price="80.00"), price(product_id="P-2"), price()]
    found = transform(csv(*rows))
    assert found.result.warnings == {"repeated_key": 2}
    assert (found.result.rows_written, found.result.rows_duplicate) == (4, 1)
    assert [row["list_price"] for row in found.rows][:3] == [Decimal(100), Decimal(90), Decimal(80)]


def test_one_moment_written_in_two_zones_is_one_key():
    rows = [price(), price(updated_at="2024-06-01T15:00:00+05:30")]
    assert transform(csv(*rows)).result.warnings == {"repeated_key": 1}


def test_a_quarantined_row_does_not_make_the_good_one_of_its_key_a_repeat():
    found = transform(csv(price(stock="many"), price()))
    assert found.result.warnings == {}
    assert found.result.rows_written == 1


def test_months_are_those_of_the_column_the_contract_partitions_by():
    rows = [price(updated_at="2024-01-31T23:30:00Z"), price(updated_at="2024-05-31T23:30:00-05:00")]
    result = transform(csv(*rows)).result
    assert result.months == ("2024-01", "2024-06")
    assert (result.min_date, result.max_date) == ("2024-01-31", "2024-06-01")


@settings(max_examples=120, deadline=None)
@example("0001-01-01T00:00:00+00:01")
@example("9999-12-31T23:59:59.9999-00:01")
@example("1969-12-31T23:59:59.9999Z")
@example("2024-06-01T09:30:00+24:00")
@given(
    st.one_of(
        st.builds(
            "{:04}-{:02}-{:02}{}{:02}:{:02}:{:02}{}{}".format,
            st.integers(0, 9999),
            st.integers(0, 13),
            st.integers(0, 32),
            st.sampled_from(["T", " ", "t", "_"]),
            st.integers(0, 24),
            st.integers(0, 60),
            st.integers(0, 60),
            st.sampled_from(["", ".5", ".0009999", ".123456789", "."]),
            st.sampled_from(["Z", "z", "+05:30", "-23:59", "+24:00", "+00:60", "", "+0530"]),
        ),
        st.datetimes(timezones=st.timezones()).map(datetime.isoformat),
        st.text(alphabet="0123456789T:-+Z. ", max_size=30),
    )
)
def test_the_sql_reads_a_timestamp_as_python_does(text):
    expected = read_timestamp(text)
    (found,) = ENGINE.execute(f"SELECT {read_timestamp_sql('t')} FROM (SELECT {quote(text)} AS t)").fetchone()
    assert found == (expected.replace(tzinfo=None) if expected else None)
    if expected:
        assert expected.tzinfo is UTC


@pytest.mark.parametrize(
    ("kind", "text", "read"),
    [
        ("decimal(5,0)", "12", Decimal(12)),
        ("decimal(5,0)", "12.00", Decimal(12)),
        ("decimal(5,0)", "12.5", None),
        ("decimal(5,0)", "123456", None),
        ("decimal(4,4)", "0.1234", Decimal("0.1234")),
        ("decimal(4,4)", "1.0", None),
        (
            "decimal(38,10)",
            "1234567890123456789012345678.0000000001",
            Decimal("1234567890123456789012345678.0000000001"),
        ),
    ],
)
def test_a_decimal_holds_the_digits_its_type_says(kind, text, read):
    contract = prices()
    cost = contract.by_name["cost"].model_copy(update={"physical_type": kind})
    columns = tuple(cost if column.name == "cost" else column for column in contract.columns)
    contract = contract.model_copy(update={"columns": columns, "row_rules": ()})
    found = transform(csv(price(cost=text)), contract)
    assert [row["cost"] for row in found.rows] == ([] if read is None else [read])
    assert [fault[1:] for fault in found.faults] == ([("type", "cost", text)] if read is None else [])
