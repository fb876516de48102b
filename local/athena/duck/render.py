"""Result values as Athena prints them in its CSV and in GetQueryResults."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from local.athena.duck.types import Type
from local.athena.engine import Column
from local.athena.errors import NotSupportedHere

# Precision and scale as GetQueryResults reports them:
# https://docs.aws.amazon.com/athena/latest/APIReference/API_ColumnInfo.html
_SHAPES = {
    "boolean": (0, 0), "tinyint": (3, 0), "smallint": (5, 0), "integer": (10, 0), "bigint": (19, 0), "real": (17, 0),
    "double": (17, 0), "varchar": (2147483647, 0), "date": (0, 0), "varbinary": (1073741824, 0), "unknown": (0, 0),
}  # fmt: skip


def column(name: str | None, kind: Type, index: int) -> Column:
    """The description of a result column; one without a name is ``_col<index>``."""
    label = name or f"_col{index}"
    if kind.name == "decimal":
        return Column(label, "decimal", kind.precision, kind.scale)
    if kind.name == "varchar" and kind.args:
        return Column(label, "varchar", kind.number(0), 0)
    if kind.name.startswith("timestamp"):
        return Column(label, kind.name, max(3, kind.number(0)), 0)
    if kind.name.startswith("interval"):
        raise NotSupportedHere("intervals in a result")
    name = "float" if kind.name == "real" else kind.name
    return Column(label, name, *_SHAPES.get(kind.name, (0, 0)))


def text(value: Any, kind: Type) -> str | None:
    """One value; None is NULL."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return java_double(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return _timestamp(value, kind)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return " ".join(f"{byte:02x}" for byte in bytes(value))
    if kind.name == "array":
        return "[" + ", ".join(_inner(item, kind.part(0)) for item in value) + "]"
    if kind.name == "row":
        names = [name or f"field{index}" for index, name in enumerate(kind.names)]
        items = list(value.values()) if isinstance(value, Mapping) else list(value)
        pairs = zip(names, items, range(len(items)), strict=True)
        return (
            "{" + ", ".join(f"{name}={_inner(item, kind.part(index))}" for name, item, index in pairs) + "}"
        )
    if kind.name == "map":
        pairs_ = (
            value.items() if isinstance(value, Mapping) else zip(value["key"], value["value"], strict=True)
        )
        return (
            "{" + ", ".join(f"{_inner(k, kind.part(0))}={_inner(v, kind.part(1))}" for k, v in pairs_) + "}"
        )
    return str(value)


def _inner(value: Any, kind: Type) -> str:
    rendered = text(value, kind)
    return "null" if rendered is None else rendered


def _timestamp(value: datetime, kind: Type) -> str:
    digits = max(3, kind.number(0))  # Athena shows milliseconds at least
    zone = " UTC" if kind.name == "timestamp with time zone" else ""
    if value.tzinfo is not None:
        value = value.astimezone(UTC)
    fraction = f".{value.microsecond:06d}"[: digits + 1] if digits else ""
    return value.strftime("%Y-%m-%d %H:%M:%S") + fraction + zone


def java_double(value: float) -> str:
    """Java's Double.toString: plain between 1e-3 and 1e7, else computerised scientific notation."""
    if value != value:  # noqa: PLR0124 - NaN
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        plain = repr(value)
        return f"{Decimal(plain):f}" if "e" in plain else plain
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    assert isinstance(exponent, int)
    figures = "".join(map(str, digits)).rstrip("0") or "0"
    power = len(digits) - 1 + exponent
    return f"{'-' if sign else ''}{figures[0]}.{figures[1:] or '0'}E{power}"
