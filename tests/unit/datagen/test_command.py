"""``python -m datagen`` as a person meets it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from datagen.amazon_orders.faults import DEFECTS
from datagen.cli import main


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_it_writes_the_report_and_its_truth_and_says_where(tmp_path: Path):
    out = tmp_path / "new" / "folder"
    result = run(
        "amazon_orders", "--rows", 50, "--seed", 3, "--out", out, "--defects", "bad_date=5, empty_sku=3"
    )
    assert result.exit_code == 0
    assert result.output.splitlines() == [str(out / "amazon_orders.csv"), str(out / "truth.json")]
    assert json.loads((out / "truth.json").read_text())["defects"] == {"bad_date": 5, "empty_sku": 3}
    assert sorted(path.name for path in out.iterdir()) == ["amazon_orders.csv", "truth.json"]


def test_the_calendar_is_the_one_asked_for(tmp_path: Path):
    assert (
        run(
            "amazon_orders", "--rows", 900, "--days", 40, "--start", "2024-12-20", "--out", tmp_path
        ).exit_code
        == 0
    )
    truth = json.loads((tmp_path / "truth.json").read_text())
    months = [month["year_month"] for month in truth["analytics"]["data"]["monthly_trends"]]
    assert months == ["2024-12", "2025-01"]


def test_help_explains_every_defect():
    text = run("amazon_orders", "--help").output
    assert all(f"  {name} " in text for name in DEFECTS)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (
            ["--rows", 10, "--defects", "bad_dat=1"],
            "unknown defect 'bad_dat'; known: bad_amount, bad_b2b, bad_date",
        ),
        (["--rows", 10, "--defects", "bad_date"], "as in bad_date=5"),
        (["--rows", 10, "--defects", "bad_date=-1"], "as in bad_date=5"),
        (["--rows", 10, "--defects", "bad_date=1,bad_date=2"], "'bad_date' is given twice"),
        (["--rows", 10, "--defects", "bad_date=6"], "6 defects in 10 rows: at most half"),
        (["--rows", 0], "0 is not in the range"),
        (["--rows", 10, "--days", 36_600], "days must be from 1 to 36,525"),
        (["--rows", 10, "--start", "1999-12-31"], "two digits"),
        (["--rows", 10, "--seed", -1], "-1 is not in the range"),
    ],
)
def test_what_cannot_be_made_is_refused_in_plain_words(arguments, complaint, tmp_path: Path):
    result = run("amazon_orders", "--out", tmp_path, *arguments)
    assert result.exit_code == 2
    assert complaint in " ".join(result.output.split())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_an_error_without_a_traceback(tmp_path: Path):
    (tmp_path / "file").write_text("")
    result = run("amazon_orders", "--rows", 10, "--out", tmp_path / "file" / "below")
    assert result.exit_code == 1
    assert "can't write to" in result.output
