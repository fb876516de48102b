"""What is refused at the door, whole, and what is let in; with the line, the value and what would be right."""

import gzip
import hashlib
import io

import pytest

from saleslake.contracts.loader import datasets
from saleslake.formats.model import DeliveredFormat
from saleslake.ingest.inspect import inspect
from tests.unit.transform.report import HEADER, line, report

GOOD = report(line())
PLAIN = "CSV text in UTF-8 (or Windows-1252), JSON in UTF-8, Parquet or Avro"


def look(raw, key="landing/report.csv"):
    return inspect(lambda: io.BytesIO(raw), key)


def refusal(raw, key="landing/report.csv"):
    found = look(raw, key)
    assert found.format is None
    assert found.file_id == hashlib.sha256(raw).hexdigest(), "a refused file has its identity too"
    assert found.size == len(raw)
    (only,) = found.refusals
    return only


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param(GOOD, ("utf-8", ",", ""), id="plain"),
        pytest.param(b"\xef\xbb\xbf" + GOOD, ("utf-8-sig", ",", ""), id="BOM"),
        pytest.param(report(line(), end="\r\n"), ("utf-8", ",", ""), id="CRLF"),
        pytest.param(
            report(line(ship_city="Malmö")).decode().encode("cp1252"), ("cp1252", ",", ""), id="cp1252"
        ),
        pytest.param(report(line(ship_city="मुंबई")), ("utf-8", ",", ""), id="unicode"),
        pytest.param(report(line("\t"), header=HEADER.replace(",", "\t")), ("utf-8", "\t", ""), id="tabs"),
        pytest.param(report(line(";"), header=HEADER.replace(",", ";")), ("utf-8", ";", ""), id="semicolons"),
        pytest.param(gzip.compress(GOOD), ("utf-8", ",", "gzip"), id="gzip"),
        pytest.param(
            gzip.compress(GOOD) + gzip.compress(b"x"), ("utf-8", ",", "gzip"), id="gzip in two members"
        ),
        pytest.param(report(line(ship_city='5" PIPE LANE')), ("utf-8", ",", ""), id="an inch sign"),
        pytest.param(report(line(ship_city='"A ""B"" C"')), ("utf-8", ",", ""), id="doubled quotes"),
        pytest.param(
            report(f"{line()},x", header=f"{HEADER},Comment"), ("utf-8", ",", ""), id="extra column"
        ),
    ],
)
def test_readable_files_are_recognised_with_their_format(raw, expected):
    found = look(raw)
    assert found.refusals == ()
    assert found.dataset == "amazon_orders"
    encoding, delimiter, compression = expected
    assert found.format == DeliveredFormat(encoding=encoding, delimiter=delimiter, compression=compression)
    assert found.file_id == hashlib.sha256(raw).hexdigest()
    assert found.extension == (".csv.gz" if compression else ".csv")


@pytest.mark.parametrize(
    "name", ["report.csv", "sale report (1).csv", "विक्री.csv", "..csv", "a..b.CSV", "no extension"]
)
def test_the_name_of_a_file_decides_nothing(name):
    assert look(GOOD, f"landing/{name}").dataset == "amazon_orders"
    assert look(GOOD, f"landing/amazon_orders/{name}").dataset == "amazon_orders"


@pytest.mark.parametrize(
    ("raw", "code", "message"),
    [
        (b"", "empty_file", "the file holds no bytes"),
        (b"\n\r\n ", "empty_file", "the file is blank"),
        (b"PK\x03\x04 and so on", "binary", "this is an Excel workbook or a zip archive"),
        pytest.param(
            gzip.compress(b"PAR1 and so on"),
            "binary",
            "this is a Parquet file within gzip",
            id="gzip of Parquet",
        ),
        pytest.param(
            gzip.compress(b"Obj\x01 and so on"),
            "binary",
            "this is an Avro file within gzip",
            id="gzip of Avro",
        ),
        pytest.param(gzip.compress(GOOD)[:-6], "damaged_gzip", None, id="cut before its length"),
        pytest.param(gzip.compress(GOOD)[:40], "damaged_gzip", None, id="cut early"),
        pytest.param(gzip.compress(GOOD)[:-8] + b"\0" * 8, "damaged_gzip", None, id="wrong checksum"),
        pytest.param(gzip.compress(GOOD) + b"more", "damaged_gzip", None, id="text after gzip"),
        (GOOD.decode().encode("utf-16"), "encoding", "the file is UTF-16"),
        (GOOD.decode().encode("utf-16-be"), "encoding", "the file is UTF-16"),
    ],
)
def test_what_is_no_csv_text_is_refused(raw, code, message):
    found = refusal(raw)
    assert found.code == code
    assert message is None or found.message == message
    assert found.expected


