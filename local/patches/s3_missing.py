"""A key that is not there is only told to those who may list the bucket; to others it is forbidden.

The emulator answers 404 to everyone who may read the key.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html#API_GetObject_RequestSyntax
https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html#API_HeadObject_RequestSyntax
"""

from __future__ import annotations

from typing import Any

from ministack.core import iam_evaluator, router
from ministack.services import s3

from local.patches import Hook
from local.settings import REGION, Settings

GET = Hook(
    "ministack.services.s3:_get_object",
    "(bucket_name, key, headers, query_params)",
    "without s3:ListBucket a missing key is 403 AccessDenied, so that nobody learns what is there by asking",
    "https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html",
)
HEAD = Hook(
    "ministack.services.s3:_head_object",
    "(bucket_name, key, headers, query_params)",
    GET.why,
    "https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html",
)
HOOKS = (GET, HEAD)


def apply(settings: Settings) -> None:
    get, head = GET.original(), HEAD.original()

    def get_object(bucket_name: str, key: str, headers: Any, query_params: Any = None) -> Any:
        return _told(get(bucket_name, key, headers, query_params), bucket_name, key, headers, query_params)

    def head_object(bucket_name: str, key: str, headers: Any = None, query_params: Any = None) -> Any:
        return _told(head(bucket_name, key, headers, query_params), bucket_name, key, headers, query_params)

    GET.replace(get_object)
    HEAD.replace(head_object)


def _told(answer: Any, bucket: str, key: str, headers: Any, query: Any) -> Any:
    """The handler's answer, or 403 when it says "no such key" to a caller who may not list the bucket."""
    status, _, body = answer
    if status != 404 or b"<Code>NoSuchKey</Code>" not in body:
        return answer
    caller = router.extract_access_key_id(headers or {}, query or {})
    # Not an API call: the emulator's own services read objects without headers, and have been authorised before.
    if not caller:
        return answer
    resource = f"arn:aws:s3:::{bucket}"
    refused = iam_evaluator.enforce(caller, "s3:ListBucket", "s3", REGION, resource)
    if not isinstance(refused, iam_evaluator.EvalResult):
        return answer
    message = (
        f"User: {refused.principal_arn} is not authorized to perform: s3:ListBucket on resource:"
        f' "{resource}" because no identity-based policy allows the s3:ListBucket action'
    )
    return s3._error("AccessDenied", message, 403, f"/{bucket}/{key}")
