"""Hold the schema of a typed file (Parquet, Avro) to a contract: what can never be read right is refused whole."""

import pyarrow as pa

from saleslake.contracts.headers import HeaderMatch
from saleslake.contracts.model import Column, Contract
from saleslake.contracts.refusal import FileRefusal


def check_schema(contract: Contract, schema: pa.Schema, match: HeaderMatch) -> FileRefusal | None:
    """The first column whose type cannot become what the contract says, as a refusal.

    Parameters
    ----------
    contract
        The dataset's contract.
    schema
        The file's own, in Arrow's types.
    match
        Which of its columns feed the contract; the others may hold anything.

    Returns
    -------
    FileRefusal | None
        ``money_as_float``: a decimal as a binary float is no longer what was meant. ``time_zone``: a moment of
        nobody knows which clock. ``moment_as_date``: a moment has a day in each zone. ``nested_column``: a list or
        record where a single value belongs. ``unreadable_type``: one nobody reads here.
    """
    for name, position in match.positions.items():
        field = schema.field(position)
        refusal = refuse_type(contract.by_name[name], field.name, value_type(field.type))
        if refusal:
            return refusal
    return None


def value_type(kind: pa.DataType) -> pa.DataType:
    """The type of a column's values; a dictionary is only a way to store them."""
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def refuse_type(column: Column, delivered: str, kind: pa.DataType) -> FileRefusal | None:
    """Refuse a column by its type: its name as delivered, and the type of its values."""

    def refusal(code: str, message: str, expected: str) -> FileRefusal:
        return FileRefusal(code=code, message=message, column=delivered, value=str(kind), expected=expected)

    types = pa.types
    if types.is_nested(kind):
        return refusal("nested_column", "a column holds lists or records", "a single value in every row")
    if column.kind == "decimal" and types.is_floating(kind):
        expected = f"decimals, such as {column.physical_type}, or text"
        return refusal("money_as_float", "exact numbers are delivered as binary floats", expected)
    if types.is_timestamp(kind) and kind.tz is None and column.kind == "timestamp":
        return refusal("time_zone", "moments are delivered without a time zone", "moments in UTC")
    if types.is_timestamp(kind) and kind.tz is not None and column.kind == "date":
        return refusal("moment_as_date", "moments are delivered where a day belongs", "days")
    if types.is_duration(kind) or types.is_interval(kind) or types.is_decimal256(kind):
        return refusal("unreadable_type", "a column has a type nobody reads here", f"a {column.kind}")
    return None
