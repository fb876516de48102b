"""The emulator's S3 and Glue from inside its own process: no HTTP, no signature, the caller already checked."""

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from ministack.core.responses import request_scope
from ministack.services import glue, s3


class ObjectMissing(FileNotFoundError):
    """The object or its bucket does not exist."""


class GlueError(Exception):
    """An error answer of Glue; `code` is its exception name."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


def split(uri: str) -> tuple[str, str]:
    """``s3://bucket/key`` (or s3a, s3n) as bucket and key."""
    parsed = urlparse(uri, allow_fragments=False)
    if parsed.scheme not in ("s3", "s3a", "s3n") or not parsed.netloc:
        raise ValueError(f"not an S3 location: {uri}")
    return parsed.netloc, uri.split("://", 1)[1].partition("/")[2]


@dataclass(frozen=True)
class Store:
    """Objects and tables of one account and region."""

    account: str = "000000000000"
    region: str = "us-east-1"

    @contextmanager
    def _scope(self) -> Iterator[None]:
        with request_scope(self.account, self.region):
            yield

    # ── S3 ──────────────────────────────────────────────────────────────────

    def read(self, uri: str) -> bytes:
        """The bytes of an object; raises ObjectMissing."""
        with self._scope():
            body = s3._get_object_data(*split(uri))
        if body is None:
            raise ObjectMissing(uri)
        return bytes(body)

    def size(self, uri: str) -> int | None:
        """The length of an object, None when there is none."""
        bucket, key = split(uri)
        with self._scope():
            found = s3._buckets.get(bucket)
            record = found["objects"].get(key) if found else None
        return None if record is None else int(record["size"])

    def modified(self, uri: str) -> datetime:
        """When an object was written; raises ObjectMissing."""
        bucket, key = split(uri)
        with self._scope():
            found = s3._buckets.get(bucket)
            record = found["objects"].get(key) if found else None
        if record is None:
            raise ObjectMissing(uri)
        return datetime.fromisoformat(record["last_modified"])

    def write(self, uri: str, body: bytes, content_type: str = "application/octet-stream") -> None:
        """Put an object; raises ObjectMissing when the bucket does not exist."""
        with self._scope():
            headers = {"content-type": content_type, "content-length": str(len(body))}
            status, _, answer = s3._put_object(*split(uri), body, headers)
        if status >= 300:
            raise ObjectMissing(f"{uri}: {bytes(answer or b'').decode(errors='replace')[:300]}")

    def delete(self, uri: str) -> None:
        """Remove an object; a missing one is none."""
        with self._scope():
            s3._delete_object(*split(uri))

    def list(self, prefix_uri: str) -> list[str]:
        """The keys under a prefix as URIs, in order."""
        bucket, prefix = split(prefix_uri)
        with self._scope():
            found = s3._buckets.get(bucket)
            keys = sorted(key for key in list(found["objects"]) if key.startswith(prefix)) if found else []
        return [f"s3://{bucket}/{key}" for key in keys]

    def bucket_exists(self, bucket: str) -> bool:
        """Whether the bucket is there."""
        with self._scope():
            return s3._buckets.get(bucket) is not None

    def path(self, uri: str) -> Path:
        """A file on disk with the object's bytes: the emulator's own, or a copy of an object held in memory.

        Only for objects that are never overwritten (data files have unique names).
        """
        bucket, key = split(uri)
        with self._scope():
            found = s3._buckets.get(bucket)
            record = found["objects"].get(key) if found else None
            if record is None:
                raise ObjectMissing(uri)
            stored = s3._object_disk_path(bucket, key) if s3.S3_PERSIST else None
        if stored and record.get("body") is None and Path(stored).is_file():
            return Path(stored)
        tag = str(record.get("etag", "")).strip('"')
        copy = _copies() / f"{tag}-{record['size']}-{key.rpartition('/')[2][-80:]}"
        if not copy.is_file():
            partial = copy.with_name(f"{copy.name}.{threading.get_ident()}")
            partial.write_bytes(self.read(uri))
            partial.replace(copy)
        return copy

    # ── Glue ────────────────────────────────────────────────────────────────

    def glue(self, action: str, **request: Any) -> dict[str, Any]:
        """Call a Glue action; raises GlueError with the name of Glue's exception."""
        import json

        with self._scope(), GLUE_LOCK:
            headers = {"x-amz-target": f"AWSGlue.{action}"}
            status, _, body = glue._handle_request_sync(
                "POST", "/", headers, json.dumps(request).encode(), {}
            )
        answer = json.loads(body) if body else {}
        if status >= 300:
            code = str(answer.get("__type", "InternalServiceException")).rpartition("#")[2]
            raise GlueError(code, str(answer.get("message") or answer.get("Message") or ""))
        return dict(answer)

    def table(self, database: str, name: str) -> dict[str, Any] | None:
        """The Glue table, or None."""
        try:
            return dict(self.glue("GetTable", DatabaseName=database, Name=name)["Table"])
        except GlueError as error:
            if error.code == "EntityNotFoundException":
                return None
            raise

    def database_exists(self, name: str) -> bool:
        """Whether Glue knows the database."""
        try:
            self.glue("GetDatabase", Name=name)
        except GlueError as error:
            if error.code == "EntityNotFoundException":
                return False
            raise
        return True


GLUE_LOCK = threading.RLock()  # compare-and-set of a table's version must not interleave
_COPIES: list[tempfile.TemporaryDirectory[str]] = []


def _copies() -> Path:
    if not _COPIES:
        _COPIES.append(tempfile.TemporaryDirectory(prefix="athena-objects-"))
    return Path(_COPIES[0].name)


def forget_copies() -> None:
    """Remove the copies made of objects."""
    while _COPIES:
        _COPIES.pop().cleanup()
