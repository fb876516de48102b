"""Read single JSON records by Python's parser: exact, and able to say what is wrong with one."""

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from saleslake.contracts.headers import normalise_header
from saleslake.contracts.model import Contract
from saleslake.formats.json_text import DECODER, Pairs, render
from saleslake.transform.records import Malformed

UNIT = "\x1f"  # between the extra values of a record
_SHOWN = 200


class Keys:
    """What the keys of records mean to a contract.

    Parameters
    ----------
    contract
        Names its columns, and every spelling of their headers.
    """

    def __init__(self, contract: Contract) -> None:
        self.columns = len(contract.columns)
        self._wanted = {
            normalise_header(spelling): position
            for position, column in enumerate(contract.columns)
            for spelling in column.answers_to
        }

    def meant(self, key: str) -> int | str:
        """Position of the column a key feeds, or for an extra one the key itself."""
        return self._wanted.get(normalise_header(key), key)

    def ambiguous(self, keys: Iterable[str]) -> bool:
        """Whether two keys of a record are equal, or mean one column."""
        meant = [self.meant(key) for key in keys]
        return len(set(meant)) < len(meant)


def exact_rows(
    lines: Iterable[tuple[int, str]], keys: Keys, names: Sequence[str]
) -> tuple[pa.Table, list[Malformed]]:
    """Read records one by one.

    Parameters
    ----------
    lines
        Number and text of each.
    keys
        What their keys mean.
    names
        Names of the columns of text, ``extra`` being the last.

    Returns
    -------
    tuple
        The rows as a block has them, and the records that are none.
    """
    rows, malformed = [], []
    for line, text in lines:
        try:
            rows.append([*_values(text, keys), line, 1])
        except _Malformed as problem:
            told = (problem.value, problem.expected)
            malformed.append(Malformed(line, text.strip(), "json", *told))
        except RecursionError:
            malformed.append(Malformed(line, text.strip(), "json", "nested too deeply", "a JSON object"))
    types = [*(pa.string() for _ in range(len(names) + 1)), pa.int64(), pa.int64()]
    columns = zip(*rows, strict=True) if rows else [()] * len(types)
    arrays = [pa.array(column, kind) for column, kind in zip(columns, types, strict=True)]
    return pa.table(arrays, names=[*names, "nested", "line", "span"]), malformed


class _Malformed(Exception):
    """A record is no row: what is told of it."""

    def __init__(self, value: str, expected: str = "a JSON object") -> None:
        super().__init__(value)
        self.value, self.expected = value, expected


def _values(text: str, keys: Keys) -> list[str | None]:
    """The values of one record, its extras, and which of its columns hold a list or record."""
    values: list[str | None] = [None] * keys.columns
    nested, extras, seen = "", {}, set()
    for key, value in _parse(text):
        meant = keys.meant(key)
        if meant in seen:
            raise _Malformed(f"{key!r} again", "every key once")
        seen.add(meant)
        if isinstance(meant, str):
            extras[key] = value
            continue
        values[meant] = _scalar(value)
        if isinstance(value, list):  # Pairs are lists as well
            nested += f",c{meant},"
    told = UNIT.join(f"{key}={_scalar(extras[key])}" for key in sorted(extras) if extras[key] is not None)
    if any(_surrogate(value) for value in [*values, told]):
        raise _Malformed("half of a surrogate pair", "text in Unicode")
    return [*values, told, nested or None]


def _parse(text: str) -> Pairs:
    try:
        parsed = DECODER.decode(text)
    except ValueError as problem:
        raise _Malformed(str(problem)) from problem
    if not isinstance(parsed, Pairs):
        raise _Malformed(render(parsed)[:_SHOWN])
    return parsed


def _scalar(value: Any) -> str | None:
    """A value as text; a list or record as JSON."""
    return value if value is None or isinstance(value, str) else render(value)


def _surrogate(value: str | None) -> bool:
    return value is not None and not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value)
