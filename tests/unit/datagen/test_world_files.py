"""The files of a company: in the order they arrive, the same every time, the same in every format."""

import gzip
import json
from pathlib import Path

import pytest

from datagen.amazon_orders.faults import HEADER
from datagen.world.formats import FORMATS
from tests.oracle.warehouse_files import records
from tests.unit.datagen.company import make


def content(out: Path) -> dict[str, bytes]:
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def in_format(tmp_path_factory: pytest.TempPathFactory):
    return {format_: make(tmp_path_factory.mktemp(format_), 5, format_=format_) for format_ in FORMATS}


@pytest.mark.parametrize("format_", [None, "avro"])
def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, format_: str | None):
    ones, others = (content(make(tmp_path / name, 6, format_=format_, late=True).out) for name in "ab")
    assert ones == others
    assert len(ones) > 30


def test_another_seed_gives_other_files_throughout(tmp_path: Path, company):
    other = content(make(tmp_path, 7).out)
    same = [name for name, found in content(company.out).items() if found == other.get(name)]
    assert same == []


def test_all_formats_hold_the_same_rows(in_format):
    def rows(format_: str) -> dict[str, list[dict[str, str]]]:
        found: dict[str, list[dict[str, str]]] = {}
        for file in in_format[format_].delivered():
            found.setdefault(file.dataset, []).extend(
                {name: plain(value) for name, value in record.items()}
                for _, record in records(file)
                if record
            )
        return found

    csv, *others = (rows(format_) for format_ in FORMATS)
    for other in others:
        assert other.keys() == csv.keys()
        for dataset in csv.keys() - {"amazon_orders"}:  # whose CSV is Amazon's own report
            assert other[dataset] == csv[dataset]
        assert other["amazon_orders"] == rows("json")["amazon_orders"]
    truths = [{**in_format[format_].truth, "files": None} for format_ in FORMATS]
    assert all(truth == truths[0] for truth in truths)


def plain(value: str) -> str:
    return value.removesuffix("Z").removesuffix("+00:00")


def test_the_typed_amazon_rows_say_what_the_report_says(in_format):
    report, typed = (in_format[format_].rows("amazon_orders") for format_ in ("csv", "parquet"))
    origin = {"file_id", "line_number", "landing_order"}

    def values(rows):
        return sorted(repr({key: row[key] for key in row.keys() - origin}) for row in map(sort_keys, rows))

    assert values(report) == values(typed)


def sort_keys(row):
    return dict(sorted(row.items()))


def test_history_comes_by_month_then_the_last_days_one_by_one(company):
    reps = [file["path"] for file in company.arrivals if file["dataset"] == "web_orders"]
    assert [path.removeprefix("landing/web_orders/web_orders-") for path in reps] == [
        "2025-10.csv", "2025-11.csv", "2025-12.csv", "2025-12-29.csv", "2025-12-30.csv", "2025-12-31.csv",
    ]  # fmt: skip
    days = [file["day"] for file in company.arrivals]
    assert days == sorted(days)
    assert {"2025-10-31", "2025-11-30", "2025-12-28", "2025-12-29"} <= set(days)


def test_arrivals_name_every_file_and_no_other(company):
    landed = {path for path in content(company.out) if path.startswith("landing/")}
    assert {file["path"] for file in company.arrivals} == landed


def test_each_dataset_comes_in_its_usual_format_unless_asked_otherwise(company):
    endings = {file["dataset"]: file["path"].partition(".")[2] for file in company.arrivals}
    assert endings == {
        "customers": "csv", "products": "json", "sales_reps": "csv", "amazon_orders": "csv", "web_orders": "csv",
        "web_order_items": "csv", "rep_transactions": "csv", "web_events": "jsonl.gz", "inventory": "parquet",
        "reviews": "csv",
    }  # fmt: skip


def test_no_file_says_when_it_was_made(company):
    for file in company.out.glob("landing/web_events/*.gz"):
        assert file.read_bytes()[4:8] == b"\0\0\0\0"
        assert gzip.decompress(file.read_bytes()).endswith(b"}\n")


def test_products_are_one_json_array_with_money_in_full(company):
    text = next(company.out.glob("landing/products/*.json")).read_text(encoding="utf-8")
    price = json.loads(text, parse_float=str)[0]["list_price"]
    assert price[-3] == "."


def test_amazon_orders_are_the_amazon_report(company):
    first = next(company.out.glob("landing/amazon_orders/*.csv")).read_text(encoding="utf-8")
    assert first.splitlines()[0] == ",".join(HEADER)


def test_a_return_is_the_line_delivered_again_in_a_later_file(company):
    seen: dict[tuple[str, str], list[str]] = {}
    for file in company.delivered():
        if file.dataset == "web_order_items":
            for _, row in records(file):
                seen.setdefault((row["order_id"], row["item_number"]), []).append(row["returned_quantity"])
    again = [values for values in seen.values() if len(values) > 1]
    assert again
    assert all(len(values) == 2 and not values[0] and values[1] for values in again)


def test_late_rows_come_in_files_of_later_days_and_none_is_lost(tmp_path: Path):
    late = make(tmp_path, 1, late=True, daily=6)
    sales = [
        (file.path.stem[-10:], row["transaction_date"])
        for file in late.delivered() if file.dataset == "rep_transactions" for _, row in records(file)
    ]  # fmt: skip
    daily = [(label, day) for label, day in sales if label.count("-") == 2 and label > "2025-12-27"]
    assert any(day < label for label, day in daily)
    assert all(day <= label for label, day in daily)
    assert len(late.rows("rep_transactions")) == len(sales)


@pytest.mark.parametrize(("days", "daily"), [(1, 7), (3, 3), (40, 0), (3_650, 2)])
def test_any_number_of_days_is_covered(tmp_path: Path, days: int, daily: int):
    made = make(tmp_path, 8, days=days, daily=daily)
    labels = list(
        dict.fromkeys(file.path.name.partition("-")[2].partition(".")[0] for file in made.delivered())
    )
    assert made.truth["days"] == days
    assert len([label for label in labels if label.count("-") == 2]) == min(days, daily)
    assert made.truth["tables"]["web_orders_latest"] == 168
    assert len(labels) == {1: 1, 3: 3, 40: 2, 3_650: 122}[days]
