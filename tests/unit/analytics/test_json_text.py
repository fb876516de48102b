"""JSON text of money."""

import json
from decimal import Decimal

import pytest

from saleslake.analytics.json_text import json_text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "0.00"),
        ("7.5", "7.50"),
        ("71673394.00", "71673394.00"),
        ("90071992547409931234567890123456.78", "90071992547409931234567890123456.78"),
        ("1E+3", "1000.00"),
        ("-0.01", "-0.01"),
        ("0.0078", "0.0078"),
        ("10.316397", "10.316397"),
    ],
)
def test_money_is_a_number_with_two_places_however_large_and_a_share_has_its_own(amount, text):
    assert json_text(Decimal(amount)) == text
    assert json.loads(text, parse_float=Decimal) == Decimal(amount)


@pytest.mark.parametrize("amount", ["0.1234567", "NaN", "Infinity"])
def test_a_number_of_more_places_than_any_figure_has_is_refused_and_never_rounded(amount):
    with pytest.raises((ValueError, TypeError)):
        json_text({"revenue": Decimal(amount)})


def test_a_float_is_refused():
    with pytest.raises(TypeError, match="float"):
        json_text([1.5])


def test_everything_else_is_what_the_standard_library_writes():
    value = {"a": [1, True, None, 'Set "x"', "Jammu & Kashmir – जम्मू"], "b": {}}
    assert json.loads(json_text(value)) == value
