"""Parquet and Avro: a schema that cannot be read right and a damaged file are refused, the rest is read exactly."""

import io
import json
import random
import zlib
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import fastavro
import pyarrow as pa
import pytest
from fastavro.read import HEADER_SCHEMA
from hypothesis import given, settings
from hypothesis import strategies as st

from saleslake.transform.typed import to_text
from tests.unit.transform.prices import transform
from tests.unit.transform.typed_files import AVRO, SCHEMA, avro, avro_type, changed, parquet, typed

NAIVE = datetime(2024, 6, 1, 9, 30)


@pytest.mark.parametrize(
    ("name", "kind", "value", "code"),
    [
        ("list_price", pa.float64(), 100.0, "money_as_float"),
        ("cost", pa.float32(), 60.0, "money_as_float"),
        ("commission", pa.float64(), 0.05, "money_as_float"),
        ("updated_at", pa.timestamp("us"), NAIVE, "time_zone"),
        ("decided_on", pa.timestamp("ms", "Asia/Kolkata"), NAIVE, "moment_as_date"),
        ("product_id", pa.list_(pa.string()), ["P-1"], "nested_column"),
        ("list_price", pa.struct([("amount", pa.int64())]), {"amount": 1}, "nested_column"),
        ("stock", pa.map_(pa.string(), pa.int64()), {"Delhi": 3}, "nested_column"),
        ("stock", pa.duration("s"), timedelta(1), "unreadable_type"),
    ],
)
def test_parquet_of_a_type_that_cannot_be_read_right_is_refused_with_its_column(name, kind, value, code):
    refused = transform(parquet(typed(**{name: value}), schema=changed(name, kind)), kind="parquet").result
    assert (refused.status, refused.refusal.code, refused.refusal.column) == ("refused", code, name)
    assert refused.refusal.value
    assert refused.refusal.expected


@pytest.mark.parametrize(
    ("name", "kind", "value", "code"),
    [
        ("list_price", "double", 100.0, "money_as_float"),
        ("cost", ["null", "float"], None, "money_as_float"),
        ("list_price", ["string", "double"], 1.5, "money_as_float"),
        ("updated_at", {"type": "long", "logicalType": "local-timestamp-micros"}, NAIVE, "time_zone"),
        (
            "decided_on",
            {"type": "long", "logicalType": "timestamp-millis"},
            datetime.now(UTC),
            "moment_as_date",
        ),
        ("product_id", {"type": "array", "items": "string"}, ["P-1"], "nested_column"),
        (
            "stock",
            {"type": "record", "name": "stock", "fields": [{"name": "units", "type": "int"}]},
            {"units": 3},
            "nested_column",
        ),
    ],
)
def test_avro_of_a_type_that_cannot_be_read_right_is_refused_with_its_column(name, kind, value, code):
    refused = transform(avro(typed(**{name: value}), schema=avro_type(name, kind)), kind="avro").result
    assert (refused.status, refused.refusal.code, refused.refusal.column) == ("refused", code, name)


@pytest.mark.parametrize(
    ("name", "kind", "value", "read"),
    [
        ("list_price", pa.int64(), 7, Decimal(7)),
        ("list_price", pa.string(), "7.10", Decimal("7.10")),
        ("list_price", pa.decimal128(38, 10), Decimal("7.1"), Decimal("7.10")),
        ("cost", pa.decimal128(20, 12), Decimal(0), Decimal(0)),
        ("stock", pa.float64(), 3.0, 3),
        ("stock", pa.float64(), None, None),
        ("stock", pa.null(), None, None),
        ("stock", pa.uint64(), 3, 3),
        ("product_id", pa.large_string(), "P-1", "P-1"),
        ("product_id", pa.binary(), b"P-1", "P-1"),
        ("product_id", pa.dictionary(pa.int8(), pa.string()), "P-1", "P-1"),
        ("updated_at", pa.timestamp("ns", "Asia/Kolkata"), NAIVE.replace(tzinfo=UTC), NAIVE),
        ("updated_at", pa.timestamp("s", "UTC"), NAIVE.replace(tzinfo=UTC), NAIVE),
        ("updated_at", pa.string(), "2024-06-01T15:00:00+05:30", NAIVE),
        ("decided_on", pa.timestamp("ns"), datetime(2024, 5, 31), date(2024, 5, 31)),
        ("decided_on", pa.date64(), date(2024, 5, 31), date(2024, 5, 31)),
        ("decided_on", pa.string(), "2024-05-31", date(2024, 5, 31)),
    ],
)
def test_other_types_are_read_for_what_they_say(name, kind, value, read):
    found = transform(parquet(typed(**{name: value}), schema=changed(name, kind)), kind="parquet")
    assert [row[name] for row in found.rows] == [read]


