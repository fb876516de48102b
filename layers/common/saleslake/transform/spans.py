"""Where the records of a file begin and end: for whoever puts others in their places."""

import io

from saleslake.formats.json_split import records
from saleslake.formats.model import DeliveredFormat
from saleslake.formats.stream import decoded
from saleslake.transform.delimited import DelimitedRecords
from saleslake.transform.numbering import lines_of
from saleslake.transform.source import RememberedSource

_READ_SIZE = 1 << 20  # bytes


def record_spans(body: bytes, file_format: DeliveredFormat) -> dict[int, int]:
    """How many lines each record of a text takes, by the line it begins at; blank ones are none.

    Parameters
    ----------
    body
        The unpacked bytes: delimited text, or JSON lines.
    file_format
        How they are written.

    Raises
    ------
    FileUnreadable
        A quote never closes, or the bytes are no text of the given encoding.
    """
    if file_format.kind == "json":
        text = decoded(io.BytesIO(body), _READ_SIZE)
        return {record.number: 1 for found in records(text, array=False) for record in found}
    source = RememberedSource(io.BytesIO(body), gzipped=False, delimiter=file_format.delimiter)
    spans: dict[int, int] = {}
    for block in DelimitedRecords(source, file_format).blocks():
        lines, counts = (block.rows.column(name).to_pylist() for name in ("line", "span"))
        spans.update(zip(lines, counts, strict=True))
        spans.update({record.line: lines_of(record.raw_text) for record in block.malformed})
    return spans
