"""Refused rows go out whole and come back in their places, and every other record stays as it was, byte for byte."""

import csv
import gzip
import io
import json
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saleslake.errors import InvalidParameter
from saleslake.formats.model import DeliveredFormat
from saleslake.quality.corrections import Corrected, correct, delivered_text, keep
from saleslake.quality.exported import export, read_corrections
from saleslake.transform.spans import record_spans

CSV, JSON = DeliveredFormat(), DeliveredFormat(kind="json")
WRONG = [{"rule": "type", "column": "quantity", "value": "x", "expected": "a number"}]


class Files:
    """Ledger and lake with files in raw, and the console's way with them."""

    def __init__(self) -> None:
        self.items: dict[str, dict[str, Any]] = {}
        self.bodies: dict[str, bytes] = {}
        ledger = SimpleNamespace(get=self.get, put=self.put, items=lambda _: map(self.get_known, self.items))
        lake = SimpleNamespace(get_bytes=self.bodies.get, put_bytes=self.bodies.__setitem__)
        self.backend: Any = SimpleNamespace(ledger=ledger, lake=lake)

    def get(self, kind: str, name: str) -> dict[str, Any] | None:
        return self.get_known(name) if name in self.items else None

    def get_known(self, name: str) -> dict[str, Any]:
        return self.items[name] | {"sk": name}

    def put(self, kind: str, name: str, item: dict[str, Any]) -> None:
        self.items[name] = dict(item)

    def land(self, body: bytes, file_format: DeliveredFormat = CSV, dataset: str = "amazon_orders") -> str:
        key = f"raw/{dataset}/first.csv"
        self.bodies[key] = gzip.compress(body) if file_format.compression else body
        item = {"dataset": dataset, "name": "report.csv", "raw_key": key, "state": "raw", "landed_at": "1"}
        self.put("file", "first", {**item, "landing_order": "1|a|", "format": file_format.model_dump()})
        return "first"

    def export(self, *lines: int, file_id: str = "first") -> str:
        delivered = delivered_text(self.get_known(file_id), self.backend, record_spans)
        rows = [{"line_number": at, "raw_text": delivered.text(at), "reasons": WRONG} for at in lines]
        return export(file_id, delivered, rows)

    def correct(self, exported: str | bytes) -> Corrected:
        body = exported if isinstance(exported, bytes) else exported.encode()
        (correction,) = read_corrections(body) or []
        corrected = correct(correction, self.backend, record_spans)
        if corrected.changes:
            keep(corrected, self.backend)
        return corrected

    def body(self, file_id: str) -> bytes:
        body = self.bodies[self.items[file_id]["raw_key"]]
        return gzip.decompress(body) if self.items[file_id]["format"]["compression"] else body


@pytest.fixture
def files() -> Files:
    return Files()


def changed(exported: str, old: str, new: str) -> str:
    assert old in exported
    return exported.replace(old, new)


# ── Every other record stays as it is ────────────────────────────────────────


def test_a_quote_inside_an_unquoted_field_takes_no_line_after_it_along(files: Files) -> None:
    files.land(b'order,city,qty\n1,5" PIPE,x\n2,Panaji,1\n3,Goa,1\n')
    exported = files.export(2)
    corrected = files.correct(changed(exported, ",x,first", ",7,first"))
    assert files.body(corrected.file_id) == b'order,city,qty\n1,"5"" PIPE",7\n2,Panaji,1\n3,Goa,1\n'


FIELD = st.text(st.sampled_from('ab"\n\r,;\t é'), max_size=6)


