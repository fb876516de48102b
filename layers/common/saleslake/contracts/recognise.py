"""Tell which dataset a delivered file belongs to: by the folder it landed in, else by its header."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from saleslake.contracts.headers import HeaderMatch, match_header, normalise_header
from saleslake.contracts.loader import contracts, datasets
from saleslake.contracts.model import Contract
from saleslake.contracts.refusal import FileRefusal
from saleslake.zones import LANDING


class Recognised(BaseModel):
    """The dataset of a file and how its header feeds the contract."""

    model_config = ConfigDict(frozen=True)

    dataset: str
    match: HeaderMatch


def dataset_of_key(key: str) -> str | None:
    """The folder under ``landing/``, known dataset or not; None for a file directly in it or elsewhere."""
    if not key.startswith(LANDING):
        return None
    folder, slash, _ = key.removeprefix(LANDING).partition("/")
    return folder if slash else None


def recognise(key: str, header: Sequence[str]) -> Recognised | FileRefusal:
    """Name the dataset of a file.

    Parameters
    ----------
    key
        Where it landed, ``landing/<dataset>/<file>`` or ``landing/<file>``; a bare file name will do.
    header
        Column names as delivered.

    Returns
    -------
    Recognised | FileRefusal
        ``unknown_dataset`` when no contract has the folder's name or answers to the header, ``other_dataset``
        when the header is another dataset's than the folder's, else what :func:`match_header` refuses.
    """
    folder = dataset_of_key(key)
    if folder is None:
        return _by_header(header)
    contract = next((contract for contract in contracts() if contract.dataset == folder), None)
    if contract is None:
        return FileRefusal(
            code="unknown_dataset",
            message="no dataset has the name of the folder the file landed in",
            value=folder,
            expected=f"one of {', '.join(datasets())}",
        )
    match = match_header(contract, header)
    if isinstance(match, HeaderMatch):
        return Recognised(dataset=folder, match=match)
    return _other_dataset(contract, header) or match


def _by_header(header: Sequence[str]) -> Recognised | FileRefusal:
    nearest = max(contracts(), key=lambda contract: _likeness(contract, header))
    if _likeness(nearest, header) <= 0.5:
        return FileRefusal(
            code="unknown_dataset",
            message="no dataset answers to this header",
            line=1,
            value=", ".join(header),
            expected=f"the columns of one of {', '.join(datasets())}",
        )
    match = match_header(nearest, header)
    return Recognised(dataset=nearest.dataset, match=match) if isinstance(match, HeaderMatch) else match


def _other_dataset(contract: Contract, header: Sequence[str]) -> FileRefusal | None:
    """Refuse as another dataset what fits another contract better, or fits this one in less than half."""
    nearest = max(contracts(), key=lambda other: (_likeness(other, header), other is contract))
    if nearest is contract and _likeness(contract, header) >= 0.5:
        return None
    looks_like = f"; it looks like {nearest.dataset}" if nearest is not contract else ""
    return FileRefusal(
        code="other_dataset",
        message=f"this is not a file of {contract.dataset}{looks_like}",
        line=1,
        value=", ".join(header),
        expected=", ".join(repr(column.headers[0]) for column in contract.required_headers),
    )


def _likeness(contract: Contract, header: Sequence[str]) -> float:
    """Share of the columns a file must bring that the header has, from 0 to 1."""
    delivered = {normalise_header(text) for text in header}
    needed = contract.required_headers
    found = sum(any(normalise_header(text) in delivered for text in column.answers_to) for column in needed)
    return found / len(needed) if needed else 0.0
