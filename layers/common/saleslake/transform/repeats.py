"""Find duplicates and count occurrences over a whole file, one block at a time.

A row is known by two 64-bit hashes: of its key and of all delivered columns. A duplicate agrees in both; that two
different rows of one key do so by chance is one in 2**64. What is kept of a row is 17 bytes, which DuckDB spills to its
temporary folder when memory is short.
"""

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from saleslake.transform.planned import Planned

_START = "CREATE OR REPLACE TEMP TABLE seen (key_hash UBIGINT, row_hash UBIGINT, good BOOLEAN)"

# what is said of a row whose key came once
_ONCE = {"kept": pa.scalar(True), "occurrence": pa.scalar(1, pa.int32()), "repeated": pa.scalar(False)}

# Most keys occur once: all the work is on the few that came again, in this block or since an earlier one. Of all that
# was seen only the keys are read, unless one was met before.
_FIND = """
WITH met AS MATERIALIZED (SELECT DISTINCT key_hash FROM seen SEMI JOIN checked USING (key_hash)),
earlier AS (SELECT * FROM seen SEMI JOIN met USING (key_hash)),
again AS (
    SELECT key_hash FROM checked GROUP BY key_hash HAVING count(*) > 1
    UNION
    SELECT key_hash FROM met
),
earlier_rows AS (
    SELECT key_hash, count(*) AS rows, count(*) FILTER (good) AS good_rows FROM earlier GROUP BY key_hash
),
candidates AS (
    SELECT
        line,
        key_hash,
        bad,
        row_number() OVER (PARTITION BY key_hash, row_hash ORDER BY line) = 1
            AND (key_hash, row_hash) NOT IN (SELECT (key_hash, row_hash) FROM earlier) AS kept
    FROM checked
    SEMI JOIN again USING (key_hash)
)
SELECT
    line,
    kept,
    COALESCE(earlier_rows.rows, 0) + count(*) FILTER (kept) OVER same_key AS occurrence,
    kept AND NOT bad
        AND COALESCE(earlier_rows.good_rows, 0) + count(*) FILTER (kept AND NOT bad) OVER same_key > 1 AS repeated
FROM candidates
LEFT JOIN earlier_rows USING (key_hash)
WINDOW same_key AS (PARTITION BY key_hash ORDER BY line)"""

_REMEMBER = "INSERT INTO seen SELECT key_hash, row_hash, NOT bad FROM marked WHERE kept"


def start(connection: duckdb.DuckDBPyConnection) -> None:
    """Forget every row: a file begins."""
    connection.execute(_START)


def mark(planned: Planned, checked: pa.Table) -> pa.Table:
    """Feed ``marked``: the rows of a block, whether and how often their key came before; and remember them.

    Parameters
    ----------
    planned
        The statements of the file.
    checked
        A block's rows, with ``line``, ``key_hash``, ``row_hash`` and ``bad``.

    Returns
    -------
    pa.Table
        ``checked`` and three columns more. ``kept``: it is no duplicate. ``occurrence``: it is the nth of its key.
        ``repeated``: it is a good row that is neither the first good one of its key nor a duplicate.
    """
    planned.feed("checked", checked)
    repeats = planned.run(_FIND)
    places = pc.index_in(checked.column("line"), value_set=repeats.column("line").combine_chunks())
    for name, usual in _ONCE.items():
        found = repeats.column(name).cast(usual.type).take(places)
        checked = checked.append_column(name, pc.fill_null(found, usual))
    planned.feed("marked", checked)
    planned.run(_REMEMBER)
    return checked
