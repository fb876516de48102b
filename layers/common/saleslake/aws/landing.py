"""Deliver a file to the landing bucket, the way any sender would."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from saleslake.aws.clients import client
from saleslake.zones import LANDING


class Delivery(NamedTuple):
    """Where a file was put: the key and the version S3 gave it."""

    key: str
    version: str

    @property
    def ledger_name(self) -> str:
        """Name of the delivery's ledger item."""
        return f"{self.key}#{self.version}"


def landing_key(name: str, dataset: str | None) -> str:
    """Key a file is delivered under; without a dataset the header decides what it is."""
    return f"{LANDING}{dataset}/{name}" if dataset else f"{LANDING}{name}"


def deliver(path: Path, bucket: str, key: str, progress: Callable[[int], None], s3: Any = None) -> Delivery:
    """Upload ``path``, in parts when it is large; ``progress`` is told the bytes sent, piece by piece."""
    s3 = s3 or client("s3", transfers=True)
    s3.upload_file(str(path), bucket, key, Callback=progress)
    return Delivery(key, str(s3.head_object(Bucket=bucket, Key=key).get("VersionId", "")))
