"""``python -m datagen world`` and the datasets alone, as a person meets them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from datagen.cli import main
from datagen.world.alone import ALONE
from datagen.world.faults import KNOWN
from datagen.world.formats import FORMATS
from tests.oracle.warehouse_contracts import read
from tests.oracle.warehouse_files import Delivered


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_it_writes_a_small_company_in_place_of_what_was_there_and_says_where(tmp_path: Path):
    stale = tmp_path / "new" / "landing" / "reviews" / "reviews-1999-01.csv"
    stale.parent.mkdir(parents=True)
    stale.write_text("review_id\n")
    result = run("world", "--seed", 3, "--daily", 1, "--days", 60, "--out", tmp_path / "new")
    assert result.exit_code == 0, result.output
    assert not stale.exists(), "files of another company would be loaded with this one's"
    truth = json.loads((tmp_path / "new" / "truth.json").read_text())
    assert truth["rows"]["web_events"] == 50_000
    tables = truth["tables"]
    assert tables["web_orders_latest"] == 2_000
    assert tables["dim_sales_rep"] == 26
    assert result.output.splitlines()[1:] == [
        str(tmp_path / "new" / name) for name in ("arrivals.json", "truth.json")
    ]


def test_help_explains_every_fault():
    text = run("world", "--help").output
    assert all(f"  {name} " in text for name in KNOWN)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--scale", "huge"], "'huge' is not one of"),
        (["--defects", "products.negative_stok=1"], "unknown defect 'products.negative_stok'"),
        (
            ["--defects", "reviews.bad_date=1", "--format", "parquet"],
            "reviews.bad_date: not with --format parquet",
        ),
        (["--days", 20_000], "the days must lie between 2000-01-01 and 2068-12-31"),
        (["--until", "2069-01-01"], "the days must lie between"),
    ],
)
def test_what_cannot_be_made_is_refused_in_plain_words(arguments, complaint, tmp_path: Path):
    result = run("world", "--out", tmp_path, *arguments)
    assert result.exit_code == 2
    assert complaint in " ".join(result.output.split())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("dataset", ALONE)
@pytest.mark.parametrize("rows", [1, 300])
def test_a_dataset_alone_has_exactly_so_many_rows_none_of_them_faulty(
    tmp_path: Path, dataset: str, rows: int
):
    assert run(dataset, "--rows", rows, "--seed", 2, "--out", tmp_path).exit_code == 0
    truth = json.loads((tmp_path / "truth.json").read_text())
    reading = read(Delivered(dataset, tmp_path / truth["file"], "2026-06-01T00:00:00+00:00|1"))
    assert truth["rows"] == rows == len(reading.rows)
    assert reading.quarantined == reading.duplicates == 0


@pytest.mark.parametrize("format_", FORMATS)
def test_a_dataset_alone_comes_in_any_format_the_same_bytes_each_time(tmp_path: Path, format_: str):
    written = []
    for nth in (1, 2):
        out = tmp_path / str(nth)
        assert run("rep_transactions", "--rows", 60, "--format", format_, "--out", out).exit_code == 0
        written.append([path.read_bytes() for path in sorted(out.iterdir())])
    assert written[0] == written[1]


def test_a_folder_that_cannot_be_written_is_an_error_without_a_traceback(tmp_path: Path):
    (tmp_path / "file").write_text("")
    for command in (["world", "--days", 3], ["reviews", "--rows", 3]):
        result = run(*command, "--out", tmp_path / "file" / "below")
        assert result.exit_code == 1
        assert "can't write to" in result.output
