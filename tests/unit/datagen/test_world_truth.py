"""The truth of a company against sums over its files, read and joined without the generator."""

from pathlib import Path

import pytest

from tests.oracle.warehouse import warehouse
from tests.unit.datagen import naive
from tests.unit.datagen.company import Company, make


def check(company: Company, label: str) -> None:
    expected = company.truth["as_of"][label]
    (day,) = {file["day"] for file in company.arrivals if f"-{label}." in file["path"]}
    tables = warehouse(company.delivered(day)).tables
    lines = naive.sales_rows(tables)
    assert naive.sales(lines) == expected["sales"]
    assert naive.questions(lines, tables["fact_web_events"]) == expected["questions"]
    members = {
        name: sum(row["is_inferred"] for row in tables[name]) for name in expected["tables"]["inferred"]
    }
    assert members == expected["tables"]["inferred"]
    counted = {name: count for name, count in expected["tables"].items() if name in tables}
    assert len(counted) == 18
    assert {name: len(tables[name]) for name in counted} == counted


@pytest.mark.parametrize("label", ["2025-12", "2025-12-30", "2025-12-31"])
def test_every_figure_follows_from_the_files_alone_as_of_each_day(untidy, label: str):
    check(untidy, label)


def test_it_does_for_a_company_without_faults(company):
    check(company, "2025-12-31")


def test_the_truth_at_the_end_is_that_of_the_last_day(company):
    last = company.truth["as_of"]["2025-12-31"]
    assert {name: company.truth[name] for name in last} == last


def test_late_rows_leave_members_inferred_and_lines_waiting_until_they_arrive(tmp_path: Path):
    late = make(tmp_path, 12, late=True, daily=12)
    tables = [day["tables"] for day in late.truth["as_of"].values()]
    assert {day["items_waiting_for_their_order"] > 0 for day in tables} == {True, False}
    assert {sum(day["inferred"].values()) > 0 for day in tables} == {True, False}
    assert sum(tables[-1]["inferred"].values()) == tables[-1]["items_waiting_for_their_order"] == 0


def test_each_day_changes_the_figures(company):
    revenues = [day["sales"]["total"]["revenue"] for day in company.truth["as_of"].values()]
    assert len(set(revenues)) == 4


def test_the_files_hold_as_many_rows_as_the_truth_says(company, untidy):
    for made in (company, untidy):
        read = {file.path.relative_to(made.out).as_posix(): len_of(made, file) for file in made.delivered()}
        assert read == made.truth["files"]
        assert sum(read.values()) == sum(made.truth["rows"].values())


def len_of(made: Company, file) -> int:
    return made.warehouse.files[file.file_id].read
