"""Read JSON in blocks of text: in bulk where a line is plain, by Python's exact parser where it may not be."""

# ruff: noqa: S608 - what is put into SQL goes through quote()

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import BinaryIO

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from saleslake.contracts.headers import match_header
from saleslake.contracts.model import Contract
from saleslake.contracts.refusal import FileRefusal, FileUnreadable
from saleslake.formats.json_split import Record, head_keys, is_array, records
from saleslake.formats.stream import decoded
from saleslake.transform.json_exact import UNIT, Keys, exact_rows
from saleslake.transform.records import BLOCK_BYTES, Block, join
from saleslake.transform.values import quote

READ_SIZE = 1 << 20  # bytes
MOST_EXTRA_KEYS = 200  # of a block; with more of them the whole text of a record tells whether it differs

# DuckDB's parser lets through what is no JSON, makes floats of numbers, and takes the first of two equal keys. Lines
# where that might matter are read by Python: those with a long number, an exponent, a small fraction, minus zero, a
# list or record inside, a constant such as NaN, a comma at the end, or an escape.
_DOUBTFUL = (
    r"\\|[0-9][0-9.]{14}|:\s*-?[0-9][0-9.]*[eE]|:\s*-?0[.]000|:\s*-0\s*[,}\]]|:\s*[\[{]|:\s*-?[NnIi][aAnN]"
    r"|,\s*[}\]]"
)
_ENDS_IN_ZERO = r":\s*-?[0-9]+[.][0-9]*0\s*[,}]"  # 1.10 is the number 1.1, but another text


