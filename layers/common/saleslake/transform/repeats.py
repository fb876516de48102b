"""Find duplicates and count occurrences over a whole file, one block at a time.

A row is known by two 64-bit hashes: of its key and of all delivered columns. A duplicate agrees in both; that two
different rows of one key do so by chance is one in 2**64. What is kept of a row is 4 bytes in memory, half the hash of
its key, by which most rows are told to be new; and 17 bytes on disk, read only where that half was met before.
"""

# ruff: noqa: S608 - what is put into SQL are this module's own constants

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from saleslake.transform.planned import Planned

AT_ONCE = 1 << 20  # rows seen before that are looked at together; one key may be that of a whole file

_START = "CREATE OR REPLACE TEMP TABLE seen (half UINTEGER)"
_HALF = "CAST(key_hash >> 32 AS UINTEGER)"

_MET = f"""
WITH halves AS (SELECT {_HALF} AS half FROM checked)
SELECT rowid AS place FROM seen SEMI JOIN halves USING (half)"""

_REMEMBER = f"INSERT INTO seen SELECT {_HALF} FROM marked WHERE kept"

_COUNT = "SELECT key_hash, count(*) AS rows, count(*) FILTER (good) AS good_rows FROM met GROUP BY key_hash"

_FIND = """
WITH earlier_rows AS (
    SELECT key_hash, CAST(sum(rows) AS BIGINT) AS rows, CAST(sum(good_rows) AS BIGINT) AS good_rows
    FROM earlier_counts
    GROUP BY key_hash
),
candidates AS (
    SELECT
        line,
        key_hash,
        bad,
        row_number() OVER (PARTITION BY key_hash, row_hash ORDER BY line) = 1
            AND (key_hash, row_hash) NOT IN (SELECT (key_hash, row_hash) FROM earlier_alike) AS kept
    FROM again
)
SELECT
    line,
    kept,
    COALESCE(earlier_rows.rows, 0) + count(*) FILTER (kept) OVER same_key AS occurrence,
    kept AND NOT bad
        AND COALESCE(earlier_rows.good_rows, 0) + count(*) FILTER (kept AND NOT bad) OVER same_key > 1 AS repeated
FROM candidates
LEFT JOIN earlier_rows USING (key_hash)
WINDOW same_key AS (PARTITION BY key_hash ORDER BY line ROWS UNBOUNDED PRECEDING)"""

_NO_ROWS = pa.schema([("key_hash", pa.uint64()), ("row_hash", pa.uint64())]).empty_table()
_NO_COUNTS = pa.schema(
    [("key_hash", pa.uint64()), ("rows", pa.int64()), ("good_rows", pa.int64())]
).empty_table()

# what is said of a row whose key came once
_ONCE = {"kept": pa.scalar(True), "occurrence": pa.scalar(1, pa.int32()), "repeated": pa.scalar(False)}


class Repeats:
    """The rows of one file met so far; a new one forgets those of the one before.

    Parameters
    ----------
    connection
        Where their keys are kept.
    planned
        Its statements.
    folder
        Where there is room on disk.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, planned: Planned, folder: Path) -> None:
        connection.execute(_START)
        self._planned = planned
        self._seen = {
            name: _Column(folder / f"seen_{name}", kind)
            for name, kind in (("key_hash", pa.uint64()), ("row_hash", pa.uint64()), ("good", pa.uint8()))
        }

    def mark(self, checked: pa.Table) -> pa.Table:
        """Feed ``marked``: the rows of a block, whether and how often their key came before; and remember them.

        Parameters
        ----------
        checked
            A block's rows, with ``line``, ascending, ``key_hash``, ``row_hash`` and ``bad``.

        Returns
        -------
        pa.Table
            ``checked`` and three columns more. ``kept``: it is no duplicate. ``occurrence``: it is the nth of its key.
            ``repeated``: it is a good row that is neither the first good one of its key nor a duplicate.
        """
        self._planned.feed("checked", checked)
        counts, alike = self._earlier(checked)
        self._planned.feed("earlier_counts", counts)
        self._planned.feed("earlier_alike", alike)
        self._planned.feed("again", _again(checked, counts))
        repeats = self._planned.run(_FIND)
        places = pc.index_in(checked.column("line"), value_set=repeats.column("line").combine_chunks())
        for name, usual in _ONCE.items():
            found = repeats.column(name).cast(usual.type).take(places)
            checked = checked.append_column(name, pc.fill_null(found, usual))
        self._remember(checked)
        return checked

    def _earlier(self, checked: pa.Table) -> tuple[pa.Table, pa.Table]:
        """How many rows were seen before of keys of a block, and which of them may be the same as one of its rows."""
        keys, hashes = (checked.column(name).combine_chunks() for name in ("key_hash", "row_hash"))
        places = self._planned.run(_MET).column("place").combine_chunks()
        counts, alike = [_NO_COUNTS], [_NO_ROWS]
        for begin in range(0, len(places), AT_ONCE):
            some = places.slice(begin, AT_ONCE)
            met = pa.table({name: column.take(some) for name, column in self._seen.items()})
            met = met.filter(pc.is_in(met.column("key_hash"), value_set=keys))
            self._planned.feed("met", met.set_column(2, "good", pc.equal(met.column("good"), 1)))
            counts.append(self._planned.run(_COUNT))
            alike.append(met.filter(pc.is_in(met.column("row_hash"), value_set=hashes)).drop_columns("good"))
        return pa.concat_tables(counts), pa.concat_tables(alike)

    def _remember(self, marked: pa.Table) -> None:
        self._planned.feed("marked", marked)
        self._planned.run(_REMEMBER)
        kept = marked.select(["key_hash", "row_hash", "bad"]).filter(marked.column("kept"))
        good = pc.invert(kept.column("bad")).cast(pa.uint8())
        for values, column in zip(
            (kept["key_hash"], kept["row_hash"], good), self._seen.values(), strict=True
        ):
            column.append(values.combine_chunks())


def _again(checked: pa.Table, earlier_counts: pa.Table) -> pa.Table:
    """Rows of a block whose key occurs more than once: few in most files, and all further work is on them."""
    keys = checked.column("key_hash")
    counted = pc.value_counts(keys)
    several = counted.field("values").filter(pc.greater(counted.field("counts"), 1))
    wanted = pa.chunked_array([several, *earlier_counts.column("key_hash").chunks])
    rows = checked.select(["line", "key_hash", "row_hash", "bad"])
    return rows.filter(pc.is_in(keys, value_set=wanted.combine_chunks()))


class _Column:
    """Numbers on disk, in the order they came."""

    def __init__(self, path: Path, kind: pa.DataType) -> None:
        self._path = path
        self._kind = kind
        self._path.write_bytes(b"")

    def append(self, values: pa.Array) -> None:
        width = self._kind.byte_width
        whole = values.buffers()[1][values.offset * width : (values.offset + len(values)) * width]
        with self._path.open("ab") as file:
            file.write(whole)

    def take(self, places: pa.Array) -> pa.Array:
        count = self._path.stat().st_size // self._kind.byte_width
        if not len(places) or not count:
            return pa.array([], self._kind)
        with pa.memory_map(str(self._path)) as file:
            return pa.Array.from_buffers(self._kind, count, [None, file.read_buffer()]).take(places)