def test_a_header_without_rows_is_refused():
    found = refusal(HEADER.encode() + b"\r\n")
    assert (found.code, found.line, found.expected) == ("header_only", 1, "at least one row")
    assert found.value.startswith("index,Order ID,Date")


def test_nul_bytes_are_refused_with_their_line():
    found = refusal(report(line(), line(), "\0" * 3))
    assert (found.code, found.line, found.expected) == ("binary", 4, PLAIN)


def test_text_that_is_partly_utf_8_is_refused_with_the_line_of_the_first_other_byte():
    found = refusal(report(line(ship_city="Malmö")) + b"caf\xe9")
    assert (found.code, found.line, found.value) == ("encoding", 3, "0xe9")


def test_a_byte_no_encoding_has_is_refused():
    found = refusal(GOOD + b"\x81\n")
    assert (found.code, found.line, found.value) == ("encoding", 3, "0x81")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_quote_never_closed_is_refused_with_the_line_where_it_opens(end):
    found = refusal(report(line(), line(ship_city='"A ""B"""'), line(ship_city='"NAVI'), line(), end=end))
    assert (found.code, found.line, found.expected) == ("unclosed_quote", 4, 'a closing "')
    assert found.value.startswith('"NAVI')


def test_a_missing_required_column_is_refused_by_its_name():
    header, row = HEADER.replace("Amount,", ""), line(Amount="@").replace("@,", "")
    assert refusal(report(row, header=header)).model_dump() == {
        "code": "missing_column",
        "message": "amazon_orders needs the column 'Amount'",
        "column": "Amount",
        "line": 1,
        "value": ", ".join(header.split(",")),
        "suggestion": None,
        "expected": "'Amount'",
    }


@pytest.mark.parametrize(
    ("header", "column"),
    [
        (HEADER.replace("fulfilled-by", "sku "), "sku "),
        (HEADER.replace("Unnamed: 22", "INDEX"), "INDEX"),
        (HEADER.replace("Unnamed: 22", "Quantity"), "Quantity"),
    ],
)
def test_two_columns_with_one_meaning_are_refused(header, column):
    found = refusal(report(line(), header=header))
    assert (found.code, found.column, found.line) == ("duplicate_column", column, 1)
    assert found.expected == "every column once"


def test_a_file_of_another_dataset_is_refused_in_the_folder_and_beside_it():
    other = b"customer_id,name,email\n1,A,a@example.com\n"
    found = refusal(other, "landing/amazon_orders/customers.csv")
    assert (found.code, found.line, found.value) == ("other_dataset", 1, "customer_id, name, email")
    assert "'Order ID'" in found.expected
    found = refusal(other, "landing/customers.csv")
    assert (found.code, found.expected) == (
        "unknown_dataset",
        f"the columns of one of {', '.join(datasets())}",
    )


def test_a_folder_no_dataset_has_is_refused():
    found = refusal(GOOD, "landing/amazon_ordres/report.csv")
    assert (found.code, found.value, found.expected) == (
        "unknown_dataset",
        "amazon_ordres",
        f"one of {', '.join(datasets())}",
    )


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_however_the_bytes_arrive_the_answer_is_the_same(size):
    raw = gzip.compress(report(line(ship_city="Zürich"), line(ship_city='"A\nB"')))

    class Slow(io.BytesIO):
        def read(self, wanted=-1):
            return super().read(min(size, wanted) if wanted >= 0 else size)

    assert inspect(lambda: Slow(raw), "landing/report.csv.gz") == look(raw, "landing/report.csv.gz")
