"""Read delimited text in blocks of columns, every value a string as delivered, every record with its physical line."""

import csv
import io
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from saleslake.contracts.aliases import WHITESPACE
from saleslake.contracts.delimited import read_header
from saleslake.contracts.refusal import FileRefusal
from saleslake.transform.model import DeliveredFormat
from saleslake.transform.source import RememberedSource, count_line_ends

READ_SIZE = 1 << 20  # bytes the CSV reader takes at a time; no record may be longer
BLOCK_BYTES = 12 << 20  # text of a block of rows; what memory is needed grows with it
LONGEST_RECORD = 100  # physical lines; a quoted field that runs on further is one that was never closed


class FileUnreadable(Exception):
    """The file cannot be read as rows; carries the refusal."""

    def __init__(self, refusal: FileRefusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


@dataclass(frozen=True)
class Malformed:
    """A record that is no row: its fields cannot be told apart, or are too many or too few."""

    line: int
    raw_text: str
    rule: str
    value: str
    expected: str


@dataclass(frozen=True)
class Block:
    """Some consecutive records.

    ``rows`` has one string column per delivered column (``c0``, ``c1``, …), ``line``, the physical line where each
    begins, the header being line 1, ``span``, the number of lines it takes, and for each delivered column one of its
    values without the whitespace around them (``trimmed_c0``, …).
    """

    rows: pa.Table
    malformed: tuple[Malformed, ...]


class Records:
    """The records of one file, in blocks, read once from beginning to end.

    Parameters
    ----------
    source
        The bytes.
    file_format
        Their encoding and delimiter.
    """

    def __init__(self, source: RememberedSource, file_format: DeliveredFormat) -> None:
        self.source = source
        self.format = file_format
        head = source.peek(READ_SIZE)
        # ignore: a character may be cut in half at the end of the head
        text = head.decode("cp1252" if file_format.encoding == "cp1252" else "utf-8-sig", errors="ignore")
        self.header = read_header(text, file_format.delimiter)
        self.names = [f"c{position}" for position in range(len(self.header))]
        self._invalid: list[Any] = []
        self._record = 2  # number of the next record, the header being 1
        self._line = 2 + count_line_ends("".join(self.header).encode())

    def blocks(self) -> Iterator[Block]:
        """The blocks in file order.

        Raises
        ------
        FileUnreadable
            A quote never closes, or the bytes are no text of the given encoding.
        """
        waiting: list[Block] = []
        size = 0
        try:
            for batch in self._open():
                waiting.append(self._block(batch))
                size += batch.nbytes
                if size >= BLOCK_BYTES:
                    yield _join(waiting)
                    waiting, size = [], 0
                    self.source.forget(self._line)
        except (pa.ArrowInvalid, UnicodeDecodeError) as problem:
            raise FileUnreadable(self._explain(problem)) from problem
        if self._invalid:  # bad records after the last batch
            waiting.append(
                self._block(pa.record_batch([pa.array([], pa.string())] * len(self.names), self.names))
            )
        if waiting:
            yield _join(waiting)

    def raw_text(self, spans: Sequence[tuple[int, int]]) -> list[str]:
        """Records as delivered; see :meth:`RememberedSource.records`."""
        return [record.decode(self._codec) for record in self.source.records(list(spans))]

    @property
    def _codec(self) -> str:
        return "cp1252" if self.format.encoding == "cp1252" else "utf-8"

    def _open(self) -> Iterator[pa.RecordBatch]:
        return iter(
            pyarrow.csv.open_csv(
                pa.PythonFile(self.source, mode="r"),
                # one thread: only then does the reader say which record a bad one is
                read_options=pyarrow.csv.ReadOptions(
                    use_threads=False,
                    block_size=READ_SIZE,
                    column_names=self.names,
                    skip_rows_after_names=1,
                    encoding=self._codec,
                ),
                parse_options=pyarrow.csv.ParseOptions(
                    delimiter=self.format.delimiter,
                    newlines_in_values=True,
                    ignore_empty_lines=False,
                    invalid_row_handler=self._on_invalid,
                ),
                convert_options=pyarrow.csv.ConvertOptions(
                    column_types={name: pa.string() for name in self.names}, strings_can_be_null=False
                ),
            )
        )

    def _on_invalid(self, row: Any) -> str:
        self._invalid.append(row)
        return "skip"

    def _block(self, batch: pa.RecordBatch) -> Block:
        """Give every record of one batch its line, and set apart those that are no rows."""
        rows = pa.Table.from_batches([batch])
        spans = _spans(batch)
        invalid = self._invalid_within(batch.num_rows)
        lines = _first_lines(self._line, spans, invalid)
        malformed = []
        for position, row in invalid:
            span = _lines_of(row.text)
            after = sum(
                _lines_of(other.text)
                for at, other in invalid
                if at == position and other.number >= row.number
            )
            malformed.append((lines[position].as_py() - after, span, _field_count(row)))
        for line, span in [*((line, span) for line, span, _ in malformed), *_long(lines, spans)]:
            if span > LONGEST_RECORD:
                raise FileUnreadable(_never_closed(line, *self.raw_text([(line, 1)])))
        self._record += batch.num_rows + len(invalid)
        self._line = lines[batch.num_rows].as_py()
        numbered = rows.append_column("line", lines[: batch.num_rows]).append_column("span", _int64(spans))
        kept, broken = self._check_suspicious(numbered, batch, spans)
        texts = self.raw_text([(line, span) for line, span, _ in malformed])
        counted = [
            Malformed(line, text, *fault) for (line, _, fault), text in zip(malformed, texts, strict=True)
        ]
        return Block(kept, tuple(sorted([*counted, *broken], key=lambda record: record.line)))

    def _invalid_within(self, rows: int) -> list[tuple[int, Any]]:
        """The invalid records among the next ``rows`` rows, each with the number of rows before it."""
        found: list[tuple[int, Any]] = []
        while self._invalid and (at := self._invalid[0].number - self._record - len(found)) <= rows:
            found.append((at, self._invalid.pop(0)))
        return found

    def _check_suspicious(
        self, rows: pa.Table, batch: pa.RecordBatch, spans: array[int]
    ) -> tuple[pa.Table, list[Malformed]]:
        """Look at the text of records whose quotes may be broken, and of blank ones: few or none in most files."""
        suspicious = _suspicious(batch)
        if not suspicious:
            return rows, []
        lines = rows.column("line").take(pa.array(suspicious)).to_pylist()
        texts = self.raw_text([(line, spans[at]) for line, at in zip(lines, suspicious, strict=True)])
        dropped: set[int] = set()
        broken = []
        for at, line, text in zip(suspicious, lines, texts, strict=True):
            fault = self._quoting_fault(text)
            if fault or not text.strip():
                dropped.add(at)
            if fault:
                broken.append(Malformed(line, text, *fault))
        kept = pa.array([at not in dropped for at in range(rows.num_rows)]) if dropped else None
        return (rows if kept is None else rows.filter(kept)), broken

    def _quoting_fault(self, text: str) -> tuple[str, str, str] | None:
        delimiter = self.format.delimiter
        try:
            fields = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), [])
        except csv.Error as problem:
            return "quoting", str(problem), "quotes around a whole field, doubled inside it"
        for field in fields:
            # two rows whose quotes are broken just so read as one with the rest of the first inside a field
            if ("\n" in field or "\r" in field) and field.count(delimiter) >= len(self.names) - 1:
                return "quoting", field[:200], "no row inside a quoted field"
        return None

    def _explain(self, problem: Exception) -> FileRefusal:
        if "straddl" in str(problem):
            return _never_closed(self._line, *(self.raw_text([(self._line, 1)]) or [""]))
        return FileRefusal(
            code="encoding",
            message=f"the bytes are not {self._codec}: {problem}",
            line=self._line,
            expected=f"text in {self._codec} all through",
        )