class JsonRecords:
    """The records of one JSON file, in blocks, read once from beginning to end.

    A record's line is its physical line or, in an array, its number, from 1. The columns are the contract's, and one
    more for all keys that the contract does not name.

    Parameters
    ----------
    stream
        The unpacked bytes.
    contract
        Says which keys are wanted, by any spelling of their headers.
    connection
        Does what is done in bulk.
    """

    nested = True

    def __init__(self, stream: BinaryIO, contract: Contract, connection: duckdb.DuckDBPyConnection) -> None:
        self._text = decoded(stream, READ_SIZE)
        self._connection = connection
        self._keys = Keys(contract)
        self._texts = {at for at, column in enumerate(contract.columns) if column.kind == "string"}
        self.header = [column.name for column in contract.columns]
        self._columns = [f"c{position}" for position in range(len(self.header))]
        self.names = [*self._columns, "extra"]
        self._records: dict[int, str] = {}
        self._head = next(self._text, "")
        self._array = is_array(self._head)
        self._check_keys(contract)

    def blocks(self) -> Iterator[Block]:
        """The blocks in file order.

        Raises
        ------
        FileUnreadable
            The bytes are no UTF-8, an array is broken, or a record is too long.
        """
        waiting: list[Record] = []
        size = 0
        for found in records(chain([self._head], self._text), array=self._array):
            waiting += found
            size += sum(len(record.text) for record in found)
            if size >= BLOCK_BYTES:
                yield self._block(waiting)
                waiting, size = [], 0
        if waiting:
            yield self._block(waiting)

    def raw_text(self, spans: Sequence[tuple[int, int]]) -> list[str]:
        """Records of the latest block as delivered, each by its line or number."""
        return [self._records[number].strip() for number, _ in spans]

    def _check_keys(self, contract: Contract) -> None:
        """Refuse a file none of whose first records has a key it must bring."""
        keys = head_keys(self._head, whole=len(self._head.encode()) < READ_SIZE)
        refusal = keys if isinstance(keys, FileRefusal) else match_header(contract, keys)
        if isinstance(refusal, FileRefusal):
            raise FileUnreadable(refusal)

    def _block(self, found: list[Record]) -> Block:
        self._records = dict(found)
        delivered = pa.table(
            {
                "line": pa.array([record.number for record in found], pa.int64()),
                "text": pa.array([record.text for record in found], pa.string()),
            }
        )
        self._connection.register("delivered", delivered)
        self._connection.execute(f"""
            CREATE OR REPLACE TEMP TABLE json_lines AS
            SELECT line, text, CASE WHEN plain THEN json_keys(text) END AS keys
            FROM (SELECT *, CASE
                WHEN regexp_matches(text, {quote(_DOUBTFUL)}) OR NOT json_valid(text) THEN FALSE
                ELSE json_type(text) = 'OBJECT' END AS plain FROM delivered)""")
        lists = [keys for (keys,) in self._connection.execute(_KEY_LISTS).fetchall()]
        ambiguous = [keys for keys in lists if self._keys.ambiguous(keys)]
        self._connection.register("ambiguous", pa.table({"keys": pa.array(ambiguous, pa.list_(pa.string()))}))
        plain, inexact = self._plain(sorted({key for keys in lists for key in keys}))
        rest = self._connection.execute(_REST).fetchall()
        doubtful = [*rest, *((line, self._records[line]) for line in inexact)]
        exact, malformed = exact_rows(doubtful, self._keys, self.names)
        for name in ("ambiguous", "delivered"):
            self._connection.unregister(name)
        rows = pa.concat_tables([plain, exact]).sort_by("line") if exact.num_rows else plain.combine_chunks()
        return join([Block(rows, tuple(malformed))], self._columns)

    def _plain(self, keys: Sequence[str]) -> tuple[pa.Table, list[int]]:
        """The rows of plain lines, every value extracted in one go; and the lines that are not so plain after all."""
        fed: dict[int | str, list[int]] = {}
        for at, key in enumerate(keys, start=1):
            fed.setdefault(self._keys.meant(key), []).append(at)
        columns = ", ".join(
            f"COALESCE({''.join(f'found[{at}], ' for at in fed.get(column, []))}CAST(NULL AS VARCHAR)) AS c{column}"
            for column in range(len(self._columns))
        )
        paths = ", ".join(quote(_pointer(key)) for key in keys)
        table = self._connection.sql(f"""
            SELECT {columns}, {_extra_sql(fed)} AS extra, CAST(NULL AS VARCHAR) AS nested, line,
                CAST(1 AS BIGINT) AS span, {self._inexact_sql(keys)} AS inexact
            FROM (SELECT *, json_extract_string(text, CAST([{paths}] AS VARCHAR[])) AS found FROM json_lines
                  WHERE keys IS NOT NULL AND keys NOT IN (SELECT keys FROM ambiguous))
            ORDER BY line""").to_arrow_table()
        inexact = table.column("inexact")
        table = table.drop_columns("inexact")
        if not pc.any(inexact).as_py():
            return table, []
        return table.filter(pc.invert(inexact)), table.filter(inexact).column("line").to_pylist()

    def _inexact_sql(self, keys: Sequence[str]) -> str:
        """Whether a number stands where text belongs and ends in a zero, which a float loses."""
        paths = ", ".join(quote(_pointer(key)) for key in keys if self._keys.meant(key) in self._texts)
        if not paths:
            return "FALSE"
        return (
            f"CASE WHEN regexp_matches(text, {quote(_ENDS_IN_ZERO)}) THEN"
            f" list_contains(json_type(text, [{paths}]), 'DOUBLE') ELSE FALSE END"
        )


_KEY_LISTS = "SELECT DISTINCT keys FROM json_lines WHERE keys IS NOT NULL"
_REST = """
SELECT line, text FROM json_lines WHERE keys IS NULL OR keys IN (SELECT keys FROM ambiguous) ORDER BY line"""


def _extra_sql(fed: Mapping[int | str, Sequence[int]]) -> str:
    """The values of keys the contract does not name, each with its key, in the order of the keys."""
    extras = sorted((key, found[0]) for key, found in fed.items() if isinstance(key, str))
    if not extras:
        return "''"
    if len(extras) > MOST_EXTRA_KEYS:
        return "text"
    told = ", ".join(f"{quote(f'{key}=')} || found[{at}]" for key, at in extras)
    return f"concat_ws({quote(UNIT)}, {told})"


def _pointer(key: str) -> str:
    """The JSON pointer of a key: unlike a path it has no wildcards."""
    return "/" + key.replace("~", "~0").replace("/", "~1")
