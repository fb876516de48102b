"""Compile a contract into the Arrow schema of its processed files, and the schema of quarantined rows."""

import re

import pyarrow as pa

from saleslake.contracts.model import PROVENANCE, Contract

_TYPES = {
    "string": pa.string(),
    "int": pa.int32(),
    "bigint": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("ms"),  # UTC; Athena reads no more than milliseconds of a Hive table
}
_REASON = pa.struct([(name, pa.string()) for name in ("rule", "column", "value", "expected")])

_CONSTANT = pa.dictionary(pa.int8(), pa.string())
CONSTANT = ("file_id", "landing_order")

QUARANTINE = pa.schema(
    [
        ("file_id", pa.string()),
        ("line_number", pa.int64()),
        ("raw_text", pa.string()),
        ("reasons", pa.list_(_REASON)),
    ]
)


def processed_schema(contract: Contract) -> pa.Schema:
    """Columns of the contract, typed and in its order, then where each row comes from.

    What is the same in every row of a file has a dictionary type: as Parquet it is text like any other.
    """
    delivered = [(column.name, arrow_type(column.physical_type)) for column in contract.columns]
    origin = [
        (column.name, _CONSTANT if column.name in CONSTANT else arrow_type(column.physical_type))
        for column in PROVENANCE
    ]
    return pa.schema([*delivered, *origin])


def arrow_type(physical_type: str) -> pa.DataType:
    """Arrow's type for a Glue type a contract may use, such as ``int`` or ``decimal(18,2)``."""
    decimal = re.fullmatch(r"decimal\((\d+),(\d+)\)", physical_type)
    if decimal:
        return pa.decimal128(int(decimal[1]), int(decimal[2]))
    return _TYPES[physical_type]
