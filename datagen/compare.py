"""Say in words where an answer of the API differs from the truth beside a file."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

_KEY_OF = {"regional_analytics": "state", "category_performance": "category", "monthly_trends": "year_month"}


def compare(analytics_response: Mapping[str, Any], truth: Mapping[str, Any]) -> list[str]:
    """Differences between an answer of ``GET /analytics`` and what it should be.

    Parameters
    ----------
    analytics_response
        The JSON of the answer, numbers parsed as ``Decimal`` or as ``float``.
    truth
        The document of a ``truth.json``, money in it as text.

    Returns
    -------
    list of str
        One sentence per difference; empty when every figure, every group and their order agree exactly.
    """
    expected = truth["analytics"]
    data, wanted = analytics_response.get("data", {}), expected["data"]
    found = _fields("kpis", data.get("kpis", {}), wanted["kpis"])
    for name, key in _KEY_OF.items():
        found += _groups(name, key, data.get(name, []), wanted[name])
    return found + _fields("metadata", analytics_response.get("metadata", {}), expected["metadata"])


def _groups(
    name: str, key: str, got: Sequence[Mapping[str, Any]], wanted: Sequence[Mapping[str, Any]]
) -> list[str]:
    got_keys = [row.get(key) for row in got]
    wanted_keys = [row[key] for row in wanted]
    found = [f"{name}: {value} is missing" for value in wanted_keys if value not in got_keys]
    found += [f"{name}: {value} should not be there" for value in got_keys if value not in wanted_keys]
    found += [
        f"{name}: {value} is there twice" for value in dict.fromkeys(got_keys) if got_keys.count(value) > 1
    ]
    if not found and got_keys != wanted_keys:
        nth = next(
            nth for nth, pair in enumerate(zip(got_keys, wanted_keys, strict=True)) if pair[0] != pair[1]
        )
        found.append(f"{name}: number {nth + 1} is {got_keys[nth]}, should be {wanted_keys[nth]}")
    rows = {row.get(key): row for row in got}
    for row in wanted:
        if row[key] in rows:
            found += _fields(f"{name}, {row[key]}", rows[row[key]], row)
    return found


def _fields(where: str, got: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    found = []
    for field, value in wanted.items():
        if field not in got:
            found.append(f"{where}: {field} is missing")
        elif not _same(got[field], value):
            found.append(f"{where}: {field} is {got[field]!r}, should be {value}")
    return found


def _same(got: object, wanted: object) -> bool:
    """Whether a JSON value is the expected one: text as text, numbers as numbers, to the last digit."""
    if isinstance(wanted, str) and not _is_number(wanted):
        return got == wanted
    if isinstance(got, bool) or not isinstance(got, int | float | Decimal):
        return False
    # str() of a float is the shortest decimal that reads back as it: what the JSON said, up to 15 digits.
    return Decimal(str(got)) == Decimal(str(wanted))


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False
