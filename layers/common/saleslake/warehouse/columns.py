"""The columns of the curated tables, as their CREATE TABLE says them."""

import re
from functools import cache
from typing import NamedTuple

from saleslake.warehouse.tables import curated_tables

_COLUMN = re.compile(r"^    (\w+) (\S+) COMMENT '((?:[^']|'')*)'", re.MULTILINE)


class Column(NamedTuple):
    """One column of a table."""

    name: str
    type: str
    description: str


@cache
def columns(table: str) -> tuple[Column, ...]:
    """The columns of a curated table, in order."""
    found = _COLUMN.findall(curated_tables()[table])
    return tuple(Column(name, kind, text.replace("''", "'")) for name, kind, text in found)
