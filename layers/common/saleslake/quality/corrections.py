"""Corrected rows back in their places of the file they came from.

A correction is the whole file again with some records replaced. It takes the place of the first file in the order of
landing, right behind it: it overrules every row of that file, and is overruled by whatever overruled those. So the
release is as if the file had been right from the start, and no row is in it twice. A second correction of a file
builds on the first.
"""

import gzip
import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from saleslake.aws.backend import Backend
from saleslake.aws.ledger import Item
from saleslake.clock import now
from saleslake.contracts.loader import load_contract
from saleslake.errors import InvalidParameter
from saleslake.quality.delivered import DeliveredText, ReadSpans
from saleslake.quality.exported import (
    LINE,
    RAW,
    REST,
    Correction,
    Record,
    as_delimited,
    as_json,
    record_of,
    surplus,
)
from saleslake.zones import raw_key


class Change(NamedTuple):
    """Lines of a file that give way to records."""

    line: int
    span: int
    texts: tuple[bytes, ...]


class Corrected(NamedTuple):
    """A file with its corrections."""

    item: Item
    body: bytes
    lines: frozenset[int]
    """Where its corrected records begin; empty where nothing was corrected."""
    changes: bool
    """Whether it is another file than before."""
    overruled: tuple[str, ...] = ()
    """Records as they were corrected before, which other ones replace now."""

    @property
    def file_id(self) -> str:
        """Its name in the ledger."""
        return str(self.item["sk"])


def delivered_text(item: Item, backend: Backend, read: ReadSpans) -> DeliveredText:
    """A file of the ledger as text; see :class:`DeliveredText`."""
    return DeliveredText(item, backend.lake.get_bytes(item["raw_key"]) or b"", read)


def correct(correction: Correction, backend: Backend, read: ReadSpans) -> Corrected:
    """Put corrected records in the places of the refused ones; rows that are as they were exported stay as they are.

    Raises
    ------
    InvalidParameter
        The file was never accepted, its format has no lines, its dataset no key to tell its rows by, or what was
        corrected does not fit into it.
    """
    item = backend.ledger.get("file", correction.file_id)
    if item is None:
        raise InvalidParameter(f"no file {correction.file_id} was ever accepted: leave its id as exported")
    if not load_contract(item["dataset"]).key:
        raise InvalidParameter(
            f"{item['dataset']} has no key: deliver its corrected rows as a file of their own"
        )
    delivered = delivered_text(item, backend, read)
    changes = _changes(correction, delivered)
    if not changes:
        return Corrected(item, delivered.body, frozenset(), changes=False)
    first, was = delivered, changes
    latest, changes = _latest(item, changes, backend)
    if latest is not item:
        delivered = delivered_text(latest, backend, read)
    overruled = tuple(
        old
        for before, change in zip(was, changes, strict=True)
        if (old := _within(change, delivered)) not in {_within(before, first), _joined(change, delivered)}
    )
    body, lines = _put(changes, delivered, read)
    packed = gzip.compress(body, mtime=0) if delivered.format.compression else body
    file_id = hashlib.sha256(packed).hexdigest()
    if body == delivered.body:
        return Corrected(latest, packed, lines, changes=False)
    known = backend.ledger.get("file", file_id)
    if known is not None and known["state"] == "raw":
        raise InvalidParameter(
            f"corrected like this, {item['name']} is a file that was accepted before: saleslake replay {file_id}"
        )
    extension = latest["raw_key"].rpartition("/")[2].removeprefix(latest["sk"])
    fields = {name: value for name, value in latest.items() if name not in {"replayed_by", "reasons"}}
    shifts = [[change.line, by] for change in changes if (by := _height(change, delivered) - change.span)]
    new = {
        **fields,
        "sk": file_id,
        "raw_key": raw_key(item["dataset"], file_id, extension),
        "size": len(packed),
        "state": "raw",
        "landed_at": now(),
        "landing_order": f"{max(item['landing_order'], latest['landing_order'])}+1",
        "corrects": latest["sk"],
        "shifts": shifts,
        "failed_runs": 0,
    }
    return Corrected(new, packed, lines, changes=True, overruled=overruled)


def keep(corrected: Corrected, backend: Backend) -> None:
    """Let a corrected file wait for the next run."""
    item = {name: value for name, value in corrected.item.items() if name != "sk"}
    backend.lake.put_bytes(item["raw_key"], corrected.body)
    backend.ledger.put("file", corrected.file_id, item)


def _changes(correction: Correction, delivered: DeliveredText) -> list[Change]:
    """What was corrected since the export, by line."""
    changes = []
    for line, records in sorted(correction.records.items()):
        if line not in delivered.spans:
            raise InvalidParameter(f"{delivered.name} has no record at line {line}: leave {LINE} as exported")
        exported = record_of(delivered.text(line), delivered)
        given = (
            records if delivered.is_json else [_in_order(record, exported, delivered) for record in records]
        )
        if any(as_json(record) != as_json(exported) for record in given):
            texts = tuple(_text(record, exported, line, delivered) for record in given)
            changes.append(Change(line, delivered.spans[line], texts))
    return changes