@pytest.mark.parametrize(
    ("name", "kind", "value", "rule"),
    [
        ("stock", pa.float64(), 2.5, "type"),
        ("stock", pa.int64(), 1 << 40, "type"),
        ("list_price", pa.decimal128(20, 3), Decimal("7.105"), "type"),
        ("list_price", pa.bool_(), True, "type"),
        ("updated_at", pa.int64(), 1717234200000, "timestamp_format"),
        ("updated_at", pa.date32(), date(2024, 6, 1), "timestamp_format"),
        ("decided_on", pa.timestamp("us"), NAIVE, "date_format"),
        ("decided_on", pa.time64("us"), time(9, 30), "date_format"),
    ],
)
def test_a_value_that_does_not_fit_sets_its_row_aside(name, kind, value, rule):
    rows = [typed(**{name: None}), typed(**{name: value})]
    found = transform(parquet(*rows, schema=changed(name, kind)), kind="parquet")
    assert [fault[:3] for fault in found.faults if fault[0] == 2] == [(2, rule, name)]


def test_columns_the_contract_does_not_name_are_let_in_and_tell_rows_apart():
    schema = SCHEMA.append(pa.field("tags", pa.list_(pa.string()))).append(pa.field("weight", pa.float64()))
    rows = [typed(tags=["a"], weight=1.5), typed(tags=["a"], weight=1.5), typed(tags=["b"], weight=1.5)]
    found = transform(parquet(*rows, schema=schema), kind="parquet")
    assert (found.result.rows_written, found.result.rows_duplicate) == (2, 1)


def test_a_file_without_a_column_it_must_bring_is_refused_as_a_csv_file_is():
    rows = [{name: value for name, value in typed().items() if name != "list_price"}]
    for raw, kind in (
        (parquet(*rows, schema=SCHEMA.remove(2)), "parquet"),
        (
            avro(*rows, schema=AVRO | {"fields": [f for f in AVRO["fields"] if f["name"] != "list_price"]}),
            "avro",
        ),
    ):
        refused = transform(raw, kind=kind).result
        assert (refused.refusal.code, refused.refusal.column) == ("missing_column", "list_price")


@pytest.mark.parametrize("codec", ["null", "deflate", "bzip2", "xz"])
def test_avro_is_read_as_its_codecs_pack_it(codec):
    found = transform(avro(*[typed(stock=number) for number in range(50)], codec=codec), kind="avro")
    assert [row["stock"] for row in found.rows] == list(range(50))


def packed(rows, codec, *, checksum=True):
    """An Avro file of one block, packed by pyarrow as the specification says; fastavro has not these codecs here."""
    block = io.BytesIO()
    for row in rows:
        fastavro.schemaless_writer(block, AVRO, row)
    name = "zstd" if codec == "zstandard" else codec
    content = pa.Codec(name).compress(block.getvalue(), asbytes=True)
    if codec == "snappy":
        content += zlib.crc32(block.getvalue() if checksum else b"").to_bytes(4, "big")
    file, sync = io.BytesIO(), bytes(range(16))
    meta = {"avro.schema": json.dumps(AVRO).encode(), "avro.codec": codec.encode()}
    fastavro.schemaless_writer(file, HEADER_SCHEMA, {"magic": b"Obj\x01", "meta": meta, "sync": sync})
    fastavro.schemaless_writer(file, "long", len(rows))
    fastavro.schemaless_writer(file, "bytes", content)
    return file.getvalue() + sync