@st.composite
def delimited_files(draw: st.DrawFn) -> tuple[bytes, DeliveredFormat, list[bytes]]:
    """Header, format and records, with their ends: fields quoted as they should be, or unquoted with quotes inside."""
    delimiter, end = draw(st.sampled_from(",;\t")), draw(st.sampled_from(["\n", "\r\n"]))
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]))

    def field(text: str) -> str:
        plain = "".join(character for character in text if character not in f"\n\r{delimiter}").lstrip('"')
        doubled = text.replace('"', '""')
        return draw(st.sampled_from([plain, f'"{doubled}"']))

    rows = draw(st.lists(st.lists(FIELD, min_size=1, max_size=4), min_size=1, max_size=8))
    records = [delimiter.join([f"r{at}", *map(field, row)]) + end for at, row in enumerate(rows)]
    header = delimiter.join(["key", "a", "b", "c"]) + end
    codec = "cp1252" if encoding == "cp1252" else "utf-8"
    delivered = DeliveredFormat(encoding=encoding, delimiter=delimiter)
    return header.encode(encoding), delivered, [record.encode(codec) for record in records]


@settings(deadline=None)  # the machine may be busy
@given(delimited_files(), st.data())
def test_correcting_some_records_leaves_every_other_byte_for_byte(
    file: tuple[bytes, DeliveredFormat, list[bytes]], data: st.DataObject
) -> None:
    header, file_format, records = file
    files, expected = Files(), list(records)
    files.land(header + b"".join(records), file_format)
    lines = [2 + len(b"".join(records[:at]).splitlines()) for at in range(len(records))]
    chosen = data.draw(st.sets(st.sampled_from(range(len(records))), min_size=1))
    exported = list(csv.reader(io.StringIO(files.export(*(lines[at] for at in sorted(chosen))), newline=""),
                               delimiter=file_format.delimiter))  # fmt: skip
    for row, at in zip(exported[1:], sorted(chosen), strict=True):
        row[:-3] = ["fixed", *data.draw(st.lists(FIELD, min_size=3, max_size=3)), *[""] * (len(row) - 7)]
        end = "\r\n" if header.endswith(b"\r\n") else "\n"
        expected[at] = written([row[:4]], file_format.delimiter, end).encode(
            "cp1252" if file_format.encoding == "cp1252" else "utf-8"
        )
    corrected = files.correct(written(exported, file_format.delimiter, "\n"))
    assert files.body(corrected.file_id) == header + b"".join(expected)


def written(rows: list[list[str]], delimiter: str, end: str) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows(rows)
    return text.getvalue()


def test_a_corrected_row_that_reads_as_none_is_refused(files: Files) -> None:
    files.land(b'{"a": 1}\n{"a": 2\n{"a": 3}\n', JSON)
    empty = json.dumps({"raw_text": "", "quarantine_file": "first", "quarantine_line": 2})
    with pytest.raises(InvalidParameter, match="would have 2 records instead of 3"):
        files.correct(empty)


# ── Nothing of a record is cut off or made up ────────────────────────────────


def test_two_rows_with_one_line_both_take_its_place(files: Files) -> None:
    files.land(b"order,city,qty\r\n1,Goa 2,x\r\n3,Goa,1\r\n")
    header, row = files.export(2).splitlines()
    two = [changed(row, "1,Goa 2,x", "1,Goa,5"), changed(row, "1,Goa 2,x", "2,Goa,6")]
    corrected = files.correct("\n".join([header, *two]))
    assert files.body(corrected.file_id) == b"order,city,qty\r\n1,Goa,5\r\n2,Goa,6\r\n3,Goa,1\r\n"
    assert corrected.lines == {2, 3}


