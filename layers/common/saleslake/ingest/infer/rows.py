"""The first rows of a file of any format as texts: what a contract is inferred from."""

import csv
import io
from collections.abc import Sequence
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from saleslake.contracts.delimited import DELIMITERS, read_header
from saleslake.contracts.headers import normalise_header
from saleslake.contracts.model import Column
from saleslake.contracts.refusal import FileRefusal, FileUnreadable
from saleslake.formats.json_split import head_keys, is_array, records
from saleslake.formats.json_text import DECODER, Pairs, looks_like_json, render
from saleslake.ingest.binary import MAGIC
from saleslake.ingest.delivered import Delivered
from saleslake.ingest.text import Text

MOST = 100_000  # rows that are looked at
_TEXT = Column(name="any", kind="string", physical_type="string", description="Any column.", headers=())


class Rows(NamedTuple):
    """Header and first rows of a file; ``types`` are those of Parquet and Avro, by position."""

    header: list[str]
    rows: list[list[str]]
    types: tuple[str, ...] = ()
    left_out: tuple[FileRefusal, ...] = ()
    """Columns of a type that the door refuses."""


def read_rows(path: Path) -> Rows:
    """The first rows of a file, whatever its format.

    Raises
    ------
    FileUnreadable
        It is of no format that is read here, or holds no rows.
    """
    with path.open("rb") as stream:
        start = stream.read(4)
    return _typed_rows(path) if start in MAGIC else _text_rows(path)


def _typed_rows(path: Path) -> Rows:
    from saleslake.formats import avro, parquet, schema  # noqa: PLC0415  (the engines take a while to load)

    with path.open("rb") as file:
        kind = MAGIC[file.read(4)]
        file.seek(0)
        opened = parquet.ParquetRows(file) if kind == "parquet" else avro.AvroRows(file)
        kinds = {field.name: schema.value_type(field.type) for field in opened.schema}
        left_out = {
            name: refusal
            for name, kind in kinds.items()
            if (refusal := schema.refuse_type(_TEXT, name, kind))
        }
        header = [name for name in opened.schema.names if name not in left_out]
        found: list[list[str]] = []
        for batch in opened.batches(10_000):
            found += [[_text(row[name]) for name in header] for row in batch.to_pylist()]
            if len(found) >= MOST:
                break
    types = tuple(str(kinds[name]) for name in header)
    return Rows(header, found[:MOST], types, tuple(left_out.values()))


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"  # of 0.00000000 str makes 0E-8
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)


def _text_rows(path: Path) -> Rows:
    text = Text()
    with path.open("rb") as stream:
        for chunk in Delivered(stream).chunks():
            _raise(text.take(chunk))
        _raise(text.finish())
    with path.open("rb") as stream:  # a file somebody has at hand: it fits into memory
        whole = b"".join(Delivered(stream).chunks()).decode(text.encoding)
    return _json_rows(whole) if looks_like_json(whole) else _csv_rows(whole)


def _csv_rows(whole: str) -> Rows:
    csv.field_size_limit(
        max(len(whole), csv.field_size_limit())
    )  # a field may be as long as the record that has it
    candidates = {delimiter: read_header(whole, delimiter) for delimiter in DELIMITERS}
    delimiter = max(candidates, key=lambda candidate: len(candidates[candidate]))
    header = candidates[delimiter]
    reader = csv.reader(io.StringIO(whole, newline=""), delimiter=delimiter)
    rows = [row for row in islice(reader, 1, MOST + 1) if len(row) == len(header)]
    if not rows:
        _raise(FileRefusal(code="header_only", message="the file has no rows below its header"))
    return Rows(header, rows)


def _json_rows(whole: str) -> Rows:
    header = head_keys(whole, whole=True)
    if isinstance(header, FileRefusal):
        raise FileUnreadable(header)
    places = {normalise_header(key): at for at, key in enumerate(header)}
    rows = []
    for _, text in islice(chain.from_iterable(records([whole], array=is_array(whole))), MOST):
        parsed = DECODER.decode(text)
        if isinstance(parsed, Pairs):
            rows.append(_object(parsed, places, header))
    return Rows(header, rows)


def _object(parsed: Pairs, places: dict[str, int], header: Sequence[str]) -> list[str]:
    row = [""] * len(header)
    for key, value in parsed:
        at = places.get(normalise_header(key))
        if at is not None and value is not None:
            row[at] = value if isinstance(value, str) else render(value)
    return row


def _raise(refusal: FileRefusal | None) -> None:
    if refusal:
        raise FileUnreadable(refusal)
