"""A first contract says what every row of its file shows, and no more."""

import gzip
import io
from datetime import datetime
from decimal import Decimal

import pyarrow as pa
import pytest
import yaml
from click.testing import CliRunner
from pyarrow import parquet

from saleslake.cli import main
from saleslake.contracts.aliases import load_aliases
from saleslake.contracts.headers import match_header
from saleslake.contracts.odcs import contract_from_document
from saleslake.contracts.refusal import FileUnreadable
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


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("Visit ID,When,Rate %,Ok,select,Group By,null", "visit_id,when_,rate,ok,select_,group_by,null_"),
        ("run_id,line_number,occurrence,recency", "run_id_,line_number_,occurrence_,recency_"),
        ("金額,日期,A 金", "column_1,column_2,a"),
        ("orderId,order_id,2nd,Caf é,Caf ó", "order_id_2,order_id,column_2nd,caf,caf_2"),
        ("a,,b", "a,b"),
    ],
)  # fmt: skip
def test_every_column_gets_a_name_of_its_own_that_tables_can_have_and_keeps_its_header(
    inferred, header, names
):
    delivered = header.split(",")
    contract = inferred(f"{header}\n{','.join(f'v{n}' for n in range(len(delivered)))}\n")
    assert [column.name for column in contract.columns] == names.split(",")
    match = match_header(contract, delivered)
    assert [delivered[at] for at in match.positions.values()] == [text for text in delivered if text]


def test_a_dataset_is_not_named_by_a_word_of_sql_either(inferred):
    assert inferred("a,b\n1,2\n", "order.csv").dataset == "order_"


@pytest.mark.parametrize("header", ["a,a,b", "ID,id ,I-D"])
def test_two_columns_of_one_header_are_refused_as_the_door_does(inferred, header):
    with pytest.raises(FileUnreadable, match="two columns mean"):
        inferred(f"{header}\n1,2,3\n")


@pytest.fixture
def typed(inferred):
    """The contract inferred from Parquet of these columns."""

    def infer(**columns):
        written = io.BytesIO()
        parquet.write_table(pa.table(columns), written)
        return inferred(written.getvalue(), "x.parquet")

    return infer


def test_decimals_keep_their_type_and_are_money_only_where_sums_can_be_kept(typed):
    four = pa.array([Decimal("0.0000"), Decimal("1.2345")], pa.decimal128(38, 4))
    two = pa.array([Decimal("0.10"), Decimal("1.20")], pa.decimal128(10, 2))
    columns = typed(net_amount=four, total=two).by_name
    assert (columns["net_amount"].physical_type, columns["net_amount"].money) == ("decimal(38,4)", False)
    assert (columns["total"].physical_type, columns["total"].money) == ("decimal(10,2)", True)


def test_columns_of_a_type_that_the_door_refuses_are_left_out(typed):
    contract = typed(id=["a", "b"], tags=[["x"], []], took=pa.array([1, 2], pa.duration("s")))
    assert [column.name for column in contract.columns] == ["id"]


@pytest.mark.parametrize(
    ("values", "kind", "said"),
    [
        (["1,50", "2,75"], "string", "looks like a number"),
        (["1,234.50", "₹ 2"], "string", "looks like a number"),
        (["1" * 37 + ".50", "2.50"], "string", "looks like a number"),
        (["1" * 30, "2"], "string", "looks like a number"),
        (["1" * 17 + ".123456789", "2.5"], "decimal(26,9)", ""),
        (["2024-01-02 03:04:05", "2024-01-03 03:04:05"], "string", "looks like a time"),
        (["03:04", "04:05"], "string", "looks like a time"),
        (["5 May 2024", "6 May 2024"], "string", "looks like a time"),
        (["007", "008"], "string", ""),
        (["S1", "S2"], "string", ""),
    ],
)
def test_what_could_only_be_taken_as_text_and_looks_like_more_says_so(inferred, tmp_path, values, kind, said):
    content = "key\tsize\n" + "".join(f"k{n}\t{text}\n" for n, text in enumerate(values))
    assert inferred(content).by_name["size"].physical_type == kind
    text = infer_contract(tmp_path / "visits.csv")
    assert (said in text, "a better type" in text) == (True, bool(said))


def test_what_was_delivered_as_floats_or_as_times_without_a_zone_says_so(tmp_path):
    path = tmp_path / "x.parquet"
    moments = pa.array([datetime(2024, 5, 1, 10, 30)], pa.timestamp("us"))
    parquet.write_table(pa.table({"id": ["a"], "rate": [0.5], "seen": moments}), path)
    text = infer_contract(path)
    assert "delivered as double, which is not exact" in text
    assert "looks like a time" in text


def test_money_finer_than_a_cent_says_what_it_could_be(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("id,net_amount\na,1.2345\nb,2.5\n")
    assert "sums of money are kept to the cent" in infer_contract(path)


def test_a_field_may_be_long(inferred):
    assert inferred(f"id,note\na,{'x' * 200_000}\nb,y\n").by_name["note"].kind == "string"


@pytest.mark.parametrize("out", ["no/such/folder.yaml", "."])
def test_where_it_cannot_be_written_the_command_says_so(tmp_path, monkeypatch, out):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "visits.csv").write_text(VISITS)
    done = CliRunner().invoke(main, ["contract", "infer", "visits.csv", "--out", out])
    assert (done.exit_code, isinstance(done.exception, SystemExit)) == (1, True)
    assert f"Could not open file '{out}'" in done.output


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
