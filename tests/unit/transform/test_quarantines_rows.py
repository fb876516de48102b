"""Rows with a fault: only they are set aside, with every reason, their line and their text as delivered."""

from decimal import Decimal

import pytest

from tests.unit.transform.report import HEADER, line, report, transform

GOOD = line(index="9", Order_ID="good")


@pytest.mark.parametrize(
    ("changes", "rule", "column", "value"),
    [
        ({"Date": "02-30-22"}, "date_format", "order_date", "02-30-22"),
        ({"Date": "13-45-22"}, "date_format", "order_date", "13-45-22"),
        ({"Date": "4-30-22"}, "date_format", "order_date", "4-30-22"),
        ({"Date": "44681"}, "date_format", "order_date", "44681"),
        ({"Date": "04/31/2022"}, "date_format", "order_date", "04/31/2022"),
        ({"Date": "yesterday"}, "date_format", "order_date", "yesterday"),
        ({"Date": "1999-12-31"}, "range", "order_date", "1999-12-31"),
        ({"Amount": '"12,345.50"'}, "type", "amount", "12,345.50"),
        ({"Amount": "₹ 399"}, "type", "amount", "₹ 399"),
        ({"Amount": "1e3"}, "type", "amount", "1e3"),
        ({"Amount": "NaN"}, "type", "amount", "NaN"),
        ({"Amount": "inf"}, "type", "amount", "inf"),
        ({"Amount": "1_000"}, "type", "amount", "1_000"),
        ({"Amount": "٣٩٩"}, "type", "amount", "٣٩٩"),
        ({"Amount": "399.005"}, "type", "amount", "399.005"),
        ({"Amount": "1234567890123456789"}, "type", "amount", "1234567890123456789"),
        ({"Amount": "12345678901234567.00"}, "type", "amount", "12345678901234567.00"),
        ({"Amount": "-399.0"}, "range", "amount", "-399.0"),
        ({"currency": "USD"}, "reporting_currency", "currency", "USD"),
        ({"currency": ""}, "required_with", "currency", ""),
        ({"Order_ID": ""}, "required", "order_id", ""),
        ({"SKU": "  "}, "required", "sku", "  "),
        ({"Category": ""}, "required", "category", ""),
        ({"Qty": ""}, "required", "quantity", ""),
        ({"Qty": "1.5"}, "type", "quantity", "1.5"),
        ({"Qty": "two"}, "type", "quantity", "two"),
        ({"Qty": "-1"}, "range", "quantity", "-1"),
        ({"Qty": "99999999999"}, "type", "quantity", "99999999999"),
        ({"Status": "Sold"}, "known_status", "status", "Sold"),
        ({"Fulfilment": "Easy Ship"}, "known_fulfilment", "fulfilment", "Easy Ship"),
        ({"B2B": "maybe"}, "type", "is_b2b", "maybe"),
    ],
)
def test_a_faulty_field_sets_its_row_aside_and_no_other(changes, rule, column, value):
    faulty = line(**changes)
    found = transform(report(GOOD, faulty))
    assert found.faults == [(3, rule, column, value)]
    assert found.quarantined[0]["raw_text"] == faulty
    assert found.quarantined[0]["file_id"] == "f1"
    assert [row["order_id"] for row in found.rows] == ["good"]
    assert (found.result.rows_read, found.result.rows_written, found.result.rows_quarantined) == (2, 1, 1)
    assert found.result.reasons == {rule: 1}


@pytest.mark.parametrize(
    ("text", "rule", "value"),
    [
        (f"{line()},more", "too_many_fields", "25"),
        (line(ship_city="HYDERABAD, TELANGANA"), "too_many_fields", "25"),
        (f"{line()},,", "too_many_fields", "26"),
        (line().rpartition(",")[0], "too_few_fields", "23"),
        ("0,405-8078784-5731545,04-30", "too_few_fields", "3"),
        ("total", "too_few_fields", "1"),
    ],
)
def test_a_record_with_another_number_of_fields_is_set_aside(text, rule, value):
    found = transform(report(GOOD, text, line(index="8")))
    assert found.faults == [(3, rule, None, value)]
    assert found.quarantined[0]["raw_text"] == text
    assert found.quarantined[0]["reasons"][0]["expected"] == "24 fields"
    assert [row["line_number"] for row in found.rows] == [2, 4]


def test_a_row_that_breaks_five_rules_is_set_aside_once_with_five_reasons():
    found = transform(report(line(Date="x", SKU="", Qty="-2", Amount="1e3", Fulfilment="Ebay")))
    assert found.faults == [
        (2, "date_format", "order_date", "x"),
        (2, "known_fulfilment", "fulfilment", "Ebay"),
        (2, "required", "sku", ""),
        (2, "range", "quantity", "-2"),
        (2, "type", "amount", "1e3"),
    ]
    assert found.result.rows_quarantined == 1
    assert found.result.unparsed_money_rows == 1


