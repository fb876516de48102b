"""How a delivered file differs from its contract in its columns, and which differences are let in."""

from collections.abc import Mapping, Sequence
from typing import Literal

from saleslake.contracts.headers import HeaderMatch, nearest_header, normalise_header
from saleslake.contracts.model import Column, Contract, Frozen
from saleslake.contracts.names import name_fault
from saleslake.contracts.readable import readable
from saleslake.contracts.refusal import FileRefusal

RENAMED = (
    0.85  # `Comission Rate` is as like as that to `Commission Rate`; `customer_name` to `customer_id` 0.75
)
ENOUGH = 20  # values that must be there before a column can be said to hold something else


class Change(Frozen):
    """One difference between a file and what its contract, or files before it, had."""

    kind: Literal["added", "dropped", "retyped"]
    column: str
    """As delivered; of one that is not delivered, the contract's name."""
    detail: str
    """What becomes of it, in words."""

    def __str__(self) -> str:
        return f"{self.kind}: {self.column!r}; {self.detail}"


def added_columns(contract: Contract, match: HeaderMatch) -> dict[str, str]:
    """Columns a file brings and the contract does not know, by the name they would have, in the file's order."""
    ignored = {normalise_header(header) for header in contract.ignored_columns} | {""}
    named = {normalise_header(header): header for header in match.extra}
    return {name: header for name, header in named.items() if name not in ignored}


def refuse_header(contract: Contract, match: HeaderMatch) -> FileRefusal | None:
    """Refuse a file whose header the contract does not allow, though it has all it needs.

    ``renamed_column``: an unknown column is spelt like one that is missing; left at that, the column would be empty
    without a word. ``added_column``: the contract wants no column it does not know, or is to take up one that cannot
    be the name of a column.
    """
    added = added_columns(contract, match)
    for column in contract.columns:
        if column.name in match.positions:
            continue
        renamed = nearest_header(column.answers_to, tuple(added.values()), RENAMED)
        if renamed:
            return FileRefusal(
                code="renamed_column",
                message=f"{contract.dataset} lacks {column.headers[0]!r} and has a column that is spelt like it",
                column=renamed,
                line=1,
                value=renamed,
                expected=" or ".join(repr(spelling) for spelling in column.headers),
                suggestion=column.headers[0],
            )
    for name, header in added.items():
        if contract.extra_columns == "refuse" or (contract.extra_columns == "add" and name_fault(name)):
            return _refuse_added(contract, header, added)
    return None


def refuse_values(
    contract: Contract, match: HeaderMatch, sample: Sequence[tuple[int, Sequence[str]]]
) -> FileRefusal | None:
    """Refuse a file in which a column holds something else than it should: no value of a sample can be read.

    Parameters
    ----------
    contract
        The dataset's contract.
    match
        Which columns feed it.
    sample
        Records from the beginning of the file: line, values in the order of the header.
    """
    for column in contract.columns:
        at = match.positions.get(column.name)
        if at is None or column.kind == "string":
            continue
        values = [(line, row[at]) for line, row in sample if at < len(row) and row[at].strip()]
        if len(values) >= ENOUGH and not any(readable(column, text) for _, text in values):
            return _refuse_retyped(column, *values[0], len(values))
    return None


def seen_columns(
    contract: Contract, match: HeaderMatch, types: Mapping[str, str], seen: Mapping[str, str]
) -> tuple[list[Change], dict[str, str]]:
    """What is new about a file that is let in, and the columns seen so far with it.

    Parameters
    ----------
    contract
        The dataset's contract.
    match
        Which columns feed it, and which others there are.
    types
        Type of each column as delivered, by header; empty for text, which has none.
    seen
        Type of every column that files before it brought, by name; of text an empty one.
    """
    headers = {column.name: column.headers[0] for column in contract.columns}
    added = added_columns(contract, match)
    changes = [
        Change(kind="added", column=header, detail=_FATES[contract.extra_columns])
        for header in added.values()
    ]
    delivered = {*match.positions, *added}
    gone = [name for name in seen if name in headers and name not in delivered]
    changes += [
        Change(kind="dropped", column=name, detail="files before this one had it; it is empty now")
        for name in gone
    ]
    for name, kind in types.items():
        if seen.get(name) and seen[name] != kind:
            detail = f"{kind}, where files before this one had {seen[name]}; read as the contract says"
            changes.append(Change(kind="retyped", column=headers.get(name, name), detail=detail))
    return changes, {**dict.fromkeys(delivered, ""), **seen, **types}


_FATES = {
    "ignore": "the contract does not know it; it is not kept",
    "add": "the contract does not know it; it is kept as text from now on",
    "refuse": "the contract does not allow it",
}


def _refuse_added(contract: Contract, header: str, added: Mapping[str, str]) -> FileRefusal:
    names = ", ".join(repr(other) for other in added.values())
    why = (
        f"{contract.dataset} takes no columns beside those of its contract"
        if contract.extra_columns == "refuse"
        else "a column that is to be added has a name no column can have"
    )
    return FileRefusal(
        code="added_column",
        message=f"{why}; the file adds {names}",
        column=header,
        line=1,
        value=header,
        expected=", ".join(repr(column.headers[0]) for column in contract.columns),
    )


def _refuse_retyped(column: Column, line: int, text: str, count: int) -> FileRefusal:
    what = {
        "integer": "a whole number",
        "decimal": "a plain number",
        "boolean": "True or False",
        "date": f"a day written {' or '.join(column.formats)}",
        "timestamp": "a moment as RFC 3339 writes it",
    }[column.kind]
    return FileRefusal(
        code="retyped_column",
        message=f"none of the first {count} values of a column is {what}",
        column=column.headers[0],
        line=line or None,
        value=text[:200],
        expected=what,
    )
