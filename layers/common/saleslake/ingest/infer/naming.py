"""Name the columns of a first contract after their headers."""

import re
from collections.abc import Mapping, Sequence
from itertools import chain, count

from saleslake.contracts.headers import normalise_header
from saleslake.contracts.names import name_fault
from saleslake.contracts.refusal import FileRefusal, FileUnreadable


def column_names(header: Sequence[str]) -> Mapping[str, str]:
    """The name of each column, by its header; columns without a header have none.

    A name that no column can have gets an underscore at its end, one that another column has, or answers to, a number;
    a header of which no Latin letter or digit is left gets the number of its column.

    Raises
    ------
    FileUnreadable
        Two headers mean one: the door refuses such a file whatever its contract says.
    """
    answered: dict[str, str] = {}
    for text in header:
        meaning = normalise_header(text)
        if meaning in answered:
            message = f"two columns mean {meaning!r}: {answered[meaning]!r} and {text!r}"
            raise FileUnreadable(
                FileRefusal(code="duplicate_column", message=message, expected="each column once")
            )
        if meaning:
            answered[meaning] = text
    names: dict[str, str] = {}
    for position, text in enumerate(header, start=1):
        if normalise_header(text) in answered:
            base = _base(text) or f"column_{position}"
            names[text] = next(
                name
                for name in chain([base], (f"{base}_{number}" for number in count(2)))
                if name not in names.values() and answered.get(normalise_header(name), text) == text
            )
    return names


def dataset_name(stem: str) -> str:
    """The name of a dataset after that of its file."""
    name = normalise_header(stem)
    return (
        f"{name}_"
        if name_fault(f"{name}_", column=False) is None and name_fault(name, column=False)
        else name
    )


def _base(header: str) -> str:
    words = re.sub(r"([a-z])([A-Z])", r"\1_\2", header)
    name = re.sub(r"[^a-z0-9_]", "", normalise_header(words)).strip("_")
    if name and not name[0].isalpha():
        name = f"column_{name}"
    return f"{name}_" if name and name_fault(name) else name
