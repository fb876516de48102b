"""JSON, Parquet and Avro at the door: told by their bytes, let in with their columns, or refused with a reason."""

import gzip
import hashlib
import io
import json

import pyarrow as pa
import pytest

from saleslake.formats.model import DeliveredFormat
from saleslake.ingest import delivered
from saleslake.ingest.inspect import inspect
from tests.unit.transform.prices import json_lines
from tests.unit.transform.report import ROW
from tests.unit.transform.typed_files import avro, parquet

OTHER = ROW | {"Order ID": "2"}
TEXTS = pa.schema([(name, pa.string()) for name in ROW])
FLOATS = TEXTS.set(TEXTS.get_field_index("Amount"), pa.field("Amount", pa.float64()))
AVRO_ROW = {"".join(c if c.isalnum() else "_" for c in name).strip("_"): text for name, text in ROW.items()}
AVRO = {"type": "record", "name": "line", "fields": [{"name": name, "type": "string"} for name in AVRO_ROW]}
ARRAY = json.dumps([ROW, OTHER], indent=1).encode()


def look(raw, key="landing/report.csv"):
    return inspect(lambda: io.BytesIO(raw), key)


@pytest.mark.parametrize(
    ("raw", "expected", "extension"),
    [
        pytest.param(json_lines(ROW, OTHER), {"kind": "json"}, ".jsonl", id="lines"),
        pytest.param(json_lines(ROW), {"kind": "json"}, ".jsonl", id="one line"),
        pytest.param(json_lines(ROW).strip(), {"kind": "json"}, ".jsonl", id="one line without its end"),
        pytest.param(
            b'{"colour": 1}\nbroken\n' + json_lines(ROW), {"kind": "json"}, ".jsonl", id="other keys first"
        ),
        pytest.param(ARRAY, {"kind": "json"}, ".json", id="array"),
        pytest.param(json.dumps([ROW]).encode(), {"kind": "json"}, ".json", id="array in a line"),
        pytest.param(
            b"\xef\xbb\xbf\r\n" + ARRAY,
            {"kind": "json", "encoding": "utf-8-sig"},
            ".json",
            id="BOM and blank line",
        ),
        pytest.param(
            gzip.compress(json_lines(ROW)),
            {"kind": "json", "compression": "gzip"},
            ".jsonl.gz",
            id="lines in gzip",
        ),
        pytest.param(
            gzip.compress(ARRAY), {"kind": "json", "compression": "gzip"}, ".json.gz", id="array in gzip"
        ),
        pytest.param(parquet(ROW, OTHER, schema=TEXTS), {"kind": "parquet"}, ".parquet", id="parquet"),
        pytest.param(avro(AVRO_ROW, schema=AVRO), {"kind": "avro"}, ".avro", id="avro"),
    ],
)
def test_a_file_is_recognised_by_its_bytes_and_keeps_the_extension_they_deserve(raw, expected, extension):
    found = look(raw)
    assert found.refusals == ()
    assert (found.dataset, found.format, found.extension) == (
        "amazon_orders",
        DeliveredFormat(**expected),
        extension,
    )
    assert (found.file_id, found.size) == (hashlib.sha256(raw).hexdigest(), len(raw))


WHOLE = parquet(ROW, schema=TEXTS)
WHOLE_AVRO = avro(AVRO_ROW, schema=AVRO)


@pytest.mark.parametrize(
    ("raw", "code", "column"),
    [
        pytest.param(WHOLE[:-1], "damaged_parquet", None, id="parquet without its last byte"),
        pytest.param(WHOLE[: len(WHOLE) // 2], "damaged_parquet", None, id="half a parquet"),
        pytest.param(b"PAR1", "damaged_parquet", None, id="only the magic number"),
        pytest.param(parquet(schema=TEXTS), "no_records", None, id="parquet without rows"),
        pytest.param(parquet(ROW, schema=TEXTS.remove(1)), "missing_column", "Order ID", id="parquet without a column"),
        pytest.param(
            parquet(ROW | {"Amount": 1.5}, schema=FLOATS), "money_as_float", "Amount", id="doubles for money"
        ),
        pytest.param(WHOLE_AVRO[:-1], "damaged_avro", None, id="avro without its last byte"),
        pytest.param(WHOLE_AVRO[:40], "damaged_avro", None, id="avro without its header"),
        pytest.param(avro(schema=AVRO), "no_records", None, id="avro without records"),
        pytest.param(avro({"a": 1}, schema={"type": "record", "name": "r", "fields": [{"name": "a", "type": "int"}]}),
                     "unknown_dataset", None, id="avro of something else"),
        pytest.param(avro("text", schema="string"), "damaged_avro", None, id="avro that is no record"),
        pytest.param(ARRAY[:-2], "broken_json", None, id="array without its end"),
        pytest.param(ARRAY[:-1] + b"x]", "broken_json", None, id="array with a slip"),
        pytest.param(b"[]", "no_records", None, id="empty array"),
        pytest.param(b"[1, 2]", "json_layout", None, id="array of numbers"),
        pytest.param(json.dumps(ROW, indent=2).encode(), "json_layout", None, id="an object over many lines"),
        pytest.param(b'{"a": 1}\n', "unknown_dataset", None, id="keys of no dataset"),
        pytest.param(json_lines(ROW).replace(b"MUMBAI", b"Malm\xf6"), "encoding", None, id="JSON in cp1252"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_right_is_refused(raw, code, column):
    found = look(raw)
    assert found.format is None
    (refusal,) = found.refusals
    assert (refusal.code, refusal.column) == (code, column)
    assert refusal.expected
    assert (found.file_id, found.size) == (hashlib.sha256(raw).hexdigest(), len(raw))


def test_a_json_file_without_a_key_it_must_bring_is_another_datasets_or_refused():
    row = {name: value for name, value in ROW.items() if name != "Amount"}
    (refusal,) = look(json_lines(row), "landing/amazon_orders/report.json").refusals
    assert (refusal.code, refusal.column) == ("missing_column", "Amount")


def test_only_the_ends_of_a_big_parquet_file_are_kept_in_memory(monkeypatch):
    rows = [ROW | {"Order ID": f"{number:040}"} for number in range(3000)]
    raw = parquet(*rows, schema=TEXTS, compression="none", use_dictionary=False)
    monkeypatch.setattr(delivered, "CHUNK", 1000)
    monkeypatch.setattr(delivered, "LONGEST_FOOTER", 70_000)
    assert len(raw) > 500_000
    assert look(raw).dataset == "amazon_orders"
    monkeypatch.setattr(delivered, "LONGEST_FOOTER", 500)
    (refusal,) = look(raw).refusals
    assert refusal.code == "damaged_parquet"
    assert "in the middle of the file" in refusal.message


def test_a_csv_file_whose_header_begins_with_a_bracket_is_csv():
    found = look(b"[index],a\n1,2\n")
    assert found.refusals[0].code == "unknown_dataset"
    assert found.refusals[0].value == "[index], a"
