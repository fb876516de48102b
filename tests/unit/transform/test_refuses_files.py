"""Files only a look at all rows can refuse: refused whole, with column, first line, value and what is expected."""

import pytest

from saleslake.transform import delimited
from tests.unit.transform.report import HEADER, ROW, line, report, transform


def refusal(raw, **file_format):
    found = transform(raw, **file_format)
    assert found.result.status == "refused"
    assert list(found.written) == ["runs/r1/transform/f1.json"], "nothing but the result may be written"
    return found.result.refusal


def test_slash_dates_that_fit_both_ways_with_no_row_that_decides():
    found = refusal(report(line(), line(Date="4/5/2022"), line(Date="6/7/2022")))
    assert found.model_dump(exclude_none=True) == {
        "code": "ambiguous_dates",
        "message": "the dates fit M/d/yyyy and d/M/yyyy alike and no row decides",
        "column": "Date",
        "line": 3,
        "value": "4/5/2022",
        "expected": "dates of one format, or written yyyy-MM-dd",
    }


@pytest.mark.parametrize(("one", "other"), [("4/5/22", "6/7/22"), ("4-5-2022", "06-07-2022")])
def test_other_formats_that_rival_each_other_need_a_decision_too(one, other):
    assert refusal(report(line(Date=one), line(Date=other))).value == one


def test_a_file_put_together_from_two_countries_dates():
    american = [line(Date=f"4/{day}/2022", index=f"a{day}") for day in range(3, 31)]
    british = [line(Date=f"{day}/4/2022", index=f"b{day}") for day in range(3, 31)]
    found = refusal(report(*american, *british))
    assert (found.code, found.line, found.value) == ("ambiguous_dates", 2, "4/3/2022")


def test_a_quote_that_stays_open_though_the_number_of_quotes_is_even():
    found = refusal(report(line(ship_city='5" PIPE'), line(ship_city='"NAVI'), *[line()] * 200))
    assert (found.code, found.line) == ("unclosed_quote", 3)
    assert found.expected == 'a closing "'


def test_a_quote_that_stays_open_over_more_than_the_reader_takes_at_once():
    found = refusal(report(line(ship_city='5" PIPE'), line(ship_city='"NAVI'), *[line()] * 10_000))
    assert (found.code, found.line) == ("unclosed_quote", 3)


def test_a_file_whose_rows_are_not_those_of_its_header(monkeypatch):
    monkeypatch.setattr(delimited, "MALFORMED_IN_A_ROW", 50)
    found = refusal(report(line(), *[f"{line()}," for _ in range(60)]))
    assert (found.code, found.line, found.value, found.expected) == ("too_many_fields", 3, "25", "24 fields")


def test_a_file_whose_header_is_not_the_datasets():
    found = refusal(report("1,2", header="a,b"))
    assert (found.code, found.column, found.line) == ("missing_column", "Order ID", 1)


def test_bytes_that_are_not_the_text_the_ledger_says():
    found = refusal(report(line(ship_city="Malmö")).decode().encode("cp1252"))
    assert found.code == "encoding"
    assert found.expected == "text in utf-8 all through"


def test_a_row_that_breaks_a_halting_rule_stops_its_file(monkeypatch):
    from saleslake.contracts.loader import load_contract
    from saleslake.transform import file

    contract = load_contract("amazon_orders")
    status = contract.by_name["status"]
    strict = status.model_copy(update={"allowed": status.allowed.model_copy(update={"action": "halt"})})
    columns = tuple(strict if column is status else column for column in contract.columns)
    halting = contract.model_copy(update={"columns": columns})
    monkeypatch.setattr(file, "load_contract", lambda name: halting)
    found = refusal(report(line(), line(Status="Sold")))
    assert (found.code, found.column, found.line) == ("known_status", "status", 3)


def test_header_and_rows_are_what_this_tests_builder_says():
    assert list(ROW) == HEADER.split(",")
