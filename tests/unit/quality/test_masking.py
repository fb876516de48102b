"""Personal data of a refused row is hidden in its text and in the values at fault; everything else stays readable."""

import json

import pytest

from saleslake.contracts.loader import load_contract
from saleslake.quality.masking import Mask

CUSTOMERS = load_contract("customers")
HEADER = [column.name for column in CUSTOMERS.columns]
PERSONAL = {column.name for column in CUSTOMERS.columns if column.pii}
REST = "," * (len(HEADER) - 3)


def row(raw, *reasons):
    names = ("rule", "column", "value", "expected")
    return {"raw_text": raw, "reasons": [dict(zip(names, reason, strict=True)) for reason in reasons]}


def test_personal_fields_of_a_delimited_record_are_hidden():
    mask = Mask(CUSTOMERS, {"kind": "csv", "delimiter": ","}, HEADER)
    hidden = mask.row(
        row(f'C1,"Rao, Asha",asha@example.com{REST}', ("required", HEADER[1], "Rao, Asha", "a value"))
    )
    assert {HEADER[1], HEADER[2]} <= PERSONAL
    assert hidden["raw_text"] == f"C1,***,***{REST}"
    assert hidden["reasons"][0]["value"] == "***"


def test_other_values_at_fault_stay():
    mask = Mask(CUSTOMERS, {"kind": "csv", "delimiter": ","}, HEADER)
    hidden = mask.row(row("C1,a,b,Alien,x", ("known_segment", "segment", "Alien", "one of")))
    assert hidden["reasons"][0]["value"] == "Alien"


@pytest.mark.parametrize("raw", ["C1,Asha", 'C1,"Asha', "C1,Asha,Rao,a@b.in,Consumer,x"])
def test_a_record_whose_fields_cannot_be_told_apart_is_hidden_whole(raw):
    mask = Mask(CUSTOMERS, {"kind": "csv", "delimiter": ","}, HEADER)
    hidden = mask.row(row(raw, ("too_few_fields", None, raw, "5 fields")))
    assert hidden["raw_text"] == "***"
    assert hidden["reasons"][0]["value"] == "***"


def test_personal_values_of_a_json_record_are_hidden_whatever_the_spelling_of_their_keys():
    mask = Mask(CUSTOMERS, {"kind": "json"}, [])
    hidden = mask.text('{"customer_id": "C1", "Name": "Asha", "EMAIL": null, "segment": "Consumer"}')
    assert json.loads(hidden) == {"customer_id": "C1", "Name": "***", "EMAIL": None, "segment": "Consumer"}


def test_a_dataset_without_personal_data_is_left_alone():
    mask = Mask(load_contract("inventory"), {"kind": "csv"}, ["a"])
    told = row("1,2", ("range", "on_hand", "-1", "at least 0"))
    assert mask.row(told) == told
