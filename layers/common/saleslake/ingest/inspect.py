"""Look at a delivered file once, from end to end, before anything is kept: what it is, or why it is refused.

One pass in bounded memory and in bulk: nothing here looks at a row. What it is shows in its bytes; its name says
nothing. Only where the quotes of a whole CSV file do not pair up is it read a second time, to tell an inch sign from
a quote that never closes.
"""

import gzip
import hashlib
import zlib
from collections.abc import Callable, Mapping
from typing import BinaryIO

from pydantic import BaseModel, ConfigDict

from saleslake.contracts.delimited import DELIMITERS, find_unclosed_quote, read_header
from saleslake.contracts.drift import refuse_header, refuse_values
from saleslake.contracts.headers import HeaderMatch
from saleslake.contracts.loader import load_contract
from saleslake.contracts.recognise import Recognised, recognise
from saleslake.contracts.refusal import FileRefusal
from saleslake.formats.json_split import head_keys, is_array
from saleslake.formats.json_text import looks_like_json
from saleslake.formats.model import DeliveredFormat
from saleslake.ingest.binary import MAGIC, understand_binary
from saleslake.ingest.delivered import Delivered
from saleslake.ingest.sample import Sample, csv_sample, json_sample
from saleslake.ingest.text import EXPECTED, Text
from saleslake.ingest.understood import Understood

TOO_LARGE = "too_large"
UNPACKED = 8  # a packed file may come to so many times the limit: text packs to a tenth
UNLIMITED = 1 << 50

type OpenFile = Callable[[], BinaryIO]


class Inspection(BaseModel):
    """What was found: always the identity of the bytes; either a format and a dataset, or refusals."""

    model_config = ConfigDict(frozen=True)

    file_id: str
    size: int
    extension: str = ""
    dataset: str | None = None
    format: DeliveredFormat | None = None
    match: HeaderMatch | None = None
    types: Mapping[str, str] = {}
    refusals: tuple[FileRefusal, ...] = ()


def too_large(size: int, limit: int, name: str) -> Inspection:
    """What is said of a file of more bytes than anybody wants to read: nobody reads it, its identity is its name's."""
    return Inspection(
        file_id=hashlib.sha256(name.encode()).hexdigest(), size=size, refusals=(_refuse_size(size, limit),)
    )


def inspect(open_file: OpenFile, key: str, limit: int = UNLIMITED) -> Inspection:
    """Inspect one delivered file.

    Parameters
    ----------
    open_file
        Opens the file's bytes as a stream; called once, and again only where the quotes do not pair up.
    key
        Where it landed: its folder names the dataset, else its header does.
    limit
        Most bytes it may have once unpacked, divided by ``UNPACKED``.

    Returns
    -------
    Inspection
        ``file_id`` is the SHA-256 of the bytes as delivered, whether the file is refused or not.
    """
    delivered = Delivered(open_file())
    found = _understand(open_file, key, delivered, limit * UNPACKED)
    delivered.drain()
    inspection = Inspection(file_id=delivered.sha256.hexdigest(), size=delivered.size)
    if isinstance(found, FileRefusal):
        return inspection.model_copy(update={"refusals": (found,)})
    return inspection.model_copy(
        update={
            "dataset": found.dataset,
            "format": found.format,
            "extension": found.extension,
            "match": found.match,
            "types": found.types,
        }
    )


def _understand(open_file: OpenFile, key: str, delivered: Delivered, limit: int) -> Understood | FileRefusal:
    kind = MAGIC.get(delivered.start)
    if kind:
        return understand_binary(kind, delivered.ends(), key)
    return _understand_text(open_file, key, delivered, limit)


def _understand_text(
    open_file: OpenFile, key: str, delivered: Delivered, limit: int
) -> Understood | FileRefusal:
    text = Text()
    try:
        for chunk in delivered.chunks():
            refusal = text.take(chunk)
            if refusal:
                return refusal
            if text.size > limit:
                return _refuse_size(text.size, limit, "at least ")
    except (EOFError, gzip.BadGzipFile, zlib.error) as problem:
        return FileRefusal(code="damaged_gzip", message=f"gzip: {problem}", expected="a whole gzip file")
    refusal = text.finish()
    if refusal:
        return refusal
    head = text.head.decode(text.encoding, errors="ignore")
    if looks_like_json(head):
        return _understand_json(key, head, text, "gzip" if delivered.gzipped else "")
    return _understand_csv(open_file, key, head, text, "gzip" if delivered.gzipped else "")


def _understand_csv(
    open_file: OpenFile, key: str, head: str, text: Text, compression: str
) -> Understood | FileRefusal:
    if not text.has_rows:
        return FileRefusal(
            code="header_only",
            message="the file has a header and no rows",
            line=1,
            value=text.head[:200].decode("cp1252", errors="replace").strip(),
            expected="at least one row",
        )
    candidates = {delimiter: read_header(head, delimiter) for delimiter in DELIMITERS}
    delimiter = max(candidates, key=lambda candidate: len(candidates[candidate]))
    if text.quotes % 2:
        unclosed = find_unclosed_quote(Delivered(open_file()).chunks(), delimiter)
        if unclosed:
            return unclosed
    recognised = recognise(key, candidates[delimiter])
    if not isinstance(recognised, Recognised):
        return recognised
    refusal = _refuse_drift(recognised, csv_sample(head, delimiter))
    if refusal:
        return refusal
    found = DeliveredFormat.model_validate(
        {"kind": "csv", "encoding": text.encoding, "delimiter": delimiter, "compression": compression}
    )
    extension = ".csv.gz" if compression else ".csv"
    return Understood(recognised.dataset, found, extension, recognised.match)


def _refuse_size(size: int, limit: int, words: str = "") -> FileRefusal:
    return FileRefusal(
        code=TOO_LARGE,
        message="the file is too large to be read in one piece",
        value=f"{words}{size:,} bytes",
        expected=f"at most {limit:,} bytes; deliver it in parts, each with its header",
    )


def _understand_json(key: str, head: str, text: Text, compression: str) -> Understood | FileRefusal:
    if text.encoding == "cp1252":
        return FileRefusal(code="encoding", message="JSON that is not UTF-8", expected=EXPECTED)
    array = is_array(head)
    if array and text.last != b"]":
        return FileRefusal(
            code="broken_json",
            message="the JSON array never ends",
            value=text.last.decode(errors="replace"),
            expected="] at the end",
        )
    keys = head_keys(head, whole=text.size == len(text.head))
    if isinstance(keys, FileRefusal):
        return keys
    recognised = recognise(key, keys)
    if not isinstance(recognised, Recognised):
        return recognised
    refusal = _refuse_drift(recognised, json_sample(head, keys))
    if refusal:
        return refusal
    found = DeliveredFormat.model_validate(
        {"kind": "json", "encoding": text.encoding, "compression": compression}
    )
    extension = ".json" if array else ".jsonl"
    extension = f"{extension}.gz" if compression else extension
    return Understood(recognised.dataset, found, extension, recognised.match)


def _refuse_drift(recognised: Recognised, sample: Sample) -> FileRefusal | None:
    contract = load_contract(recognised.dataset)
    refusal = refuse_header(contract, recognised.match)
    return refusal or refuse_values(contract, recognised.match, sample)
