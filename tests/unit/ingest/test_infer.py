"""A first contract says what every row of its file shows, and no more."""

import gzip

import pytest
import yaml
from click.testing import CliRunner

from saleslake.cli import main
from saleslake.contracts.aliases import load_aliases
from saleslake.contracts.odcs import contract_from_document
from saleslake.ingest.infer import infer_contract

VISITS = "Store No,Visit Date,Visitors,Takings,Weather,E-Mail,yes\n" + "".join(
    f"0{n % 3},{n + 1:02}/04/2024,{n},{n}.50,{'sun' if n % 2 else 'rain'},a@b.in,\n" for n in range(28)
)


@pytest.fixture
def inferred(tmp_path):
    """The contract inferred from a file of these bytes."""

    def infer(content, name="visits.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return contract_from_document(yaml.safe_load(infer_contract(path)), name, aliases=load_aliases)

    return infer


def test_types_formats_key_bounds_and_lists_are_those_that_every_row_has(inferred):
    contract = inferred(VISITS)
    assert {column.name: column.physical_type for column in contract.columns} == {
        "store_no": "string",
        "visit_date": "date",
        "visitors": "int",
        "takings": "decimal(18,2)",
        "weather": "string",
        "e_mail": "string",
        "yes": "string",
    }
    columns = contract.by_name
    assert columns["visit_date"].formats == ("d/M/yyyy",)
    assert (contract.key, contract.partition_by, contract.money) == (
        ("visit_date",),
        "visit_date",
        ("takings",),
    )
    assert (columns["visitors"].minimum, columns["visitors"].maximum) == (0, None)
    assert (columns["weather"].allowed.values, columns["weather"].allowed.action) == (("rain", "sun"), "warn")
    assert (columns["e_mail"].pii, columns["yes"].required) == ("email", False)


def test_two_columns_are_the_key_where_no_single_one_is(inferred):
    rows = "".join(f"2024-01-0{day},S{shop},7\n" for day in range(1, 5) for shop in range(3))
    assert inferred("day,shop,visitors\n" + rows).key == ("day", "shop")


def test_days_that_read_two_ways_keep_both_formats_for_the_rows_to_decide(inferred):
    assert inferred("id,day\n1,4/5/2024\n2,6/7/2024\n").by_name["day"].formats == ("M/d/yyyy", "d/M/yyyy")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ('{"orderId": "A", "n": 1}\n{"orderId": "B", "n": 2.5}\n', "x.jsonl"),
        ('[{"orderId": "A", "n": 1}, {"orderId": "B", "n": 2.5}]', "x.json"),
        (gzip.compress(b"orderId;n\nA;1\nB;2.5\n", mtime=0), "x.csv.gz"),
        (b"orderId\tn\r\nA\t1\r\nB\t2.5\r\n", "x.tsv"),
    ],
)
def test_any_format_gives_the_same_contract(inferred, content, name):
    contract = inferred(content, name)
    assert (contract.dataset, contract.key) == ("x", ("order_id",))
    assert contract.by_name["n"].physical_type == "decimal(18,2)"


def test_the_command_writes_it_or_says_why_not(tmp_path):
    good, bad = tmp_path / "good.csv", tmp_path / "bad.xlsx"
    good.write_text(VISITS)
    bad.write_bytes(b"PK\x03\x04 and more")
    run = CliRunner().invoke
    written = run(
        main, ["contract", "infer", str(good), "--name", "visits", "--out", str(tmp_path / "c.yaml")]
    )
    assert (written.exit_code, "fill in what says FILL IN" in written.output) == (0, True)
    assert yaml.safe_load((tmp_path / "c.yaml").read_text())["name"] == "visits"
    refused = run(main, ["contract", "infer", str(bad)])
    assert (refused.exit_code, "Excel workbook" in refused.output) == (1, True)