@pytest.mark.parametrize(
    ("raw", "rest"), [("1,Goa,2,EXTRA", '"EXTRA"'), ("1,Goa,2,", '""'), ("1,Goa,2,a,b", '"a","b"')]
)
def test_surplus_fields_stay_until_they_are_removed_on_purpose(raw: str, rest: str, files: Files) -> None:
    files.land(f"order,city,qty\n{raw}\n3,Goa,1\n".encode())
    exported = files.export(2)
    header, row = csv.reader(io.StringIO(exported))
    assert row[header.index("quarantine_rest")] == rest
    assert not files.correct(exported).changes
    as_before = files.body(files.correct(changed(exported, "1,Goa,2", "1,Panaji,2")).file_id)
    (record,) = csv.reader([as_before.decode().splitlines()[1]])
    assert record == ["1", "Panaji", *raw.split(",")[2:]]
    row[header.index("quarantine_rest")] = ""
    text = io.StringIO()
    csv.writer(text).writerows([header, row])
    assert b"\n1,Panaji,2\n" in files.body(files.correct(text.getvalue().replace("Goa", "Panaji")).file_id)


@pytest.mark.parametrize(
    ("raw", "note", "right"),
    [
        ("1,Goa", "(1 of its fields are missing)", b"1,Goa,"),
        ('1,"Go"a,2', "(its quotes are broken)", b"1,Goa,2"),
    ],
)
def test_a_record_that_is_no_row_is_taken_as_it_is_shown_once_the_note_is_removed(
    raw: str, note: str, right: bytes, files: Files
) -> None:
    files.land(f"order,city,qty\n{raw}\n3,Goa,1\n".encode())
    exported = files.export(2)
    assert not files.correct(exported).changes
    corrected = files.correct(changed(exported, note, ""))
    assert files.body(corrected.file_id) == b"order,city,qty\n" + right + b"\n3,Goa,1\n"


