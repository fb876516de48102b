"""Files refused whole: kept with their reasons, told to people, closed in the ledger."""

from collections.abc import Sequence

from saleslake.aws.backend import Backend
from saleslake.aws.s3 import Lake
from saleslake.clock import now
from saleslake.contracts.loader import load_contract
from saleslake.contracts.refusal import FileRefusal
from saleslake.zones import quarantined_file_key, quarantined_file_reason_key


def quarantine_file(
    source: tuple[Lake, str, str | None],
    *,
    file_id: str,
    name: str,
    reasons: Sequence[FileRefusal],
    backend: Backend,
    owner: str = "",
    keep: bool = True,
) -> None:
    """Copy a refused file (bucket, key, version of ``source``) to quarantine beside its reasons, and alert.

    A file whose bytes are gone is refused as well: only its reasons are kept, as of one that is not to be kept (too
    big to be copied). ``owner`` is told of in the alert.
    """
    lake, key, version = source
    there = lake.head(key, version) is not None
    kept = quarantined_file_key(file_id, name) if there and keep else ""
    if kept:
        backend.lake.copy_from(lake.bucket, key, version, kept)
    backend.lake.put_json(
        quarantined_file_reason_key(file_id),
        {"name": name, "refused_at": now(), "reasons": [reason.model_dump() for reason in reasons]},
    )
    lines = "\n".join(f"- {reason}" for reason in reasons)
    backend.alerts.send(
        f"saleslake: {name} was refused",
        f"The file {name} was refused whole; nothing of it is in the lake.\n\n{lines}\n\n"
        f"{_whereabouts(kept, key if there else '')} Deliver a corrected file to load it."
        + (f"\n\nOwner of the dataset: {owner}" if owner else ""),
    )


def _whereabouts(kept: str, key: str) -> str:
    if kept:
        return f"It is kept under {kept}."
    return f"It stays where it landed, {key}." if key else "Its bytes are gone."


def refuse_accepted_file(file_id: str, reasons: Sequence[FileRefusal], backend: Backend) -> None:
    """Refuse a file that had been accepted: what the door could not see, a later look at all rows did."""
    item = backend.ledger.get("file", file_id)
    assert item is not None, f"{file_id} was planned, so the ledger has it"
    quarantine_file(
        (backend.lake, item["raw_key"], None),
        file_id=file_id,
        name=item["name"],
        reasons=reasons,
        backend=backend,
        owner=load_contract(item["dataset"]).owner,
    )
    told = [reason.model_dump(exclude_none=True) for reason in reasons]
    backend.ledger.update("file", file_id, state="refused", reasons=told)
    delivery = f"{item['landing_key']}#{item['landing_version']}"
    backend.ledger.update("delivery", delivery, outcome="refused", reasons=told)
