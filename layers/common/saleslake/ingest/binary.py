"""Parquet and Avro at the door: whether the file is whole, what it is, and whether its types can be read right."""

from collections.abc import Sequence
from typing import BinaryIO, Literal, cast

from saleslake.contracts.drift import refuse_header
from saleslake.contracts.headers import HeaderMatch
from saleslake.contracts.loader import load_contract
from saleslake.contracts.recognise import Recognised, recognise
from saleslake.contracts.refusal import FileRefusal, FileUnreadable
from saleslake.formats.model import DeliveredFormat
from saleslake.ingest.delivered import Ends
from saleslake.ingest.understood import Understood

MAGIC: dict[bytes, Literal["parquet", "avro"]] = {b"PAR1": "parquet", b"Obj\x01": "avro"}


def understand_binary(kind: Literal["parquet", "avro"], ends: Ends, key: str) -> Understood | FileRefusal:
    """What a file is by its schema alone, or why it is refused.

    Parameters
    ----------
    kind
        Its format.
    ends
        Its first and last bytes: Parquet has its schema in the last ones, Avro in the first.
    key
        Where it landed.
    """
    # the engines take a while to load: only a file that needs them pays for it
    from saleslake.formats import avro, parquet, schema  # noqa: PLC0415

    file = cast(BinaryIO, ends)
    try:
        rows = parquet.ParquetRows(file) if kind == "parquet" else avro.AvroRows(file)
        if isinstance(rows, avro.AvroRows):
            rows.check_end(file)
    except FileUnreadable as problem:
        return problem.refusal
    recognised = recognise(key, rows.schema.names)
    if not isinstance(recognised, Recognised):
        return recognised
    contract = load_contract(recognised.dataset)
    refusal = refuse_header(contract, recognised.match)
    refusal = refusal or schema.check_schema(contract, rows.schema, recognised.match)
    types = _types(recognised.match, [str(schema.value_type(kind)) for kind in rows.schema.types])
    found = DeliveredFormat(kind=kind)
    return refusal or Understood(recognised.dataset, found, f".{kind}", recognised.match, types)


def _types(match: HeaderMatch, types: Sequence[str]) -> dict[str, str]:
    return {name: types[position] for name, position in match.positions.items()}
