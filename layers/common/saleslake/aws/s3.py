"""Objects of one bucket, as the rest of the product sees them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

from botocore.exceptions import ClientError

from saleslake.aws.clients import client, error_code


class ObjectHead(NamedTuple):
    """Size in bytes and last modification (UTC, ISO 8601 with microseconds) of an object."""

    size: int
    last_modified: str


class Lake:
    """One bucket: bytes, text and JSON in and out by key."""

    def __init__(self, bucket: str, s3: Any = None) -> None:
        self.bucket = bucket
        self._s3 = s3 or client("s3")

    def uri(self, key: str) -> str:
        """``s3://`` address of a key."""
        return f"s3://{self.bucket}/{key}"

    def head(self, key: str, version: str | None = None) -> ObjectHead | None:
        """What S3 says of an object, or None when there is none (or, without ListBucket, none we may see)."""
        extra = {"VersionId": version} if version else {}
        try:
            answer = self._s3.head_object(Bucket=self.bucket, Key=key, **extra)
        except ClientError as error:
            if error_code(error) in {"404", "NoSuchKey", "NotFound"}:
                return None
            raise
        modified = answer["LastModified"].strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return ObjectHead(answer["ContentLength"], modified)

    def open(self, key: str, version: str | None = None) -> BinaryIO:
        """The object's bytes as a stream, read as it is consumed."""
        extra = {"VersionId": version} if version else {}
        return cast(BinaryIO, self._s3.get_object(Bucket=self.bucket, Key=key, **extra)["Body"])

    def get_bytes(self, key: str) -> bytes | None:
        """The whole object, or None when there is none."""
        try:
            return cast(bytes, self._s3.get_object(Bucket=self.bucket, Key=key)["Body"].read())
        except ClientError as error:
            if error_code(error) in {"404", "NoSuchKey"}:
                return None
            raise

    def put_bytes(self, key: str, body: bytes, content_type: str = "application/octet-stream") -> None:
        """Write an object; the bucket's default encryption applies."""
        self._s3.put_object(Bucket=self.bucket, Key=key, Body=body, ContentType=content_type)

    def presigned(self, key: str, filename: str, seconds: int) -> str:
        """An address under which anybody can fetch the object as a file of this name, for so many seconds."""
        asked = {
            "Bucket": self.bucket,
            "Key": key,
            "ResponseContentDisposition": f'attachment; filename="{filename}"',
            "ResponseContentType": "text/csv; charset=utf-8",
        }
        return str(self._s3.generate_presigned_url("get_object", Params=asked, ExpiresIn=seconds))

    def get_json(self, key: str) -> Any:
        """The object parsed as JSON, or None when there is none."""
        body = self.get_bytes(key)
        return None if body is None else json.loads(body)

    def put_json(self, key: str, value: Any) -> None:
        """Write ``value`` as JSON text."""
        self.put_bytes(key, json.dumps(value, ensure_ascii=False).encode(), "application/json")

    def put_text(self, key: str, text: str) -> None:
        """Write ``text`` in UTF-8."""
        self.put_bytes(key, text.encode(), "text/plain; charset=utf-8")

    def put_file(self, key: str, path: str | Path) -> None:
        """Upload a local file, in parts when it is large."""
        client("s3", transfers=True).upload_file(str(path), self.bucket, key)

    def copy_from(self, bucket: str, key: str, version: str | None, to: str) -> None:
        """Copy an object (one version of it) from another bucket to ``to``, in parts when it is large."""
        from boto3.s3.transfer import TransferConfig  # noqa: PLC0415 - as in client()

        source = {"Bucket": bucket, "Key": key}
        if version:
            source["VersionId"] = version
        # CopyObject takes objects of up to 5 GB in one call; boto3 would cut them into parts from 8 MB on.
        # https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
        one_call = TransferConfig(multipart_threshold=4 * 1024**3, multipart_chunksize=512 * 1024**2)
        client("s3", transfers=True).copy(source, self.bucket, to, Config=one_call)

    def keys(self, prefix: str) -> Iterator[str]:
        """Keys that begin with ``prefix``, in order."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        for page in pages:
            yield from (str(entry["Key"]) for entry in page.get("Contents", ()))

    def delete_below(self, prefix: str) -> int:
        """Delete every object whose key begins with ``prefix``; how many there were."""
        deleted = 0
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        for page in pages:
            keys = [{"Key": entry["Key"]} for entry in page.get("Contents", ())]
            if keys:  # a page has at most the 1,000 keys that one call deletes
                self._s3.delete_objects(Bucket=self.bucket, Delete={"Objects": keys, "Quiet": True})
                deleted += len(keys)
        return deleted
