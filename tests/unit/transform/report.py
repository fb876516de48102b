"""Small Amazon reports, written field by field, and a lake in memory to transform them in."""

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet

from saleslake.transform import TransformRequest, TransformResult, transform_file

HEADER = (
    "index,Order ID,Date,Status,Fulfilment,Sales Channel ,ship-service-level,Style,SKU,Category,Size,ASIN,"
    "Courier Status,Qty,currency,Amount,ship-city,ship-state,ship-postal-code,ship-country,promotion-ids,B2B,"
    "fulfilled-by,Unnamed: 22"
)
ROW = {
    "index": "0",
    "Order ID": "405-8078784-5731545",
    "Date": "04-30-22",
    "Status": "Shipped",
    "Fulfilment": "Merchant",
    "Sales Channel ": "Amazon.in",
    "ship-service-level": "Standard",
    "Style": "SET389",
    "SKU": "SET389-KR-NP-S",
    "Category": "Set",
    "Size": "S",
    "ASIN": "B09KXVBD7Z",
    "Courier Status": "Shipped",
    "Qty": "1",
    "currency": "INR",
    "Amount": "647.62",
    "ship-city": "MUMBAI",
    "ship-state": "MAHARASHTRA",
    "ship-postal-code": "400081.0",
    "ship-country": "IN",
    "promotion-ids": "",
    "B2B": "False",
    "fulfilled-by": "Easy Ship",
    "Unnamed: 22": "",
}


def line(delimiter: str = ",", /, **changes: str) -> str:
    """One healthy row with some fields changed, by header with ``_`` for whatever is no letter: ``ship_state="RJ"``."""
    names = {"".join(c if c.isalnum() else "_" for c in name).strip("_"): name for name in ROW}
    return delimiter.join((ROW | {names[name]: text for name, text in changes.items()}).values())


def report(*lines: str, header: str = HEADER, end: str = "\n") -> bytes:
    """A whole file in UTF-8."""
    return end.join([header, *lines, ""]).encode()


@dataclass
class Memory:
    """A lake of one raw file that keeps what is written."""

    raw: bytes
    written: dict[str, Any]

    def open(self, key: str) -> io.BytesIO:
        assert key.startswith("raw/")
        return io.BytesIO(self.raw)

    def put_file(self, key: str, path: str | Path) -> None:
        self.written[key] = Path(path).read_bytes()

    def put_json(self, key: str, value: Any) -> None:
        self.written[key] = json.loads(json.dumps(value))


@dataclass
class Transformed:
    """What came of a file."""

    result: TransformResult
    written: dict[str, Any]
    dataset: str = "amazon_orders"

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The typed rows."""
        return self._read(f"processed/{self.dataset}/run_id=r1/f1.parquet")

    @property
    def quarantined(self) -> list[dict[str, Any]]:
        """The refused rows."""
        return self._read(f"quarantine/rows/{self.dataset}/run_id=r1/f1.parquet")

    @property
    def faults(self) -> list[tuple[int, str, str | None, str | None]]:
        """(line, rule, column, value) of every reason of every refused row."""
        return [
            (row["line_number"], reason["rule"], reason["column"], reason["value"])
            for row in self.quarantined
            for reason in row["reasons"]
        ]

    def _read(self, key: str) -> list[dict[str, Any]]:
        if key not in self.written:
            return []
        with pyarrow.parquet.ParquetFile(io.BytesIO(self.written[key])) as file:
            return file.read().to_pylist()


def transform(raw: bytes, **file_format: str) -> Transformed:
    """Transform a file's bytes as run ``r1`` would."""
    request = TransformRequest.model_validate(
        {
            "run_id": "r1",
            "dataset": "amazon_orders",
            "file_id": "f1",
            "name": "report.csv",
            "raw_key": "raw/amazon_orders/f1.csv",
            "landing_order": "2022-07-01T01:58:12.000000Z|landing/report.csv|v1",
            "format": file_format,
        }
    )
    lake = Memory(raw, {})
    return Transformed(transform_file(request, lake), lake.written)
