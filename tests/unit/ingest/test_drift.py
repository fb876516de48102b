"""A file whose columns are not those agreed upon is refused with the difference, or let in and told of once."""

import io

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from saleslake.contracts.drift import refuse_header
from saleslake.contracts.headers import match_header
from saleslake.contracts.loader import load_contract
from saleslake.ingest.inspect import inspect, too_large
from saleslake.ingest.receive import LandedObject, receive

HEADER = "sales_rep_id,name,manager_id"


def land(name, text):
    """Put a file of representatives into the landing bucket."""
    key = f"landing/sales_reps/{name}"
    answer = boto3.client("s3").put_object(Bucket="landing", Key=key, Body=text.encode())
    return LandedObject(bucket="landing", key=key, version=answer["VersionId"])


def reps(header, *rows):
    return "\n".join([header, *rows]) + "\n"


def told(backend):
    return [subject for subject, _ in backend.alerts.messages]


@pytest.mark.parametrize(
    ("header", "refused"),
    [
        (f"{HEADER},Comission Rate", ("renamed_column", "Comission Rate", "Commission Rate")),
        (f"{HEADER},commision_rate,quota", ("renamed_column", "commision_rate", "Commission Rate")),
        (f"{HEADER},comission_rate,commission_rate", None),
        (f"{HEADER},badge colour", None),
    ],
)
def test_an_unknown_column_spelt_like_one_that_is_missing_is_refused(header, refused):
    contract = load_contract("sales_reps")
    found = refuse_header(contract, match_header(contract, header.split(",")))
    assert (found and (found.code, found.column, found.suggestion)) == refused


@pytest.mark.parametrize(
    ("policy", "column", "code"),
    [
        ("ignore", "badge", None),
        ("ignore", "2024", None),
        ("add", "badge", None),
        ("add", "2024", "added_column"),
        ("add", "line number", "added_column"),
        ("refuse", "badge", "added_column"),
        ("refuse", "Serial No", None),
    ],
)
def test_what_the_contract_does_not_know_is_ignored_added_or_refused_as_it_says(policy, column, code):
    contract = load_contract("sales_reps").model_copy(
        update={"extra_columns": policy, "ignored_columns": ("serial_no",)}
    )
    found = refuse_header(contract, match_header(contract, [*HEADER.split(","), column]))
    assert (found.code if found else None) == code


@pytest.mark.parametrize(
    ("values", "code"),
    [
        (["fast"] * 20, "retyped_column"),
        (["fast"] * 19, None),
        (["fast"] * 30 + ["0.5"], None),
        (["0.123456789"] * 30, None),
        ([""] * 30, None),
    ],
)
def test_a_column_of_which_no_value_can_be_read_holds_something_else(values, code):
    text = reps(f"{HEADER},commission_rate", *(f"R{n},Ben,,{value}" for n, value in enumerate(values)))
    found = inspect(lambda: io.BytesIO(text.encode()), "landing/sales_reps/reps.csv")
    assert [refusal.code for refusal in found.refusals] == ([code] if code else [])


def test_a_json_column_that_holds_something_else_is_refused_with_its_line():
    lines = "".join(
        f'{{"sales_rep_id": "R{n}", "name": "Ben", "manager_id": null, "quota": "n/a"}}\n' for n in range(20)
    )
    (found,) = inspect(lambda: io.BytesIO(lines.encode()), "landing/sales_reps/reps.jsonl").refusals
    assert (found.code, found.column, found.line, found.value) == ("retyped_column", "Quota", 1, "n/a")


def test_a_new_column_is_told_of_once_and_recorded(backend):
    text = reps(f"{HEADER},badge", "R1,Ben,,red")
    first = receive(land("a.csv", text), backend)
    second = receive(land("b.csv", text.replace("R1", "R2")), backend)
    assert [change["kind"] for change in first.changes + second.changes] == ["added", "added"]
    assert told(backend) == ["saleslake: the columns of sales_reps changed"]
    (change,) = backend.ledger.items("change")
    assert (change["sk"], change["file_name"]) == ("sales_reps#added#badge", "a.csv")


def test_a_column_that_files_had_and_this_one_lacks_is_told_of(backend):
    receive(land("a.csv", reps(f"{HEADER},quota", "R1,Ben,,5.00")), backend)
    assert told(backend) == []
    delivery = receive(land("b.csv", reps(HEADER, "R2,Ben,")), backend)
    assert [(change["kind"], change["column"]) for change in delivery.changes] == [("dropped", "quota")]
    ((_, message),) = backend.alerts.messages
    assert "dropped: 'quota'; files before this one had it" in message
    assert "Owner of the dataset: field-sales" in message


def test_a_typed_column_that_comes_with_another_type_is_told_of_once_per_type(backend):
    kinds = [pa.int32(), pa.int32(), pa.string(), pa.string()]
    told_of = []
    for number, kind in enumerate(kinds):
        columns = {"sales_rep_id": [f"R{number}"], "name": ["Ben"], "manager_id": [""]}
        sink = io.BytesIO()
        pq.write_table(pa.table({**columns, "quota": pa.array(["5"]).cast(kind)}), sink)
        key = f"landing/sales_reps/{number}.parquet"
        answer = boto3.client("s3").put_object(Bucket="landing", Key=key, Body=sink.getvalue())
        receive(LandedObject(bucket="landing", key=key, version=answer["VersionId"]), backend)
        told_of.append(len(told(backend)))
    assert told_of == [0, 0, 1, 1]
    (change,) = backend.ledger.items("change")
    assert (change["column"], change["detail"].split(";")[0]) == (
        "Quota",
        "string, where files before this one had int32",
    )


def test_a_refusal_names_the_owner_and_what_was_probably_meant(backend):
    delivery = receive(land("a.csv", reps(f"{HEADER},Comission Rate", "R1,Ben,,0.1")), backend)
    assert (delivery.outcome, delivery.dataset) == ("refused", "sales_reps")
    ((_, message),) = backend.alerts.messages
    assert "is it 'Commission Rate'?" in message
    assert "Owner of the dataset: field-sales" in message


def test_a_file_beyond_the_limit_is_refused_unread_and_stays_where_it_landed(backend):
    backend.settings = backend.settings.model_copy(update={"largest_file_megabytes": 0})
    delivery = receive(land("a.csv", reps(HEADER, "R1,Ben,")), backend)
    assert [reason["code"] for reason in delivery.reasons] == ["too_large"]
    ((_, message),) = backend.alerts.messages
    assert "It stays where it landed, landing/sales_reps/a.csv." in message
    assert too_large(1, 0, "a").file_id != too_large(1, 0, "b").file_id


def test_a_small_file_that_unpacks_beyond_the_limit_is_refused():
    text = reps(HEADER, *(f"R{n},Ben," for n in range(1000))).encode()
    (found,) = inspect(lambda: io.BytesIO(text), "landing/sales_reps/a.csv", limit=1000).refusals
    assert found.code == "too_large"


def test_a_file_later_than_promised_says_by_how_much(backend):
    backend.ledger.put("schema", "sales_reps", {"columns": {}, "landed_at": "2020-01-01T00:00:00.000000Z"})
    delivery = receive(land("a.csv", reps(HEADER, "R1,Ben,")), backend)
    assert delivery.late.endswith("hours after the file before it; 840 were promised")
