"""Spoilt rows: as many as asked for, each with one fault that a reader of the contract must see."""

from pathlib import Path

import pytest

from datagen.world.faults import KNOWN, ROW_FAULTS, fits
from tests.oracle.warehouse_contracts import Row
from tests.unit.datagen.company import Company, make


def outcomes(company: Company) -> dict[str, tuple[int, int]]:
    readings = company.warehouse.files
    found = {
        file.path.relative_to(company.out).as_posix(): readings[file.file_id] for file in company.delivered()
    }
    return {name: (reading.quarantined, reading.duplicates) for name, reading in found.items()}


def expected(company: Company) -> dict[str, tuple[int, int]]:
    spoilt = company.truth["spoilt"]
    return {
        name: tuple(spoilt.get(name, {}).get(outcome, 0) for outcome in ("quarantined", "duplicate"))
        for name in company.truth["files"]
    }


def test_every_spoilt_row_is_seen_in_its_file_and_no_healthy_one(untidy):
    assert outcomes(untidy) == expected(untidy)
    by_row = sum(sum(of_file.values()) for of_file in untidy.truth["spoilt"].values())
    assert by_row == 2 * len(ROW_FAULTS)
    assert untidy.truth["defects"] == dict.fromkeys(KNOWN, 2)


@pytest.mark.parametrize("format_", ["json", "parquet", "avro"])
def test_other_formats_hold_the_faults_that_fit_them(tmp_path: Path, format_: str):
    defects = {name: 1 for name in KNOWN if fits(name, format_)}
    made = make(tmp_path, 9, format_=format_, defects=defects)
    assert outcomes(made) == expected(made)
    assert made.truth["defects"] == defects


def test_a_fault_is_in_rows_of_its_own(tmp_path: Path, company):
    made = make(tmp_path, defects=dict.fromkeys(ROW_FAULTS, 1))
    assert made.truth["tables"] == company.truth["tables"]
    assert made.truth["questions"] == company.truth["questions"]
    assert sum(made.truth["rows"].values()) == sum(company.truth["rows"].values()) + len(ROW_FAULTS)
    # Of two versions of a customer with one timestamp the healthy one is further down, and wins.
    assert values(made.rows("customers")) == values(company.rows("customers"))


def values(rows: list[Row]) -> list[str]:
    origin = {"file_id", "line_number", "occurrence"}
    return sorted(repr([row[key] for key in sorted(row.keys() - origin)]) for row in rows)


def test_what_does_not_fit_the_company_is_in_the_figures(untidy):
    tables = untidy.truth["tables"]
    assert tables["inferred"] == {"dim_customer": 2, "dim_product": 2, "dim_sales_rep": 2}
    assert tables["items_waiting_for_their_order"] >= 2
    levels = {row["sales_rep_id"]: row for row in untidy.warehouse.tables["dim_sales_rep"]}
    loops = [
        row for row in levels.values()
        if row["manager_id"] and levels[row["manager_id"]]["manager_id"] == row["sales_rep_id"]
    ]  # fmt: skip
    assert len(loops) == 4
    assert all(row["management_level"] is None for row in loops)
    sales = {row["transaction_id"]: row for row in untidy.rows("rep_transactions")}
    too_large = [
        row for row in sales.values()
        if row["refund_of"] and row["total_amount"] > sales[row["refund_of"]]["total_amount"]
    ]  # fmt: skip
    assert len(too_large) == 2
