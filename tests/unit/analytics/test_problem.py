"""Unknown parameters are refused with the closest right ones."""

import pytest

from saleslake.analytics.problem import UnknownParameter, problem, refuse_unknown

FILTERS = {"state", "category", "channel", "from", "to"}


@pytest.mark.parametrize(
    ("given", "closest"),
    [
        ("sate", "state"),
        ("State", "state"),
        ("categories", "category"),
        ("chanel", "channel"),
        ("form", "from"),
    ],
)
def test_a_misspelt_parameter_is_told_the_right_one(given, closest):
    with pytest.raises(UnknownParameter, match=f"did you mean {closest}") as refused:
        refuse_unknown([given], FILTERS, path="/analytics")
    assert refused.value.faults[0].closest[0] == closest


def test_a_parameter_like_none_is_told_all_there_are():
    with pytest.raises(UnknownParameter, match="it takes category, channel, from, state, to"):
        refuse_unknown(["q"], FILTERS, path="/analytics")


def test_each_unknown_parameter_is_a_fault_of_its_own():
    with pytest.raises(UnknownParameter) as refused:
        refuse_unknown(["y", "state", "x"], FILTERS, path="/analytics")
    assert [fault.parameter for fault in refused.value.faults] == ["x", "y"]


def test_known_parameters_pass():
    refuse_unknown(["state", "to"], FILTERS, path="/analytics")


def test_a_code_without_a_title_still_has_one():
    assert problem("lease_held", 409, "", path="/", request_id="1").title == "Lease held"
