"""Put beside a block's rows what the spellings in their columns stand for."""

from collections.abc import Sequence

import pyarrow as pa

from saleslake.contracts.aliases import Aliases, fold, spellings
from saleslake.transform.checks import CompiledColumn
from saleslake.transform.values import canonical_name


def with_canonical(rows: pa.Table, columns: Sequence[CompiledColumn]) -> pa.Table:
    """The rows, and for every column with aliases another one of canonical values, NULL where nobody listed a spelling.

    Parameters
    ----------
    rows
        Of a block.
    columns
        The contract's columns, compiled for the file.
    """
    for column in columns:
        if column.aliases:
            found = (
                _looked_up(rows.column(column.trimmed), column.aliases)
                if column.trimmed
                else pa.nulls(rows.num_rows, pa.string())
            )
            rows = rows.append_column(canonical_name(column.name), found)
    return rows


def _looked_up(texts: pa.ChunkedArray, aliases: Aliases) -> pa.Array:
    """Each spelling is looked up once, however many rows have it."""
    listed = spellings(aliases)
    spelt = texts.combine_chunks().dictionary_encode()
    found = [None if text is None else listed.get(fold(text)) for text in spelt.dictionary.to_pylist()]
    return pa.array(found, pa.string()).take(spelt.indices)
