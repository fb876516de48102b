"""What is new about the columns of files that are let in: recorded once, told once."""

from datetime import UTC, datetime, timedelta

from saleslake.aws.backend import Backend
from saleslake.clock import FORMAT
from saleslake.contracts.drift import Change, added_columns, seen_columns
from saleslake.contracts.headers import HeaderMatch
from saleslake.contracts.loader import contracts, load_contract
from saleslake.contracts.model import Contract
from saleslake.ingest.inspect import Inspection


def columns_to_add(dataset: str, match: HeaderMatch) -> dict[str, str]:
    """Columns of a file that its contract lets into the tables though it does not know them: name -> header."""
    contract = load_contract(dataset)
    return added_columns(contract, match) if contract.extra_columns == "add" else {}


def owner_of(dataset: str) -> str:
    """Who answers for a dataset; empty where there is no such dataset."""
    return next((contract.owner for contract in contracts() if contract.dataset == dataset), "")


def take_note(found: Inspection, name: str, landed_at: str, backend: Backend) -> tuple[list[Change], str]:
    """Compare a file with its contract and with the files before it; tell what nobody was told yet.

    Parameters
    ----------
    found
        A file that is let in.
    name, landed_at
        Its name, and when it landed.
    backend
        The ledger keeps the columns each dataset has had, and every change.

    Returns
    -------
    tuple
        Every change, told before or not, and how late the file is: empty where it came in time.
    """
    assert found.dataset is not None, "a file that is let in has a dataset"
    assert found.match is not None, "a file that is let in has a header"
    contract = load_contract(found.dataset)
    before = backend.ledger.get("schema", contract.dataset) or {"columns": {}, "landed_at": landed_at}
    changes, columns = seen_columns(contract, found.match, found.types, before["columns"])
    news = [change for change in changes if not backend.ledger.get("change", _key(contract, change))]
    if news:
        _tell(contract, news, name, backend)
    for change in news:  # told first: what fails in between is told twice, not never
        item = {**change.model_dump(), "file_id": found.file_id, "file_name": name, "landed_at": landed_at}
        backend.ledger.add("change", _key(contract, change), {"dataset": contract.dataset, **item})
    latest = max(before["landed_at"], landed_at)
    backend.ledger.put("schema", contract.dataset, {"columns": columns, "landed_at": latest})
    return changes, _late(contract, before["landed_at"], landed_at)


def _key(contract: Contract, change: Change) -> str:
    """What makes two changes one piece of news."""
    detail = f"#{change.detail}" if change.kind == "retyped" else ""
    return f"{contract.dataset}#{change.kind}#{change.column}{detail}"


def _tell(contract: Contract, news: list[Change], name: str, backend: Backend) -> None:
    lines = "\n".join(f"- {change}" for change in news)
    backend.alerts.send(
        f"saleslake: the columns of {contract.dataset} changed",
        f"The file {name} was let in; its columns are not those of the files before it.\n\n{lines}\n\n"
        f"If this was not agreed upon, ask the sender. Owner of the dataset: {contract.owner}",
    )


def _late(contract: Contract, before: str, landed_at: str) -> str:
    """By how much a file missed the time within which its contract promises the next one."""
    gap = _moment(landed_at) - _moment(before)
    promised = timedelta(hours=contract.freshness_hours)
    if gap <= promised:
        return ""
    hours = gap // timedelta(hours=1)
    return f"{hours} hours after the file before it; {contract.freshness_hours} were promised"


def _moment(text: str) -> datetime:
    return datetime.strptime(text, FORMAT).replace(tzinfo=UTC)
