"""What a generated report looks like: as the real one does."""

import csv
import gzip
import hashlib
import tracemalloc
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from datagen.amazon_orders import HEADER, generate
from datagen.amazon_orders.faults import DEFECTS


@pytest.fixture(scope="module")
def rows(large) -> list[dict[str, str]]:
    with large.report.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def share(rows: list[dict[str, str]], column: str, value: str) -> float:
    return sum(row[column] == value for row in rows) / len(rows)


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path):
    defects = dict.fromkeys(DEFECTS, 2)
    marks = set()
    for copy in ("a", "b"):
        files = generate(500, 42, tmp_path / copy, defects=defects)
        marks.add(hashlib.sha256(files.report.read_bytes() + files.truth.read_bytes()).hexdigest())
    # Changes whenever the generator, or numpy's random stream, does: then every stored example changes too.
    assert marks == {"b694f84042fa59f588822b57f57b111885a7a58716da586cc81bb35c67177bf3"}


def test_gzip_holds_the_same_rows_and_is_the_same_bytes_each_time(tmp_path: Path):
    plain = generate(300, 1, tmp_path / "plain").report
    packed, again = (generate(300, 1, tmp_path / name, gzipped=True).report for name in ("a", "b"))
    assert gzip.decompress(packed.read_bytes()) == plain.read_bytes()
    assert packed.read_bytes() == again.read_bytes()


def test_another_seed_gives_other_rows(make: Callable):
    assert make(100, 1).report.read_bytes() != make(100, 2).report.read_bytes()


def test_the_header_is_that_of_the_real_report_trailing_space_included(large):
    with large.report.open(encoding="utf-8") as file:
        assert file.readline() == (
            "index,Order ID,Date,Status,Fulfilment,Sales Channel ,ship-service-level,Style,SKU,Category,Size,"
            "ASIN,Courier Status,Qty,currency,Amount,ship-city,ship-state,ship-postal-code,ship-country,"
            "promotion-ids,B2B,fulfilled-by,Unnamed: 22\n"
        )
    assert len(HEADER) == 24


@pytest.mark.parametrize(
    ("column", "value", "expected", "tolerance"),
    [
        ("Status", "Shipped", 0.603, 0.015),
        ("Status", "Cancelled", 0.142, 0.01),
        ("Status", "Shipped - Delivered to Buyer", 0.223, 0.015),
        ("Fulfilment", "Amazon", 0.695, 0.015),
        ("fulfilled-by", "Easy Ship", 0.305, 0.015),
        ("Category", "Set", 0.39, 0.015),
        ("Category", "kurta", 0.387, 0.015),
        ("ship-state", "MAHARASHTRA", 0.172, 0.015),
        ("Amount", "", 0.06, 0.01),
        ("Amount", "0.0", 0.018, 0.006),
        ("currency", "", 0.06, 0.01),
        ("promotion-ids", "", 0.381, 0.04),
        ("B2B", "True", 0.0068, 0.002),
        ("Qty", "0", 0.099, 0.01),
        ("Unnamed: 22", "", 0.38, 0.001),
        ("Sales Channel ", "Non-Amazon", 0.001, 0.0007),
    ],
)
def test_shares_are_those_of_the_real_report(rows, column, value, expected, tolerance):
    assert share(rows, column, value) == pytest.approx(expected, abs=tolerance)


def test_states_come_in_many_spellings(rows):
    written = {row["ship-state"] for row in rows}
    assert len(written) > 70
    assert {
        "RAJASTHAN",
        "rajasthan",
        "Rajshthan",
        "RJ",
        "New Delhi",
        "Orissa",
        "GOA ",
        "ANDAMAN & NICOBAR ",
        "",
    } <= written


def test_orders_have_several_lines_that_follow_each_other_and_share_what_belongs_to_the_order(rows):
    orders: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        orders.setdefault(row["Order ID"], []).append(row)
    changes = 1 + sum(before["Order ID"] != after["Order ID"] for before, after in pairwise(rows))
    assert changes == len(orders)
    assert len(rows) / len(orders) == pytest.approx(1.071, abs=0.01)
    for column in ("Date", "Status", "Fulfilment", "ship-state", "ship-city", "B2B"):
        assert all(len({row[column] for row in lines}) == 1 for lines in orders.values())


def test_some_orders_repeat_a_sku(rows):
    repeats = Counter((row["Order ID"], row["SKU"]) for row in rows)
    assert sum(count > 1 for count in repeats.values()) > 50


def test_cancelled_rows_carry_amounts_and_the_odd_paise(rows):
    amounts = [row["Amount"] for row in rows if row["Status"] == "Cancelled" and row["Amount"]]
    assert len(amounts) > 3_000
    assert sum(not amount.endswith(".0") for amount in amounts) > 500


def test_promotions_run_to_2317_characters_and_hold_commas(rows):
    longest = max((row["promotion-ids"] for row in rows), key=len)
    assert len(longest) == 2_317
    assert longest.count(",") > 30


def test_order_ids_dates_and_postcodes_are_written_as_amazon_writes_them(rows):
    assert all(row["Order ID"][3::8] == "--" and len(row["Order ID"]) == 19 for row in rows)
    assert {row["Order ID"][0] for row in rows if row["Sales Channel "] == "Non-Amazon"} == {"S"}
    assert rows[0]["Date"] == "06-29-22"
    assert rows[-1]["Date"] == "03-31-22"
    assert all(
        row["ship-postal-code"].endswith(".0") and len(row["ship-postal-code"]) == 8
        for row in rows
        if row["ship-state"]
    )
    assert {row["ship-postal-code"] + row["ship-country"] for row in rows if not row["ship-state"]} == {""}


def test_every_sku_has_one_asin_style_category_and_size(rows):
    kinds = {(row["SKU"], row["ASIN"], row["Style"], row["Category"], row["Size"]) for row in rows}
    assert len(kinds) == len({row["SKU"] for row in rows}) > 3_000


def test_order_ids_never_repeat_between_blocks(large, rows):
    assert large.truth["analytics"]["metadata"]["total_records"] == 60_000
    assert len({row["Order ID"][4:] for row in rows}) == len({row["Order ID"] for row in rows})


def test_memory_does_not_grow_with_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("datagen.amazon_orders.report.BLOCK", 4_000)
    peaks = []
    for size in (16_000, 64_000):
        tracemalloc.start()
        generate(size, 1, tmp_path)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.2
