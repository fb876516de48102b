"""What is computed of a text is computed once, where the same few texts come again and again."""

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from saleslake.transform.checks import CompiledColumn
from saleslake.transform.planned import Planned
from saleslake.transform.records import with_trimmed
from saleslake.transform.spelt import with_canonical
from saleslake.transform.values import FLAG

AGAIN = 50  # times a text comes in the first block, on average, for a lookup to be quicker than to compute
MOST = 50_000  # texts of a column that are remembered


def texts_that_repeat(columns: Sequence[CompiledColumn], rows: pa.Table) -> list[str]:
    """Names of the columns to look up, by the rows of a block; what is computed is the same for any choice."""
    return [
        column.name
        for column in columns
        if column.delivered
        and not column.verbatim
        and pc.count_distinct(rows.column(column.delivered)).as_py() * AGAIN <= rows.num_rows
    ]


class Lookup:
    """The texts of one column met so far, as delivered, and what was computed of each.

    Parameters
    ----------
    column
        The column; it was delivered.
    statement
        SQL over ``spelt_<column>``: what to compute of its texts. What it names ``flag_…`` is true of few of them.
    planned
        Where to compute it.
    """

    def __init__(self, column: CompiledColumn, statement: str, planned: Planned) -> None:
        self._column = column
        self._statement = statement
        self._planned = planned
        self._texts = pa.array([], pa.string())
        self._known = self._computed(self._texts)

    def found(self, rows: pa.Table) -> Mapping[str, pa.Array | None]:
        """What was computed of the text of each row, by name; None for a flag that is true of no text."""
        spelt = rows.column(self._column.delivered).combine_chunks().dictionary_encode(null_encoding="encode")
        places = pc.index_in(spelt.dictionary, value_set=self._texts)
        if places.null_count:
            self._learn(spelt.dictionary, spelt.dictionary.filter(pc.is_null(places)))
            places = pc.index_in(spelt.dictionary, value_set=self._texts)
        known = self._known.take(places)
        return {
            name: None if _never(name, values) else values.combine_chunks().take(spelt.indices)
            for name, values in zip(known.column_names, known.columns, strict=True)
        }

    def _learn(self, texts: pa.Array, new: pa.Array) -> None:
        if len(self._texts) + len(new) > MOST:  # forget the others
            self._texts, self._known = texts, self._computed(texts).combine_chunks()
        else:
            self._texts = pa.concat_arrays([self._texts, new])
            self._known = pa.concat_tables([self._known, self._computed(new)]).combine_chunks()

    def _computed(self, texts: pa.Array) -> pa.Table:
        delivered = str(self._column.delivered)
        spelt = pa.table({delivered: texts, "place": pa.array(range(len(texts)), pa.int32())})
        self._planned.feed(
            f"spelt_{self._column.name}", with_canonical(with_trimmed(spelt, [delivered]), [self._column])
        )
        return self._planned.run(self._statement)


def _never(name: str, values: pa.ChunkedArray) -> bool:
    return name.startswith(FLAG) and not pc.any(values, min_count=0).as_py()


def with_known(rows: pa.Table, lookups: Sequence[Lookup]) -> pa.Table:
    """The rows and what was computed of their texts, each a column; a flag is raised where one of them raises it."""
    known: dict[str, pa.Array | None] = {}
    for lookup in lookups:
        for name, values in lookup.found(rows).items():
            others = known.get(name)
            known[name] = others if values is None else values if others is None else pc.or_(others, values)
    for name, values in known.items():
        rows = rows.append_column(name, pa.repeat(False, rows.num_rows) if values is None else values)
    return rows
