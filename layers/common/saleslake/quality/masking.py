"""Take personal data out of what is told of a row."""

import csv
import gzip
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from saleslake.aws.s3 import Lake
from saleslake.contracts.delimited import read_header
from saleslake.contracts.headers import HeaderMatch, match_header, normalise_header
from saleslake.contracts.model import Contract

MASK = "***"
_HEAD = 1 << 16  # bytes; a header is shorter


class Mask:
    """What hides the personal data of one file's rows; hides nothing of a dataset that has none."""

    def __init__(self, contract: Contract, file_format: Mapping[str, Any], header: Sequence[str]) -> None:
        self._personal = {column.name for column in contract.columns if column.pii}
        self._rules = {rule.name: set(rule.columns) for rule in contract.row_rules}
        self._spellings = {
            normalise_header(text) for column in contract.columns if column.pii for text in column.answers_to
        }
        self._kind, self._delimiter = file_format.get("kind", "csv"), file_format.get("delimiter", ",")
        self._fields = len(header)
        match = match_header(contract, header) if header else None
        self._positions = (
            {at for name, at in match.positions.items() if name in self._personal}
            if isinstance(match, HeaderMatch)
            else None
        )

    def row(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """A quarantined row with its personal data hidden, in its text and in the values at fault."""
        if not self._personal:
            return dict(row)
        reasons = [self._reason(reason) for reason in row["reasons"]]
        return {**row, "raw_text": self.text(row["raw_text"]), "reasons": reasons}

    def text(self, raw: str) -> str:
        """A record with its personal fields hidden; all of it where its fields cannot be told apart."""
        return self._delimited(raw) if self._kind == "csv" else self._object(raw)

    def _delimited(self, raw: str) -> str:
        try:
            fields = next(csv.reader(io.StringIO(raw, newline=""), delimiter=self._delimiter), [])
        except csv.Error:
            return MASK
        if self._positions is None or len(fields) != self._fields:
            return MASK
        hidden = [
            MASK if at in self._positions and field.strip() else field for at, field in enumerate(fields)
        ]
        line = io.StringIO(newline="")
        csv.writer(line, delimiter=self._delimiter, lineterminator="").writerow(hidden)
        return line.getvalue()

    def _object(self, raw: str) -> str:
        try:
            record = json.loads(raw, parse_float=str, parse_int=str)
        except ValueError:
            return MASK
        if not isinstance(record, dict):
            return MASK
        hidden = {
            key: MASK if normalise_header(key) in self._spellings and value not in (None, "") else value
            for key, value in record.items()
        }
        return json.dumps(hidden, ensure_ascii=False)

    def _reason(self, reason: Mapping[str, Any]) -> dict[str, Any]:
        column = reason["column"]
        known = column is not None or reason["rule"] in self._rules
        personal = column in self._personal or bool(self._rules.get(reason["rule"], set()) & self._personal)
        hide = reason["value"] is not None and (personal or not known)
        return {**reason, "value": MASK if hide else reason["value"]}


def file_header(lake: Lake, entry: Mapping[str, Any]) -> list[str]:
    """The header of a delimited file in raw; empty for other formats, whose records name their values."""
    file_format = entry["format"]
    if file_format.get("kind", "csv") != "csv":
        return []
    with lake.open(entry["raw_key"]) as stream:
        packed = file_format.get("compression")
        head = gzip.GzipFile(fileobj=stream).read(_HEAD) if packed else stream.read(_HEAD)
    text = head.decode(file_format.get("encoding", "utf-8"), errors="ignore")
    return read_header(text, file_format.get("delimiter", ","))
