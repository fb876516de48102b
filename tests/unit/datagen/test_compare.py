"""Differences between an answer and the truth, in words."""

import json
from decimal import Decimal
from typing import Any

import pytest

from datagen.compare import compare

FIGURES = {
    "revenue",
    "average_order_value",
    "avg_order_value",
    "b2b_revenue",
    "b2c_revenue",
    "b2b_percentage",
}


def as_answer(value: Any, key: str = "") -> Any:
    """The truth as the API would say it: money as plain numbers."""
    if isinstance(value, dict):
        return {name: as_answer(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [as_answer(item) for item in value]
    return Decimal(value) if key in FIGURES | {"total_revenue"} else value


@pytest.fixture
def answer(spoilt) -> dict[str, Any]:
    return {"status": "success", "timestamp": "2022-07-01T00:00:00Z", **as_answer(spoilt.truth["analytics"])}


def test_an_answer_that_says_the_truth_has_no_differences(answer, spoilt):
    assert compare(answer, spoilt.truth) == []


def test_numbers_read_as_floats_compare_exactly_too(answer, spoilt):
    text = json.dumps(answer, default=float)
    assert compare(json.loads(text), spoilt.truth) == []


def test_a_wrong_figure_is_named_with_both_values(answer, spoilt):
    right = answer["data"]["kpis"]["total_revenue"]
    answer["data"]["kpis"]["total_revenue"] += Decimal("0.01")
    assert compare(answer, spoilt.truth) == [
        f"kpis: total_revenue is {right + Decimal('0.01')!r}, should be {right}"
    ]


def test_money_as_text_is_a_difference(answer, spoilt):
    answer["data"]["monthly_trends"][0]["revenue"] = str(answer["data"]["monthly_trends"][0]["revenue"])
    assert len(compare(answer, spoilt.truth)) == 1


def test_groups_missing_doubled_unknown_or_out_of_order_are_named(answer, spoilt):
    states = answer["data"]["regional_analytics"]
    first, second = states[0]["state"], states[1]["state"]
    for change, complaint in (
        ([states[1], states[0], *states[2:]], f"number 1 is {second}, should be {first}"),
        (states[1:], f"{first} is missing"),
        ([*states, {**states[0], "state": "Atlantis"}], "Atlantis should not be there"),
        ([*states, states[0]], f"{first} is there twice"),
    ):
        answer["data"]["regional_analytics"] = change
        assert compare(answer, spoilt.truth) == [f"regional_analytics: {complaint}"]


def test_a_missing_field_and_an_empty_answer_are_differences(answer, spoilt):
    del answer["metadata"]["active_records"]
    assert compare(answer, spoilt.truth) == ["metadata: active_records is missing"]
    assert len(compare({}, spoilt.truth)) > 40