def _in_order(record: Record, exported: Record, delivered: DeliveredText) -> Record:
    """A corrected row with the columns it was exported with."""
    header = delivered.header
    names = [name for name, _ in record]
    rest = dict(exported[-1:]) | {name: value for name, value in record if name == REST}
    data = [pair for pair in record if pair[0] != REST]
    if [name for name, _ in data] == header:
        return [*data, *rest.items()]
    missing = [name for name in header if name not in names]
    unknown = [name for name in names if name not in {*header, REST}]
    if missing or unknown or len(set(header)) < len(header):
        told = (
            f"lack its column {missing[0]!r}"
            if missing
            else f"have other columns than it: {unknown or names}"
        )
        raise InvalidParameter(f"the corrected rows of {delivered.name} {told}")
    values = dict(data)
    return [*((name, values[name]) for name in header), *rest.items()]


def _text(record: Record, exported: Record, line: int, delivered: DeliveredText) -> bytes:
    """A record as it is to stand in the file, without a line end."""
    if delivered.is_json:
        names, was = ([name for name, _ in each] for each in (record, exported))
        if was == [RAW] and RAW in names and len(names) > 1:
            raise InvalidParameter(
                f"line {line} of {delivered.name} has {RAW} and other keys: leave one of both"
            )
        raw = record[0][1] if names == was == [RAW] else None
        text = raw if isinstance(raw, str) else as_json(record)
        return text.encode("utf-8", errors="backslashreplace")
    for name, value in record:
        try:
            value.encode(delivered.codec)
        except UnicodeEncodeError as problem:
            raise InvalidParameter(
                f"{delivered.name} is in {delivered.codec}, which has no {value[problem.start]!r} of {name} "
                f"{value!r} (line {line}): write it otherwise, or deliver the whole file corrected, in UTF-8"
            ) from problem
    values = [value for _, value in record[:-1]]
    delimiter = delivered.format.delimiter
    text = as_delimited([[*values, *surplus(record[-1][1], delimiter)]], delimiter)
    return text.removesuffix("\n").encode(delivered.codec)


def _latest(item: Item, changes: Sequence[Change], backend: Backend) -> tuple[Item, list[Change]]:
    """The file with the corrections it already has, and where the changes are in it."""
    files = [known for known in backend.ledger.items("file") if known["state"] == "raw"]
    while later := [known for known in files if known.get("corrects") == item["sk"]]:
        item = max(later, key=lambda known: str(known["landed_at"]))
        changes = [_moved(change, item.get("shifts", ())) for change in changes]
    return item, list(changes)


def _moved(change: Change, shifts: Sequence[Sequence[int]]) -> Change:
    line, end = change.line, change.line + change.span
    before = sum(by for at, by in shifts if at < line)
    within = sum(by for at, by in shifts if line <= at < end)
    return change._replace(line=line + before, span=change.span + within)


def _put(
    changes: Sequence[Change], delivered: DeliveredText, read: ReadSpans
) -> tuple[bytes, frozenset[int]]:
    """The file with the changes, and the lines at which the records begin that were put there.

    Raises
    ------
    InvalidParameter
        Another number of records is read from it than was put together: others would be lost, or made up.
    """
    pieces, begins, done, records = [], set(), 0, len(delivered.spans)
    line = 1
    for change in changes:
        before = delivered.lines[done : change.line - 1]
        pieces += before
        line += len(before)
        done = change.line - 1 + change.span
        last = delivered.ending(done)
        between = last or delivered.ending(1) or b"\n"
        for number, text in enumerate(change.texts, start=1):
            begins.add(line)
            pieces.append(text + (last if number == len(change.texts) else between))
            line += _lines_in(text, delivered)
        records += len(change.texts) - sum(at in delivered.spans for at in range(change.line, done + 1))
    body = b"".join([*pieces, *delivered.lines[done:]])
    item = {
        "name": f"{delivered.name}, as corrected,",
        "format": {**delivered.format.model_dump(), "compression": ""},
    }
    found = DeliveredText(item, body, read).spans
    if len(found) != records or not begins <= found.keys():
        raise InvalidParameter(
            f"{delivered.name} would have {len(found):,} records instead of {records:,}: one of the corrected rows "
            "is empty, or reads as several"
        )
    return body, frozenset(begins)


def _within(change: Change, delivered: DeliveredText) -> str:
    """The text that a change replaces, its lines as they are but for the last end."""
    lines = b"".join(delivered.lines[change.line - 1 : change.line - 1 + change.span])
    return lines.rstrip(b"\r\n").decode(delivered.codec)


def _joined(change: Change, delivered: DeliveredText) -> str:
    between = delivered.ending(change.line - 1 + change.span) or delivered.ending(1) or b"\n"
    return between.join(change.texts).decode(delivered.codec)


def _height(change: Change, delivered: DeliveredText) -> int:
    return sum(_lines_in(text, delivered) for text in change.texts)


def _lines_in(text: bytes, delivered: DeliveredText) -> int:
    """Physical lines of one record."""
    return 1 + text.count(b"\n") if delivered.is_json else len((text + b"\n").splitlines())
