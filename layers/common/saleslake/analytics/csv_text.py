"""The rows of an answer as CSV; what is beside them goes into headers."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

MEDIA_TYPE = "text/csv; charset=utf-8"
ETAG_MARK = "-csv"


def csv_text(answer: Mapping[str, Any], columns: Sequence[str]) -> str:
    """Rows as RFC 4180 has them, one header line first; what is missing is empty."""
    data = answer["data"]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    for row in data if isinstance(data, list) else [data]:
        writer.writerow([_cell(row[name]) for name in columns])
    return text.getvalue()


def headers(metadata: Mapping[str, Any]) -> dict[str, str]:
    """The metadata of an answer as headers, ``next`` as ``X-Next-Cursor``."""
    names = {"release", "data_as_of", "rollup", "total", "truncated", "bytes_scanned", "cost_usd", "cache"}
    found = {
        f"X-{name.title().replace('_', '-')}": _cell(metadata[name])
        for name in sorted(names & metadata.keys())
    }
    if metadata.get("next"):
        found["X-Next-Cursor"] = str(metadata["next"])
    return {name: value for name, value in found.items() if value}


def parsed(body: str) -> dict[str, Any]:
    """An answer with every number as it is written: no amount goes through a float."""
    return dict(json.loads(body, parse_float=str, parse_int=str))


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)
