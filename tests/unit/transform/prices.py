"""Small files of the dataset ``prices``, whose contract uses every property, and what the transform makes of them."""

import json
from unittest import mock

from saleslake.transform import TransformRequest, file
from tests.unit.contracts.warehouse_contract import prices
from tests.unit.transform.report import Memory, Transformed

LANDED = "2024-06-15T12:00:00.000000Z"
PRICE = {
    "product_id": "P-1",
    "updated_at": "2024-06-01T09:30:00Z",
    "list_price": "100.00",
    "cost": "60.00",
    "commission": "0.0525",
    "stock": "3",
    "decided_on": "2024-05-31",
}


def price(**changes):
    """One healthy price with some values changed."""
    return PRICE | changes


def csv(*rows):
    """The rows as a CSV file; no value needs quotes."""
    return "\n".join([",".join(PRICE), *(",".join(row.values()) for row in rows), ""]).encode()


def json_lines(*rows):
    """The rows as JSON lines."""
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows).encode()


def transform(raw, contract=None, **file_format):
    """Transform a file's bytes by the contract of prices, or another one."""
    contract = contract or prices()
    request = TransformRequest.model_validate(
        {
            "run_id": "r1",
            "dataset": contract.dataset,
            "file_id": "f1",
            "name": "prices",
            "raw_key": f"raw/{contract.dataset}/f1",
            "landing_order": f"{LANDED}|landing/prices|v1",
            "format": file_format,
        }
    )
    lake = Memory(raw, {})
    with mock.patch.object(file, "load_contract", return_value=contract):
        return Transformed(file.transform_file(request, lake), lake.written, contract.dataset)
