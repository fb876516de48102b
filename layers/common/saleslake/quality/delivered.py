"""A delivered file of text as its records at their lines, cut where the transform cuts it."""

import gzip
import re
from collections.abc import Callable, Mapping
from functools import cached_property

from saleslake.aws.ledger import Item
from saleslake.contracts.delimited import read_header
from saleslake.contracts.refusal import FileUnreadable
from saleslake.errors import InvalidParameter
from saleslake.formats.json_split import is_array
from saleslake.formats.model import DeliveredFormat

_HEAD = 1 << 20  # bytes; a header is shorter

type ReadSpans = Callable[[bytes, DeliveredFormat], Mapping[int, int]]
"""How many lines each record takes, by the line it begins at, as the transform cuts and numbers them."""


class DeliveredText:
    """One file, held whole.

    Parameters
    ----------
    item
        The file, as the ledger has it.
    body
        Its bytes in raw.
    read
        Tells its records apart.

    Raises
    ------
    InvalidParameter
        The file is of a format whose records have no lines.
    """

    def __init__(self, item: Item, body: bytes, read: ReadSpans) -> None:
        self.name, self._read = item["name"], read
        self.format = DeliveredFormat.model_validate(item["format"])
        self.is_json = self.format.kind == "json"
        self.codec = "cp1252" if self.format.encoding == "cp1252" else "utf-8"
        self.body = gzip.decompress(body) if self.format.compression else body
        array = self.is_json and is_array(self.body[:_HEAD].decode("utf-8-sig", errors="ignore"))
        if self.format.kind not in {"csv", "json"} or array:
            raise InvalidParameter(f"{self.name} has no lines to correct: deliver the whole file corrected")

    @cached_property
    def lines(self) -> list[bytes]:
        """Physical lines with their ends; of JSON only a LF ends one."""
        return re.findall(rb"[^\n]*\n|[^\n]+", self.body) if self.is_json else self.body.splitlines(True)

    @cached_property
    def header(self) -> list[str]:
        """Names of the columns; JSON has none."""
        if self.is_json:
            return []
        head = self.body[:_HEAD].decode("utf-8-sig" if self.codec == "utf-8" else self.codec, "ignore")
        return read_header(head, self.format.delimiter)

    @cached_property
    def spans(self) -> Mapping[int, int]:
        """How many lines each record takes, by the line it begins at.

        Raises
        ------
        InvalidParameter
            The transform could not read the file.
        """
        try:
            return self._read(self.body, self.format)
        except FileUnreadable as problem:
            raise InvalidParameter(f"{self.name} could not be read: {problem.refusal}") from problem

    def text(self, line: int) -> str:
        """The record at ``line`` as delivered."""
        whole = b"".join(self.lines[line - 1 : line - 1 + self.spans[line]])
        if self.is_json:
            return whole.decode("utf-8-sig" if line == 1 else "utf-8").strip()
        return whole.rstrip(b"\r\n").decode(self.codec)

    def ending(self, line: int) -> bytes:
        """What ends a physical line; empty where the file ends without."""
        return self.lines[line - 1][len(self.lines[line - 1].rstrip(b"\r\n")) :]
