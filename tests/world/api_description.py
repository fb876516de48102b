"""The API's description with what only a release knows put in: the values and days there are.

A generator of requests that knows them gets answers, not only refusals.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.world.marts import VALUES

PATH = Path(__file__).parents[2] / "docs" / "openapi.json"
UNKNOWN = {"cursor", "brand", "territory", "warehouse"}
DAYS = ["2025-11-01", "2025-11-10", "2025-11-30", "2025-12-01", "2025-12-31"]
_SALES = ["revenue", "refunds", "orders", "units", "average_order_value", "profit_margin", "b2b_share"]
_GROUPS = ["channel", "region", "state", "category", "segment", "payment_method", "is_b2b", "product_id"]


def described() -> dict[str, Any]:
    """The description as it is committed."""
    return dict(json.loads(PATH.read_text(encoding="utf-8")))


def known_to(release: str, rng: Mapping[str, list[str]]) -> dict[str, Any]:
    """The description for one release; ``rng`` has ids of its members by name."""
    found = described()
    values = {**VALUES, **rng, "device": ["mobile", "tablet"]}
    for methods in found["paths"].values():
        for operation in methods.values():
            given = operation.get("parameters", [])
            operation["parameters"] = [one for one in given if one["name"] not in UNKNOWN]
            for parameter in operation["parameters"]:
                _narrow(parameter, values, release)
    query = found["components"]["schemas"].get("Query", {"properties": {}})["properties"]
    query.pop("cursor", None)
    query.pop("source", None)
    query["release"] = {"enum": [release, None]}
    query["measures"]["items"] = {"enum": _SALES}
    query["dimensions"]["items"] = {"enum": _GROUPS}
    query["order"]["items"] = {"enum": ["revenue"]}
    query["from"] = query["to"] = {"enum": [*DAYS, None]}
    names = ("channel", "state", "category")
    query["filters"] = {
        "type": "object",
        "properties": {
            name: {"type": "array", "items": {"enum": list(VALUES[name])}, "minItems": 1} for name in names
        },
        "additionalProperties": False,
    }
    return found


def _narrow(parameter: dict[str, Any], values: Mapping[str, Any], release: str) -> None:
    schema, name = parameter["schema"], parameter["name"]
    if name == "release":
        parameter["schema"] = {"type": "string", "enum": [release]}
    elif name in {"from", "to"}:
        parameter["schema"] = {"type": "string", "enum": DAYS}
    elif parameter["in"] == "path" and name in values:
        parameter["schema"] = {"type": "string", "enum": list(values[name])}
    elif name in values and schema.get("type") == "array" and "enum" not in schema["items"]:
        items = {"type": "string", "enum": list(values[name])}
        parameter["schema"] = {"type": "array", "items": items, "minItems": 1, "maxItems": 2}
