"""The first records of a delivered text, as the door looks at them: line, and values in the order of the header."""

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from saleslake.contracts.headers import normalise_header
from saleslake.contracts.refusal import FileUnreadable
from saleslake.formats.json_split import is_array, records
from saleslake.formats.json_text import DECODER, Pairs, render

type Sample = list[tuple[int, list[str]]]

RECORDS = 200


def csv_sample(head: str, delimiter: str) -> Sample:
    """The first records below the header; the last may be cut, which is not held against it."""
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    found: Sample = []
    line = 1
    try:
        for row in islice(reader, RECORDS + 1):
            found.append((line, row))
            line = reader.line_num + 1
    except csv.Error:  # a field longer than the csv module takes
        pass
    return found[1:-1] if len(found) <= RECORDS and not head.endswith(("\n", "\r")) else found[1:]


def json_sample(head: str, header: Sequence[str]) -> Sample:
    """The first records that are objects; a list or object within is text as any other."""
    places = {normalise_header(key): at for at, key in enumerate(header)}
    found: Sample = []
    for number, text in islice(_head_records(head), RECORDS):
        try:
            parsed = DECODER.decode(text)
        except (ValueError, RecursionError):
            continue
        if isinstance(parsed, Pairs):
            row = [""] * len(header)
            for key, value in parsed:
                at = places.get(normalise_header(key))
                if at is not None and value is not None:
                    row[at] = value if isinstance(value, str) else render(value)
            found.append((number, row))
    return found


def _head_records(head: str) -> Iterator[tuple[int, str]]:
    try:
        yield from chain.from_iterable(records([head], array=is_array(head)))
    except FileUnreadable:  # the head ends within the array
        return
