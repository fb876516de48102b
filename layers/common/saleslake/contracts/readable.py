"""Whether a text can be a value of a column: what the door asks of a few values; every row is asked in bulk later."""

import re

from saleslake.contracts.aliases import WHITESPACE
from saleslake.contracts.dates import read_date
from saleslake.contracts.model import Column
from saleslake.contracts.timestamps import WITHOUT_ZONE, read_timestamp

_NUMBER = re.compile(r"-?[0-9]+([.][0-9]+)?")


def readable(column: Column, text: str) -> bool:
    """Whether a text is written as values of the column's kind are; its range and rules are not asked.

    A number of too many digits or decimals is one, and so is a moment without its zone: such a column holds what it
    should, in rows that are at fault.
    """
    text = text.strip(WHITESPACE)
    match column.kind:
        case "integer" | "decimal":
            return bool(_NUMBER.fullmatch(text))
        case "boolean":
            return text.lower() in {"true", "false"}
        case "date":
            return read_date(text, column.formats) is not None
        case "timestamp":
            return read_timestamp(text) is not None or bool(re.fullmatch(WITHOUT_ZONE, text))
    return True
