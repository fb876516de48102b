"""Files people re-save in other ways: each must load to the very same rows."""

import gzip
from datetime import date
from decimal import Decimal

import pytest

from tests.unit.transform.report import HEADER, ROW, line, report, transform

EXPECTED = {
    "order_id": "405-8078784-5731545",
    "order_date": date(2022, 4, 30),
    "status": "Shipped",
    "fulfilment": "Merchant",
    "sales_channel": "Amazon.in",
    "ship_service_level": "Standard",
    "style": "SET389",
    "sku": "SET389-KR-NP-S",
    "category": "Set",
    "size": "S",
    "asin": "B09KXVBD7Z",
    "courier_status": "Shipped",
    "quantity": 1,
    "currency": "INR",
    "amount": Decimal("647.62"),
    "ship_city": "MUMBAI",
    "ship_state": "Maharashtra",
    "ship_postal_code": "400081",
    "ship_country": "IN",
    "promotion_ids": None,
    "is_b2b": False,
    "fulfilled_by": "Easy Ship",
    "file_id": "f1",
    "line_number": 2,
    "occurrence": 1,
    "landing_order": "2022-07-01T01:58:12.000000Z|landing/report.csv|v1",
}


def test_a_row_is_typed_column_by_column_in_the_contracts_order():
    (row,) = transform(report(line())).rows
    assert row == EXPECTED
    assert list(row) == list(EXPECTED)


@pytest.mark.parametrize(
    ("raw", "file_format"),
    [
        pytest.param(b"\xef\xbb\xbf" + report(line()), {"encoding": "utf-8-sig"}, id="BOM"),
        pytest.param(report(line(), end="\r\n"), {}, id="CRLF"),
        pytest.param(report(line(), end="\r"), {}, id="CR"),
        pytest.param(report(line()).rstrip(b"\n"), {}, id="no line end at the end"),
        pytest.param(report(line("\t"), header=HEADER.replace(",", "\t")), {"delimiter": "\t"}, id="tabs"),
        pytest.param(report(line(";"), header=HEADER.replace(",", ";")), {"delimiter": ";"}, id="semicolons"),
        pytest.param(gzip.compress(report(line())), {"compression": "gzip"}, id="gzip"),
        pytest.param(
            report(",".join(list(ROW.values())[::-1]), header=",".join(HEADER.split(",")[::-1])),
            {},
            id="columns reordered",
        ),
        pytest.param(report(f"{line()},note,7", header=f"{HEADER},Comment,Row"), {}, id="extra columns"),
        pytest.param(report(line(), header=HEADER.upper().replace("-", " ")), {}, id="header in capitals"),
        pytest.param(report(line(Date="4/30/2022")), {}, id="M/D/YYYY"),
        pytest.param(report(line(Date="30/4/2022")), {}, id="D/M/YYYY"),
        pytest.param(report(line(Date="30-04-2022")), {}, id="DD-MM-YYYY"),
        pytest.param(report(line(Date="2022-04-30")), {}, id="ISO date"),
        pytest.param(report(line(Amount=" 647.620 ", Qty="1.0", B2B="FALSE")), {}, id="other number texts"),
        pytest.param(report(line(ship_state=" maharashtra  ", Status="SHIPPED")), {}, id="case and spaces"),
        pytest.param(report(",".join(f'"{text}"' for text in ROW.values())), {}, id="every field quoted"),
    ],
)
def test_however_it_is_written_it_is_the_same_row(raw, file_format):
    found = transform(raw, **file_format)
    assert found.rows == [EXPECTED]
    assert found.result.rows_read == found.result.rows_written == 1


def test_columns_nobody_needs_may_be_missing_and_are_null():
    kept = [
        name for name in ROW if name not in {"index", "Style", "ship-city", "promotion-ids", "Unnamed: 22"}
    ]
    raw = report(",".join(ROW[name] for name in kept), header=",".join(kept))
    assert transform(raw).rows == [EXPECTED | {"style": None, "ship_city": None}]


def test_windows_1252_text_is_read_as_such():
    raw = report(line(ship_city="Malmö – “Süd”")).decode().encode("cp1252")
    assert transform(raw, encoding="cp1252").rows == [EXPECTED | {"ship_city": "Malmö – “Süd”"}]


