"""JSON text in which money stays exact: decimals become numbers with two places at least, never by way of a float."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

_MOST_PLACES = 6  # of shares and ratios; money has two


def json_text(value: Any) -> str:
    """Compact JSON of plain values.

    Parameters
    ----------
    value
        Mappings with string keys, lists, tuples, strings, integers, booleans, None, and decimals of at most
        six places.

    Raises
    ------
    TypeError
        A value has no exact JSON text, a float for one.
    ValueError
        A decimal has more than six places: rounding is the business of SQL.
    """
    match value:
        case Decimal():
            return _number(value)
        case Mapping():
            return "{" + ",".join(f"{json.dumps(key)}:{json_text(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ",".join(map(json_text, value)) + "]"
        case None | bool() | int() | str():
            return json.dumps(value, ensure_ascii=False)
        case _:
            raise TypeError(f"{type(value).__name__} has no exact JSON text")


def _number(value: Decimal) -> str:
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int):
        raise TypeError(f"{value} is not a JSON number")
    if exponent < -_MOST_PLACES:
        raise ValueError(f"{value} has more than {_MOST_PLACES} places")
    return f"{value:.2f}" if exponent > -2 else f"{value:f}"
