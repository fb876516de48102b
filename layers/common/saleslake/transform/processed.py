"""The rows to write: values that were computed, text as it was delivered, and where each row comes from."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from saleslake.contracts.model import PROVENANCE
from saleslake.transform.checks import CompiledColumn
from saleslake.transform.values import known_name

FEW = 1000  # rows to one that is not written, for the others to be worth leaving where they are


def processed_rows(
    rows: pa.Table,
    marked: pa.Table,
    columns: Sequence[CompiledColumn],
    *,
    file_id: str,
    order: str,
) -> pa.Table:
    """The good rows of a block in the columns of the processed table.

    Parameters
    ----------
    rows, marked
        A block as delivered, with the values of texts that were looked up, and what was computed and is known of it:
        the same rows in the same order.
    columns
        The contract's columns, compiled for the file.
    file_id, order
        Hash and landing order of the file.
    """
    values = [_values(column, rows, marked) for column in columns]
    count = rows.num_rows
    provenance = {
        "file_id": _throughout(file_id, count),
        "line_number": rows.column("line"),
        "occurrence": marked.column("occurrence"),
        "landing_order": _throughout(order, count),
    }
    names = [*(column.name for column in columns), *(column.name for column in PROVENANCE)]
    table = pa.table([*values, *(provenance[column.name] for column in PROVENANCE)], names=names)
    return _written(table, pc.and_not(marked.column("kept"), marked.column("bad")))


def _values(column: CompiledColumn, rows: pa.Table, marked: pa.Table) -> pa.ChunkedArray:
    if column.verbatim:
        return rows.column(column.trimmed)
    known = known_name(column.name)
    return rows.column(known) if known in rows.column_names else marked.column(f"v_{column.name}")


def _written(table: pa.Table, written: pa.ChunkedArray) -> pa.Table:
    """The rows to be written; where few are not, nothing is copied."""
    others = pc.indices_nonzero(pc.invert(written)).to_pylist()
    if not others:
        return table
    if len(others) * FEW > table.num_rows:
        return table.filter(written)
    spans = zip([0, *(place + 1 for place in others)], [*others, table.num_rows], strict=True)
    return pa.concat_tables(table.slice(begin, end - begin) for begin, end in spans if begin < end)


def _throughout(text: str, count: int) -> pa.DictionaryArray:
    """One text for all rows, kept once."""
    return pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int8()), count), pa.array([text]))


def in_file_order(checked: pa.Table) -> pa.Table:
    """Rows by line, in one piece: how many threads there were must not show in what is written."""
    checked = checked.combine_chunks()
    lines = checked.column("line").combine_chunks()
    ascending = pc.all(pc.less(lines[:-1], lines[1:]), min_count=0).as_py()
    return checked if ascending else checked.sort_by("line")
