"""Read delimited text in blocks of columns, every value a string as delivered, every record with its physical line."""

import csv
import io
from array import array
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.csv

from saleslake.contracts.delimited import read_header
from saleslake.contracts.refusal import FileRefusal, FileUnreadable
from saleslake.formats.model import DeliveredFormat
from saleslake.transform.ahead import read_ahead
from saleslake.transform.line_ends import count_line_ends
from saleslake.transform.numbering import (
    Marks,
    count_lines,
    find_marks,
    find_suspicious,
    int64,
    lines_of,
    number_lines,
)
from saleslake.transform.records import Block, Malformed, join
from saleslake.transform.source import RememberedSource

BLOCK_BYTES = 20 << 20  # text of a block; what is said once per block must weigh little against its rows
READ_SIZE = 1 << 20  # bytes the CSV reader takes at a time; no record may be longer
MALFORMED_IN_A_ROW = 100_000  # records; more of them, and the header is not that of the rows
csv.field_size_limit(READ_SIZE)  # and so may a field be
LONGEST_RECORD = 100  # physical lines; a quoted field that runs on further is one that was never closed


class DelimitedRecords:
    """The records of one file, in blocks, read once from beginning to end.

    Parameters
    ----------
    source
        The bytes.
    file_format
        Their encoding and delimiter.
    """

    nested = False

    def __init__(self, source: RememberedSource, file_format: DeliveredFormat) -> None:
        self.source = source
        self.format = file_format
        head = source.peek(READ_SIZE)
        # ignore: a character may be cut in half at the end of the head
        text = head.decode("cp1252" if file_format.encoding == "cp1252" else "utf-8-sig", errors="ignore")
        self.header = read_header(text, file_format.delimiter)
        self.names = [f"c{position}" for position in range(len(self.header))]
        self._invalid: deque[Any] = deque()
        self._record = 2  # number of the next record, the header being 1
        self._line = 2 + count_line_ends("".join(self.header).encode())

    def blocks(self) -> Iterator[Block]:
        """The blocks in file order.

        Raises
        ------
        FileUnreadable
            A quote never closes, or the bytes are no text of the given encoding.
        """
        return read_ahead(self._blocks())

    def _blocks(self) -> Iterator[Block]:
        waiting: list[Block] = []
        size, first = 0, self._line
        try:
            for batch in self._open():
                waiting.append(self._block(batch))
                size += batch.nbytes + sum(len(record.raw_text) for record in waiting[-1].malformed)
                if size >= BLOCK_BYTES:
                    yield join(waiting, self.names)
                    waiting, size = [], 0
                    # while the next block is read, records of the latest one may be asked for
                    self.source.forget(first)
                    first = self._line
        except (pa.ArrowInvalid, UnicodeDecodeError) as problem:
            raise FileUnreadable(self._explain(problem)) from problem
        if self._invalid:  # bad records after the last batch
            waiting.append(
                self._block(pa.record_batch([pa.array([], pa.string())] * len(self.names), self.names))
            )
        if waiting:
            yield join(waiting, self.names)

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
        return "skip" if len(self._invalid) < MALFORMED_IN_A_ROW else "error"

    def _block(self, batch: pa.RecordBatch) -> Block:
        """Give every record of one batch its line, and set apart those that are no rows."""
        # where quotes only surround values, no value has one, or a line end
        marks = find_marks(batch) if self.source.odd_quotes else Marks()
        spans = count_lines(batch.num_rows, marks)
        between = self._invalid_within(batch.num_rows)
        gaps = [(position, lines_of(row.text)) for position, row in between]
        lines, gap_lines = number_lines(self._line, spans, gaps)
        self._refuse_long(
            lines, spans, [(line, span) for line, (_, span) in zip(gap_lines, gaps, strict=True)]
        )
        self._record += batch.num_rows + len(between)
        self._line = lines[batch.num_rows].as_py()
        rows = pa.Table.from_batches([batch])
        rows = rows.append_column("line", lines[: batch.num_rows]).append_column("span", int64(spans))
        suspicious = find_suspicious(batch, marks, lines, self.source.broken_quotes(self._line))
        kept, broken = self._check_suspicious(rows, suspicious, spans)
        texts = self.raw_text([(line, span) for line, (_, span) in zip(gap_lines, gaps, strict=True)])
        counted = [
            Malformed(line, text, *_field_count(row))
            for line, text, (_, row) in zip(gap_lines, texts, between, strict=True)
        ]
        return Block(kept, tuple(sorted([*counted, *broken], key=lambda record: record.line)))

    def _invalid_within(self, rows: int) -> list[tuple[int, Any]]:
        """The invalid records among the next ``rows`` rows, each with the number of rows before it."""
        found: list[tuple[int, Any]] = []
        while self._invalid and (at := self._invalid[0].number - self._record - len(found)) <= rows:
            found.append((at, self._invalid.popleft()))
        return found

    def _refuse_long(self, lines: pa.Int64Array, spans: array[int], malformed: list[tuple[int, int]]) -> None:
        longest = max(spans, default=0)
        if longest > LONGEST_RECORD:
            malformed = [(lines[spans.index(longest)].as_py(), longest), *malformed]
        for line, span in malformed:
            if span > LONGEST_RECORD:
                raise FileUnreadable(_never_closed(line, *self.raw_text([(line, 1)])))

    def _check_suspicious(
        self, rows: pa.Table, suspicious: list[int], spans: array[int]
    ) -> tuple[pa.Table, list[Malformed]]:
        """Look at the text of records whose quotes may be broken, and of blank ones: few or none in most files."""
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
            return _never_closed(self._line, *self.raw_text([(self._line, 1)]))
        if len(self._invalid) >= MALFORMED_IN_A_ROW:
            rule, value, expected = _field_count(self._invalid[0])
            return FileRefusal(
                code=rule,
                message=f"{len(self._invalid):,} records in a row do not have the header's number of fields",
                line=self._line + self._invalid[0].number - self._record,
                value=value,
                expected=expected,
            )
        return FileRefusal(
            code="encoding",
            message=f"the bytes are not {self._codec}: {problem}",
            line=self._line,
            expected=f"text in {self._codec} all through",
        )


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
