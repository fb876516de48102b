"""One landed object: recognise, keep, record, and ask for a run."""

from pathlib import PurePosixPath
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from saleslake.aws.backend import Backend
from saleslake.aws.ledger import Item
from saleslake.aws.s3 import ObjectHead
from saleslake.contracts.loader import datasets
from saleslake.contracts.recognise import dataset_of_key
from saleslake.ingest.evolution import columns_to_add, owner_of, take_note
from saleslake.ingest.inspect import TOO_LARGE, Inspection, inspect, too_large
from saleslake.ingest.start import ask_for_run
from saleslake.quarantine import quarantine_file
from saleslake.zones import raw_key


class LandedObject(BaseModel):
    """The part of an S3 Object Created event that says which bytes arrived.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
    """

    model_config = ConfigDict(frozen=True)

    bucket: str
    key: str
    version: str | None

    @classmethod
    def from_event(cls, event: dict[str, Any]) -> "LandedObject":
        """Read it from an EventBridge event; unlike S3's own notifications its keys are not URL-encoded."""
        detail = event["detail"]
        return cls(
            bucket=detail["bucket"]["name"],
            key=detail["object"]["key"],
            version=detail["object"].get("version-id"),
        )

    @property
    def name(self) -> str:
        """File name without its folders."""
        return PurePosixPath(self.key).name


class Delivery(BaseModel):
    """What came of one arrival."""

    model_config = ConfigDict(frozen=True)

    outcome: Literal["accepted", "duplicate", "refused", "gone"]
    file_id: str = ""
    dataset: str = ""
    reasons: list[dict[str, Any]] = []
    changes: list[dict[str, str]] = []
    """How its columns differ from the contract's and from those of files before it."""
    late: str = ""
    """How much later than promised it came, if it did."""


def receive(landed: LandedObject, backend: Backend) -> Delivery:
    """Take in one landed object.

    Accepted files are copied to raw under their content hash, recorded, and a run is asked for. The same bytes
    again are a duplicate; a refused file goes to quarantine with its reasons and an alert. Every step can be
    repeated: the same event twice ends in the same state.
    """
    head = backend.landing.head(landed.key, landed.version)
    if head is None:
        return Delivery(outcome="gone")
    limit = backend.settings.largest_file_megabytes << 20
    found = (
        too_large(head.size, limit, f"{landed.key}#{landed.version or ''}")
        if head.size > limit
        else inspect(lambda: backend.landing.open(landed.key, landed.version), landed.key, limit)
    )
    known = backend.ledger.get("file", found.file_id)
    if found.refusals:
        delivery = _refuse(landed, found, backend)
    elif known is not None and known["state"] != "refused" and not _same_arrival(known, landed):
        delivery = Delivery(outcome="duplicate", file_id=found.file_id)
    else:
        delivery = _accept(landed, head, found, known, backend)
    _record(landed, head, delivery, backend)
    if delivery.outcome == "accepted":
        ask_for_run(backend)
    return delivery


def _accept(
    landed: LandedObject, head: ObjectHead, found: Inspection, known: Item | None, backend: Backend
) -> Delivery:
    assert found.format is not None, "a file without refusals has a format"
    assert found.dataset is not None, "a file without refusals has a dataset"
    assert found.match is not None, "a file without refusals has a header"
    key = raw_key(found.dataset, found.file_id, found.extension)
    backend.lake.copy_from(landed.bucket, landed.key, landed.version, key)
    version = landed.version or ""
    item = {
        "dataset": found.dataset,
        "name": landed.name,
        "landing_key": landed.key,
        "landing_version": version,
        "landing_order": f"{head.last_modified}|{landed.key}|{version}",
        "landed_at": head.last_modified,
        "size": head.size,
        "raw_key": key,
        "format": found.format.model_dump(),
        "state": "raw",
        "added": columns_to_add(found.dataset, found.match),
    }
    changes, late = take_note(found, landed.name, head.last_modified, backend)
    if known is not None and known["state"] == "refused":
        backend.ledger.put("file", found.file_id, item)
    else:
        backend.ledger.add("file", found.file_id, item)
    return Delivery(
        outcome="accepted",
        file_id=found.file_id,
        dataset=found.dataset,
        changes=[change.model_dump() for change in changes],
        late=late,
    )


def _refuse(landed: LandedObject, found: Inspection, backend: Backend) -> Delivery:
    folder = dataset_of_key(landed.key)
    dataset = folder if folder in datasets() else ""
    quarantine_file(
        (backend.landing, landed.key, landed.version),
        file_id=found.file_id,
        name=landed.name,
        reasons=found.refusals,
        backend=backend,
        owner=owner_of(dataset),
        keep=all(refusal.code != TOO_LARGE for refusal in found.refusals),
    )
    reasons = [reason.model_dump(exclude_none=True) for reason in found.refusals]
    return Delivery(outcome="refused", file_id=found.file_id, dataset=dataset, reasons=reasons)


def _same_arrival(known: Item, landed: LandedObject) -> bool:
    return bool(known["landing_key"] == landed.key and known["landing_version"] == (landed.version or ""))


def _record(landed: LandedObject, head: ObjectHead, delivery: Delivery, backend: Backend) -> None:
    backend.ledger.put(
        "delivery",
        f"{landed.key}#{landed.version or ''}",
        {**delivery.model_dump(), "file_name": landed.name, "landed_at": head.last_modified},
    )