def test_a_row_of_commas_alone_is_a_row_with_nothing_required_in_it():
    found = transform(report(GOOD, "," * 23))
    assert {rule for _, rule, _, _ in found.faults} == {"required"}
    assert found.quarantined[0]["raw_text"] == "," * 23


def test_a_date_that_contradicts_the_others_is_set_aside():
    days = [f"4/{day}/2022" for day in range(13, 31)]
    rows = [line(Date=day, index=str(number)) for number, day in enumerate(days)]
    found = transform(report(*rows, line(Date="25/12/2022")))
    assert found.faults == [(20, "date_format", "order_date", "25/12/2022")]
    assert (
        found.quarantined[0]["reasons"][0]["expected"] == "a day written MM-dd-yy or yyyy-MM-dd or M/d/yyyy"
    )
    assert found.result.rows_written == 18


@pytest.mark.parametrize(
    "city", ['"NAVI "MUMBAI""', '"NAVI"MUMBAI', '""MUMBAI', '"A""B"C', '"NAVI" ', '"A\nB"C']
)
def test_text_after_a_closing_quote_is_set_aside_as_broken_quoting(city):
    broken = line(ship_city=city)
    found = transform(report(GOOD, broken))
    assert [(at, rule) for at, rule, _, _ in found.faults] == [(3, "quoting")]
    assert found.quarantined[0]["raw_text"] == broken


def test_a_field_over_two_lines_may_be_as_long_as_a_record():
    city = f'"NAVI\n{"x" * 200_000}"'
    found = transform(report(GOOD, line(ship_city=city)))
    assert (found.faults, len(found.rows)) == ([], 2)


def test_money_in_two_parts_is_never_put_together():
    found = transform(report(GOOD, line(Amount='"1"00.00')))
    assert [(at, rule) for at, rule, _, _ in found.faults] == [(3, "quoting")]


def test_a_row_swallowed_by_a_quoted_field_is_set_aside_with_both_texts():
    """The closing quote of one row and the opening one of the next are missing: together they read as one row."""
    first, second = line(promotion_ids='"A,B"'), line(promotion_ids='"C,D"', index="1", Amount="100.00")
    swallowed = f"{first.replace('B"', 'B')}\n{second.replace('"C', 'C')}"
    found = transform(report(GOOD, swallowed))
    assert [row["order_id"] for row in found.rows] == ["good"]
    assert [(at, rule) for at, rule, _, _ in found.faults] == [(3, "quoting")]
    assert found.quarantined[0]["raw_text"] == swallowed


def test_text_and_line_of_a_record_over_several_lines_are_as_delivered():
    record = line(ship_city='"NAVI\r\nMUMBAI"', Amount="x")
    found = transform(report(line(ship_city='"A\r\nB\r\nC"'), record, line(Amount="y"), end="\r\n"))
    assert [(row["line_number"], row["raw_text"]) for row in found.quarantined] == [
        (5, record),
        (7, line(Amount="y")),
    ]


def test_text_in_windows_1252_is_quoted_in_its_own_letters():
    raw = report(line(ship_city="Malmö", Amount="x")).decode().encode("cp1252")
    assert "Malmö" in transform(raw, encoding="cp1252").quarantined[0]["raw_text"]


def test_every_rupee_read_is_written_set_aside_or_a_duplicate():
    rows = [
        line(index="1", Amount="100.10"),
        line(index="1", Amount="100.10"),
        line(index="2", Amount="20.20", currency="USD"),
        line(index="3", Amount="₹ 5"),
        line(index="4", Amount=""),
        line(index="5", Amount="-1.05"),
        line()[:50],
    ]
    result = transform(report(*rows)).result
    assert result.money["amount"].model_dump() == {
        "read": "219.35",
        "written": "100.10",
        "quarantined": "19.15",
        "duplicate": "100.10",
    }
    assert (result.rows_read, result.rows_written, result.rows_quarantined, result.rows_duplicate) == (
        7,
        2,
        4,
        1,
    )
    assert result.unparsed_money_rows == 2  # the ₹ and the record that was cut off


def test_a_file_of_bad_rows_alone_writes_no_rows_and_loses_none():
    found = transform(report("a,b", "c", header=HEADER))
    assert found.rows == []
    assert found.result.money["amount"].read == str(Decimal("0.00"))
    assert [row["raw_text"] for row in found.quarantined] == ["a,b", "c"]