@pytest.mark.parametrize("codec", ["snappy", "zstandard"])
def test_avro_is_read_as_spark_and_kafka_pack_it(codec):
    found = transform(packed([typed(stock=number) for number in range(50)], codec), kind="avro")
    assert [row["stock"] for row in found.rows] == list(range(50))


def test_a_block_whose_checksum_does_not_fit_refuses_the_file():
    refused = transform(packed([typed()], "snappy", checksum=False), kind="avro").result
    assert (refused.status, refused.refusal.code) == ("refused", "damaged_avro")


@pytest.mark.parametrize("compression", ["none", "snappy", "gzip", "zstd", "lz4", "brotli"])
def test_every_compression_of_parquet_is_read(compression):
    found = transform(parquet(typed(), compression=compression), kind="parquet")
    assert found.result.rows_written == 1


def test_an_avro_union_of_several_types_is_read_each_in_its_own_way():
    raw = avro(
        *[typed(stock=value) for value in (1, "2", None, True)],
        schema=avro_type("stock", ["null", "int", "string", "boolean"]),
    )
    found = transform(raw, kind="avro")
    assert [row["stock"] for row in found.rows] == [1, 2, None]
    assert found.faults == [(4, "type", "stock", "true")]


def test_an_avro_moment_python_has_no_date_for_sets_its_row_aside():
    raw = avro(typed(), typed(updated_at=400_000_000_000_000_000))
    found = transform(raw, kind="avro")
    assert [fault[:3] for fault in found.faults] == [(2, "timestamp_format", "updated_at")]


def test_text_that_is_no_utf_8_refuses_the_file_with_its_column():
    refused = transform(
        parquet(typed(product_id=b"\xff"), schema=changed("product_id", pa.binary())), kind="parquet"
    ).result
    assert (refused.status, refused.refusal.code, refused.refusal.column) == (
        "refused",
        "encoding",
        "product_id",
    )


def test_text_that_says_it_is_utf_8_and_is_not_refuses_the_file_with_its_column():
    raw = parquet(typed(product_id="P-é"), compression="none").replace("é".encode(), b"\xff\xfe")
    refused = transform(raw, kind="parquet").result
    assert (refused.refusal.code, refused.refusal.column) == ("encoding", "product_id")


def test_a_damaged_name_of_a_parquet_column_refuses_the_file():
    raw = parquet(typed(), store_schema=False).replace(b"stock", b"st\xffck")
    assert transform(raw, kind="parquet").result.refusal.code == "damaged_parquet"


MANY = [typed(product_id=f"P-{number}", stock=number % 7) for number in range(300)]


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("parquet", parquet(*MANY, write_page_checksum=True)),
        ("avro", avro(*MANY, sync_interval=500, codec="deflate")),
    ],
)
def test_a_damaged_file_is_refused_or_read_whole_and_never_fails(kind, raw):
    """Without checksums a changed byte may be another value; but no row is lost, and nothing but a refusal ends it."""
    chance = random.Random(kind)
    for at in [1, 20, *(chance.randrange(len(raw)) for _ in range(40))]:
        for damaged in (raw[:at], raw[:at] + bytes([raw[at] ^ 0x55]) + raw[at + 1 :]):
            result = transform(damaged, kind=kind).result
            if result.status == "refused":
                assert result.refusal.code
            else:
                assert result.rows_read == len(MANY)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.none() | st.decimals(-(10**20), 10**20, places=9, allow_nan=False), max_size=5))
def test_a_decimal_keeps_its_digits_and_gets_no_exponent(values):
    texts = to_text(pa.array(values, pa.decimal128(38, 9))).to_pylist()
    assert texts == [None if value is None else format(value, "f") for value in values]
