"""Match a delivered header to a contract. The only place where a header is normalised."""

import difflib
import re
import unicodedata
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from saleslake.contracts.model import Column, Contract
from saleslake.contracts.refusal import FileRefusal


def normalise_header(text: str) -> str:
    """``"Sales Channel "``, ``sales-channel`` and ``SALES_CHANNEL`` are all ``sales_channel``.

    Letters and digits of any script stay, in lower case and compatibility form (NFKC); every run of anything
    else becomes one underscore, and none is left at the ends.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return re.sub(r"[\W_]+", "_", folded).strip("_")


_ALIKE = 0.6  # as difflib suggests for words


class HeaderMatch(BaseModel):
    """Which delivered column feeds which contract column."""

    model_config = ConfigDict(frozen=True)

    positions: dict[str, int]
    """Logical name -> position in the file, from 0; a column the file lacks is absent."""
    extra: tuple[str, ...]
    """Delivered columns no contract column answers to, as delivered."""


def match_header(contract: Contract, header: Sequence[str]) -> HeaderMatch | FileRefusal:
    """Match a header, or say why the file cannot be used.

    Parameters
    ----------
    contract
        The contract the file is held to.
    header
        Column names as delivered, in file order.

    Returns
    -------
    HeaderMatch | FileRefusal
        ``duplicate_column`` when two columns have one normalised name or feed one contract column,
        ``missing_column`` when one that must be there is not.
    """
    wanted = _wanted(contract)
    seen: dict[str, str] = {}
    positions: dict[str, int] = {}
    extra: list[str] = []
    for position, delivered in enumerate(header):
        normalised = normalise_header(delivered)
        column = wanted.get(normalised)
        meaning = column.name if column else normalised
        if normalised and meaning in seen:
            return FileRefusal(
                code="duplicate_column",
                message=f"two columns mean {meaning!r}: {seen[meaning]!r} and {delivered!r}",
                column=delivered,
                line=1,
                value=delivered,
                expected="every column once",
            )
        seen[meaning] = delivered
        if column:
            positions[column.name] = position
        else:
            extra.append(delivered)
    missing = [column for column in contract.required_headers if column.name not in positions]
    if missing:
        return missing_columns(contract, missing, header)
    return HeaderMatch(positions=positions, extra=tuple(extra))


def missing_columns(contract: Contract, missing: Sequence[Column], header: Sequence[str]) -> FileRefusal:
    """The refusal of a file that lacks columns; names the first one and lists all."""
    names = ", ".join(repr(column.headers[0]) for column in missing)
    return FileRefusal(
        code="missing_column",
        message=f"{contract.dataset} needs the column{'s' if len(missing) > 1 else ''} {names}",
        column=missing[0].headers[0],
        line=1,
        value=", ".join(header),
        expected=" or ".join(repr(spelling) for spelling in missing[0].headers),
        suggestion=nearest_header(missing[0].answers_to, _unknown(contract, header), _ALIKE),
    )


def nearest_header(spellings: Sequence[str], others: Sequence[str], likeness: float) -> str | None:
    """Which of ``others`` is most like one of ``spellings``, or None where none is as like as ``likeness`` (0 to 1)."""
    best, found = likeness, None
    for other in others:
        for spelling in spellings:
            ratio = difflib.SequenceMatcher(None, normalise_header(other), normalise_header(spelling)).ratio()
            if ratio >= best:
                best, found = ratio, other
    return found


def _unknown(contract: Contract, header: Sequence[str]) -> list[str]:
    wanted = _wanted(contract)
    return [delivered for delivered in header if normalise_header(delivered) not in wanted]


def _wanted(contract: Contract) -> dict[str, Column]:
    return {normalise_header(text): column for column in contract.columns for text in column.answers_to}
