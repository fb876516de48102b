"""Query results in S3, written and read again as Athena does.

https://docs.aws.amazon.com/athena/latest/ug/querying-finding-output-files.html
"""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from local.athena.engine import Column, Result
from local.athena.store import Store

Row = tuple[str | None, ...]


def save(store: Store, location: str, result: Result) -> None:
    """Write the result and, beside it, the description of its columns; raises ObjectMissing without a bucket."""
    if location.endswith(".csv"):
        store.write(location, to_csv(result.columns, result.rows), "application/octet-stream")
    elif location.endswith(".txt"):
        lines = ("\t".join(cell or "" for cell in row) for row in result.rows)
        store.write(location, "".join(f"{line}\n" for line in lines).encode(), "text/plain")
    described = {
        "columns": [asdict(column) for column in result.columns],
        "update_count": result.update_count,
    }
    store.write(f"{location}.metadata", json.dumps(described).encode(), "application/octet-stream")


def to_csv(columns: Sequence[Column], rows: Sequence[Row]) -> bytes:
    """Every value quoted, NULL empty and unquoted, a header of names, lines ended by a line feed."""
    header = tuple(column.name for column in columns)
    return "".join(",".join(map(_cell, row)) + "\n" for row in (header, *rows)).encode()


def _cell(value: str | None) -> str:
    return "" if value is None else '"' + value.replace('"', '""') + '"'


def from_csv(body: bytes) -> list[Row]:
    """The rows of `to_csv`, header included."""
    reader = csv.reader(io.StringIO(body.decode(), newline=""), quoting=csv.QUOTE_NOTNULL)
    return [tuple(row) or (None,) for row in reader]


def load(store: Store, location: str) -> tuple[list[Column], list[Row]]:
    """Columns and rows as GetQueryResults pages them: a SELECT's first row are the names."""
    described = json.loads(store.read(f"{location}.metadata"))
    columns = [Column(**item) for item in described["columns"]]
    if location.endswith(".csv"):
        return columns, from_csv(store.read(location))
    if location.endswith(".txt"):
        lines = store.read(location).decode().splitlines()
        return columns, [tuple(line.split("\t", max(0, len(columns) - 1))) for line in lines]
    return columns, []


def column_info(column: Column) -> dict[str, Any]:
    """https://docs.aws.amazon.com/athena/latest/APIReference/API_ColumnInfo.html."""
    return {
        "CatalogName": "hive", "SchemaName": "", "TableName": "", "Name": column.name, "Label": column.name,
        "Type": column.type, "Precision": column.precision, "Scale": column.scale, "Nullable": "UNKNOWN",
        "CaseSensitive": column.type in ("varchar", "char"),
    }  # fmt: skip