def test_a_promotion_field_of_2317_characters_with_commas_is_whole():
    promotions = "Amazon PLCC Free-Financing Universal Merchant AAT-WNKTBO3K27EJC," * 36
    promotions = f"{promotions}{'x' * (2317 - len(promotions))}"
    assert len(promotions) == 2317
    (row,) = transform(report(line(promotion_ids=f'"{promotions}"'))).rows
    assert row["promotion_ids"] == promotions


def test_quotes_and_line_ends_inside_a_quoted_field_belong_to_it():
    raw = report(line(ship_city='"NAVI\nMUMBAI"'), line(ship_city='"the ""old"" town"', index="1"))
    found = transform(raw)
    assert [(row["ship_city"], row["line_number"]) for row in found.rows] == [
        ("NAVI\nMUMBAI", 2),
        ('the "old" town', 4),
    ]


def test_an_inch_sign_in_an_unquoted_field_is_a_character():
    (row,) = transform(report(line(ship_city='5" PIPE LANE'))).rows
    assert row["ship_city"] == '5" PIPE LANE'


def test_blank_lines_are_no_rows_but_count_as_lines():
    found = transform(report(line(), "", "   ".strip(), line(index="1", Order_ID="2"), ""))
    assert [row["line_number"] for row in found.rows] == [2, 5]
    assert found.result.rows_read == 2


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0", "0.00"),
        ("647.62", "647.62"),
        ("399.0", "399.00"),
        ("9999999999999999.99", "9999999999999999.99"),
    ],
)
def test_an_amount_keeps_every_digit(text, amount):
    (row,) = transform(report(line(Amount=text))).rows
    assert row["amount"] == Decimal(amount)


def test_a_blank_amount_may_have_a_blank_currency():
    (row,) = transform(report(line(Amount="", currency="", Status="Cancelled"))).rows
    assert (row["amount"], row["currency"], row["status"]) == (None, None, "Cancelled")


@pytest.mark.parametrize(
    ("spelling", "state"),
    [
        ("Rajshthan", "Rajasthan"),
        ("rajsthan", "Rajasthan"),
        ("RJ", "Rajasthan"),
        ("PB", "Punjab"),
        ("Punjab/Mohali/Zirakpur", "Punjab"),
        ("New Delhi", "Delhi"),
        ("Orissa", "Odisha"),
        ("Pondicherry", "Puducherry"),
        ("NL", "Nagaland"),
        ("AR", "Arunachal Pradesh"),
        ("ANDAMAN & NICOBAR ", "Andaman and Nicobar Islands"),
        ("DADRA AND NAGAR", "Dadra and Nagar Haveli and Daman and Diu"),
        ("APO", "APO"),
        ("", None),
        ("  ", None),
    ],
)
def test_a_state_has_one_name_however_it_is_spelt(spelling, state):
    (row,) = transform(report(line(ship_state=spelling))).rows
    assert row["ship_state"] == state


def test_a_state_nobody_listed_stays_in_capitals_and_is_a_warning():
    found = transform(report(line(ship_state="Never  land")))
    assert found.rows[0]["ship_state"] == "NEVER LAND"
    assert found.result.warnings == {"known_alias": 1}


def test_the_rows_that_decide_settle_the_dates_of_those_that_do_not():
    found = transform(report(line(Date="4/5/2022"), line(Date="4/30/2022", index="1")))
    assert [row["order_date"] for row in found.rows] == [date(2022, 4, 5), date(2022, 4, 30)]
    found = transform(report(line(Date="4/5/2022"), line(Date="30/4/2022", index="1")))
    assert [row["order_date"] for row in found.rows] == [date(2022, 5, 4), date(2022, 4, 30)]


def test_the_first_days_of_a_month_are_no_doubt_with_hyphens():
    found = transform(report(line(Date="04-05-22"), line(Date="04-06-22", index="1")))
    assert [row["order_date"] for row in found.rows] == [date(2022, 4, 5), date(2022, 4, 6)]


def test_a_day_that_reads_alike_either_way_needs_no_decision():
    (row,) = transform(report(line(Date="5/5/2022"))).rows
    assert row["order_date"] == date(2022, 5, 5)


def test_the_same_request_again_writes_the_same_bytes():
    raw = report(line(), line(), line(Amount="x", index="1"))
    assert transform(raw).written == transform(raw).written