def test_fields_longer_than_the_csv_module_takes_go_out_and_come_back(files: Files) -> None:
    files.land(b'order,city,qty\n1,"%s",x\n' % (b"y" * 200_000))
    corrected = files.correct(changed(files.export(2), ",x,first", ",2,first"))
    assert files.body(corrected.file_id) == b"order,city,qty\n1,%s,2\n" % (b"y" * 200_000)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "order,city,qty,quarantine_file,quarantine_line\n1,Goa,North,5,first,2\n",
            "row 2 has 6 fields, and",
        ),
        ("order,city,qty,quarantine_file,quarantine_line\n1,Goa,5,first,\n", "row 2 says quarantine_line ''"),
        ("order,city,qty,quarantine_file,quarantine_line\n1,Goa,5,first,9\n", "no record at line 9"),
        ("order,qty,quarantine_file,quarantine_line\n1,5,first,2\n", "lack its column 'city'"),
        ("order,city,qty,quarantine_file,quarantine_line\n", "nothing to correct"),
        ('{"quarantine_file": "first", "quarantine_line": 2\n', "line 1 is no JSON"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_place(text: str, reason: str, files: Files) -> None:
    files.land(b"order,city,qty\n1,Goa,x\n")
    with pytest.raises(InvalidParameter, match=reason):
        files.correct(text)


# ── JSON lines ───────────────────────────────────────────────────────────────


def test_json_keeps_its_numbers_lines_and_characters(files: Files) -> None:
    body = '{"a": {"b": 1.10}, "t": "x\u2028y\u0085z", "n": null}\r\n{"a": 2}\n'
    files.land(body.encode(), JSON)
    exported = files.export(1)
    assert exported.startswith('{"a": {"b": 1.10}, "t": "x\u2028y\u0085z", "n": null, "quarantine_file"')
    assert not files.correct(exported).changes
    corrected = files.correct(changed(exported, "null", "3.0"))
    assert files.body(corrected.file_id).decode() == body.replace("null", "3.0")
    # a number and its text are not the same
    text = changed(exported, "1.10", '"1.10"')
    assert b'{"b": "1.10"}' in files.body(files.correct(text).file_id)


def test_a_line_that_is_no_json_comes_back_as_the_line(files: Files) -> None:
    files.land(b'\xef\xbb\xbf{"a": 1\n{"a": 1, "a": 2}\n{"a": "\\ud800"}\n', JSON)
    first, second, third = map(json.loads, files.export(1, 2, 3).splitlines())
    assert first["raw_text"] == '{"a": 1'
    assert files.export(2).startswith('{"a": 1, "a": 2, ')
    assert files.export(3).startswith('{"a": "\\ud800", ')
    corrected = files.correct(json.dumps(first | {"raw_text": '{"a": 1}'}))
    assert files.body(corrected.file_id).startswith(b'{"a": 1}\n{"a": 1, "a": 2}\n')
    assert (second["a"], third["a"]) == (2, "\ud800")
    with pytest.raises(InvalidParameter, match="raw_text and other keys"):
        files.correct(json.dumps(first | {"a": 1}))


def test_an_export_says_its_encoding_by_a_mark_or_is_utf_8(files: Files) -> None:
    files.land("order,city,qty\n1,Zürich,x\n".encode())
    exported = changed(files.export(2), ",x,first", ",2,first")
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert read_corrections(exported.encode(encoding)) == read_corrections(exported.encode())
    with pytest.raises(InvalidParameter, match=r"not UTF-8 .*save it as CSV in UTF-8"):
        read_corrections(exported.encode("cp1252"))
    assert read_corrections("order,city\n1,Zürich\n".encode("cp1252")) is None


def test_characters_that_the_file_cannot_have_are_refused_by_line_column_and_value(files: Files) -> None:
    files.land("order,city,qty\n1,Zürich,x\n".encode("cp1252"), DeliveredFormat(encoding="cp1252"))
    exported = files.export(2)
    with pytest.raises(InvalidParameter, match=r"cp1252, which has no 'Ł' of city 'Łódź' \(line 2\)"):
        files.correct(changed(exported, "Zürich", "Łódź"))
    corrected = files.correct(changed(exported, ",x,first", ",2,first"))
    assert files.body(corrected.file_id) == "order,city,qty\n1,Zürich,2\n".encode("cp1252")


# ── One correction after the other ───────────────────────────────────────────


def test_a_second_correction_of_a_file_builds_on_the_first(files: Files) -> None:
    files.land(b"order,city,qty\n1,Goa,x\n2,Goa,y\n3,Goa,z\n", DeliveredFormat(compression="gzip"))
    exported = files.export(2, 3, 4)
    header, one, two, three = exported.splitlines()
    split = (
        f"{header}\n{changed(one, ',x,', ',7,')}\n{changed(one, '1,Goa,x,', '9,Goa,9,')}\n{two}\n{three}\n"
    )
    first = files.correct(split)
    second = files.correct(changed(exported, ",z,", ",8,"))  # from the same export, the others as they were
    assert files.body(second.file_id) == b"order,city,qty\n1,Goa,7\n9,Goa,9\n2,Goa,y\n3,Goa,8\n"
    assert files.items[second.file_id]["corrects"] == first.file_id
    assert second.lines == {5}
    third = files.correct(changed(files.export(4, file_id=second.file_id), ",y,", ",5,"))
    assert files.body(third.file_id) == b"order,city,qty\n1,Goa,7\n9,Goa,9\n2,Goa,5\n3,Goa,8\n"
    orders = [files.items[each.file_id]["landing_order"] for each in (first, second, third)]
    assert orders == sorted(orders)
    again = files.correct(split)
    assert (again.file_id, again.changes) == (third.file_id, False)
    assert {each.overruled for each in (first, second, third, again)} == {()}
    other = files.correct(changed(exported, ",x,", ",6,"))
    assert other.overruled == ("1,Goa,7\n9,Goa,9",)


def test_a_correction_that_a_rollback_held_back_can_be_made_again(files: Files) -> None:
    files.land(b"order,city,qty\n1,Goa,x\n2,Goa,y\n")
    exported = changed(files.export(2), ",x,", ",7,")
    first = files.correct(exported)
    files.items[first.file_id]["state"] = "held"
    again = files.correct(exported)
    assert (again.file_id, again.changes) == (first.file_id, True)
    assert files.items[first.file_id]["state"] == "raw"