def _join(blocks: list[Block]) -> Block:
    rows = pa.concat_tables([block.rows for block in blocks])
    for name in rows.column_names[:-2]:
        delivered = rows.column(name)
        trimmed = pc.utf8_trim(delivered, WHITESPACE)
        # most columns need no trimming: theirs share memory with what was delivered
        rows = rows.append_column(trimmed_name(name), delivered if trimmed.equals(delivered) else trimmed)
    return Block(rows, tuple(record for block in blocks for record in block.malformed))


def trimmed_name(name: str) -> str:
    """Name of the column that has the values of ``name`` without the whitespace around them."""
    return f"trimmed_{name}"


def _spans(batch: pa.RecordBatch) -> array[int]:
    """How many physical lines each row takes."""
    counts = None
    for column in batch.columns:
        text = _text_of(column)
        if b"\n" in text or b"\r" in text:
            ends = pc.add(pc.count_substring(column, "\n"), pc.count_substring(column, "\r"))
            ends = pc.subtract(ends, pc.count_substring(column, "\r\n"))
            counts = ends if counts is None else pc.add(counts, ends)
    return array("q", [1]) * batch.num_rows if counts is None else array("q", pc.add(counts, 1).to_pylist())


def _first_lines(line: int, spans: array[int], invalid: list[tuple[int, Any]]) -> pa.Int64Array:
    """The line where each row begins, and, last, the line after all of them."""
    steps = array("q", [line]) + spans
    for position, row in invalid:
        steps[position] += _lines_of(row.text)
    return pc.cumulative_sum(_int64(steps))


def _int64(numbers: array[int]) -> pa.Int64Array:
    return pa.Array.from_buffers(pa.int64(), len(numbers), [None, pa.py_buffer(numbers)])


def _suspicious(batch: pa.RecordBatch) -> list[int]:
    """Positions of rows with a quote or a line end in a value, or with nothing in any."""
    mask = None
    for column in batch.columns:
        text = _text_of(column)
        if any(sign in text for sign in (b'"', b"\n", b"\r")):
            found = pc.match_substring_regex(column, '["\n\r]')
            mask = found if mask is None else pc.or_(mask, found)
    blank = None
    for column in batch.columns:
        empty = pc.equal(column, "")
        blank = empty if blank is None else pc.and_(blank, empty)
        if not pc.any(blank).as_py():
            break
    else:
        mask = blank if mask is None else pc.or_(mask, blank)
    return [] if mask is None else pc.indices_nonzero(mask).to_pylist()


def _text_of(column: pa.StringArray) -> bytes:
    """All values of a column in a row: searching this is a hundred times faster than searching each."""
    characters = column.buffers()[2]
    return characters.to_pybytes() if characters is not None else b""


def _lines_of(text: str) -> int:
    return 1 + count_line_ends(text.encode())


def _long(lines: pa.Int64Array, spans: array[int]) -> list[tuple[int, int]]:
    longest = max(spans, default=0)
    return [(lines[spans.index(longest)].as_py(), longest)] if longest > LONGEST_RECORD else []


def _field_count(row: Any) -> tuple[str, str, str]:
    rule = "too_few_fields" if row.actual_columns < row.expected_columns else "too_many_fields"
    return rule, str(row.actual_columns), f"{row.expected_columns} fields"


def _never_closed(line: int, text: str) -> FileRefusal:
    return FileRefusal(
        code="unclosed_quote",
        message="a quoted field goes on over too many lines",
        line=line,
        value=text[:60],
        expected='a closing "',
    )
