"""Trino's answers as Athena writes them: names of column types, values as text.

Athena hands out every value as text: https://docs.aws.amazon.com/athena/latest/ug/querying.html and
https://docs.aws.amazon.com/athena/latest/ug/data-types.html
"""

import base64
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from local.athena.engine import Column

# A type in Trino's protocol: {"rawType": "decimal", "arguments": [{"kind": "LONG", "value": 18}, …]}.
Signature = dict[str, Any]
Text = Callable[[Any], str]

UNBOUNDED = 2147483647
PRECISIONS = {
    "tinyint": 3,
    "smallint": 5,
    "integer": 10,
    "bigint": 19,
    "float": 17,
    "double": 17,
    "varbinary": 1073741824,
}


def column(described: dict[str, Any]) -> Column:
    """Athena's description of one result column from Trino's."""
    signature = described["typeSignature"]
    name = _athena_name(signature["rawType"])
    sizes = [int(argument["value"]) for argument in signature["arguments"] if argument["kind"] == "LONG"]
    if name == "decimal":
        return Column(described["name"], name, sizes[0], sizes[1])
    if name in ("varchar", "char"):
        return Column(described["name"], name, sizes[0] if sizes else UNBOUNDED)
    if name.startswith("timestamp"):
        return Column(described["name"], name, max(3, sizes[0]))
    return Column(described["name"], name, PRECISIONS.get(name, 0))


def renderer(described: dict[str, Any]) -> Callable[[Any], str | None]:
    """A function that writes the values of one result column; NULL stays None."""
    write = _writer(described["typeSignature"])
    return lambda value: None if value is None else write(value)


def _athena_name(raw: str) -> str:
    return {"real": "float"}.get(raw, raw.lower())


def _writer(signature: Signature) -> Text:
    raw, arguments = signature["rawType"].lower(), signature["arguments"]
    if raw == "array":
        item = _nested(arguments[0]["value"])
        return lambda values: "[" + ", ".join(map(item, values)) + "]"
    if raw == "map":
        key, value = _nested(arguments[0]["value"]), _nested(arguments[1]["value"])
        return lambda entries: "{" + ", ".join(f"{key(k)}={value(v)}" for k, v in entries.items()) + "}"
    if raw == "row":
        return _row_writer(arguments)
    return _scalar_writer(raw)


def _nested(signature: Signature) -> Text:
    """Inside an array, a map or a row, NULL is written out."""
    write = _writer(signature)
    return lambda value: "null" if value is None else write(value)


def _row_writer(arguments: list[dict[str, Any]]) -> Text:
    fields = []
    for position, argument in enumerate(arguments):
        name = (argument["value"].get("fieldName") or {}).get("name") or f"field{position}"
        fields.append((name, _nested(argument["value"]["typeSignature"])))
    return lambda values: (
        "{" + ", ".join(f"{name}={write(v)}" for (name, write), v in zip(fields, values, strict=True)) + "}"
    )


def _scalar_writer(raw: str) -> Text:
    if raw == "boolean":
        return lambda value: "true" if value else "false"
    if raw in ("double", "real"):
        return _as_java
    if raw == "varbinary":
        return lambda value: base64.b64decode(value).hex(" ")
    if raw.startswith("timestamp"):
        return _at_least_milliseconds
    return str


def _as_java(value: float | str) -> str:
    """A number as Java's Double.toString: plain from 0.001 up to ten million, else like 1.0E10."""
    number = float(value)
    if number != number or number in (float("inf"), float("-inf")):  # noqa: PLR0124 - only NaN differs from itself
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(number)]
    if number == 0 or 1e-3 <= abs(number) < 1e7:
        return format(Decimal(repr(number)), "f") if "e" in repr(number) else repr(number)
    sign, digits, exponent = Decimal(repr(number)).normalize().as_tuple()
    power = len(digits) - 1 + int(exponent)
    fraction = "".join(map(str, digits[1:])) or "0"
    return f"{'-' if sign else ''}{digits[0]}.{fraction}E{power}"


def _at_least_milliseconds(value: str) -> str:
    """Athena writes at least three digits of a second: ``2022-04-30 00:00:00.000``."""
    day, time, *zone = value.split(" ")
    seconds, _, fraction = time.partition(".")
    return " ".join([day, f"{seconds}.{fraction.ljust(3, '0')}", *zone])
