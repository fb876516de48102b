"""The four dimensions count what the contract says each rule is about; the gate looks at more than a handful."""

from decimal import Decimal

import pytest

from saleslake.contracts.loader import load_contract
from saleslake.history import RunFiles
from saleslake.quality.dimensions import dimension_of, score_dataset, score_file
from saleslake.quality.score import score_rows

AMAZON = load_contract("amazon_orders")


def counted(rows, file_id="f", warnings=(), **reasons):
    """What Transform says of a file."""
    return {
        "file_id": file_id,
        "name": f"{file_id}.csv",
        "dataset": "amazon_orders",
        "status": "transformed",
        "rows_read": rows,
        "reasons": reasons,
        "warnings": dict(warnings),
    }


@pytest.mark.parametrize(
    ("rule", "dimension"),
    [
        ("required", "completeness"),
        ("range", "accuracy"),
        ("reporting_currency", "consistency"),
        ("repeated_key", "consistency"),
        ("date_format", "validity"),
        ("known_status", "validity"),
        ("too_few_fields", "validity"),
    ],
)
def test_a_rule_counts_against_the_dimension_its_contract_names(rule, dimension):
    assert dimension_of(AMAZON, rule) == dimension


def test_a_dimension_is_the_share_of_rows_without_its_faults():
    score = score_file(counted(1000, required=30, type=5, warnings={"known_alias": 10}), AMAZON)
    assert (score.completeness, score.accuracy, score.consistency, score.validity) == (
        Decimal("97.00"),
        Decimal("100.00"),
        Decimal("100.00"),
        Decimal("98.50"),
    )
    assert score.score == Decimal("98.88")
    assert score.missed == []


@pytest.mark.parametrize(
    ("faults", "missed"),
    [
        ({"required": 50}, []),
        ({"required": 51}, ["completeness"]),
        ({"range": 21}, ["accuracy"]),
        ({"reporting_currency": 11}, ["consistency"]),
        ({"type": 31}, ["validity"]),
    ],
)
def test_each_dimension_has_its_threshold(faults, missed):
    assert score_file(counted(1000, **faults), AMAZON).missed == missed


def test_faults_of_one_file_do_not_count_against_the_rows_of_another():
    found = score_dataset([counted(10, required=40), counted(90)], AMAZON)
    assert found.completeness == Decimal("90.00")


def test_nothing_read_scores_full():
    assert score_dataset([], AMAZON).score == Decimal("100.00")


def stand(backend, *results):
    """A run after Transform."""
    manifest = [{"file_id": result["file_id"]} for result in results]
    backend.lake.put_json("runs/1/manifest.json", manifest)
    for result in results:
        backend.lake.put_json(f"runs/1/transform/{result['file_id']}.json", result)
        backend.ledger.put("file", result["file_id"], {"name": result["name"], "state": "raw"})
    return RunFiles(run_id="1", manifest_key="runs/1/manifest.json")


def test_a_dataset_below_the_gate_stops_the_run_and_its_bad_files_are_held(backend):
    bad = counted(200, "bad", required=200)
    good = counted(10, "good")
    report = score_rows(stand(backend, bad, good), backend)
    assert not report.passed
    assert "amazon_orders scores 76.19 of 100 (completeness 4.76 %" in report.reason
    assert backend.ledger.get("file", "bad")["state"] == "held"
    assert backend.ledger.get("file", "good")["state"] == "raw"


def test_a_handful_of_bad_rows_stops_nothing(backend):
    assert score_rows(stand(backend, counted(99, required=99, type=99)), backend).passed
