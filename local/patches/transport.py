"""The local endpoint stands for AWS's TLS endpoints.

It is plain HTTP on the loopback interface, so a bucket policy that refuses requests without TLS, as AWS recommends,
would refuse everything. Conditions on aws:SecureTransport therefore see what they would see on AWS.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
"""

from __future__ import annotations

import contextvars

from ministack.core import iam_evaluator

from local.patches import Hook
from local.settings import HOST, Settings

_PAGE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html"
PIN = Hook(
    "ministack.core.iam_evaluator:pin_request_origin",
    "(source_ip, secure_transport)",
    "SDKs reach AWS by TLS, and policies demand it",
    _PAGE,
)
ORIGIN = Hook("ministack.core.iam_evaluator:_request_origin", "", PIN.why, _PAGE)
APP = Hook("ministack.app:pin_request_origin", "(source_ip, secure_transport)", PIN.why, _PAGE)
HOOKS = (PIN, ORIGIN, APP)


def apply(settings: Settings) -> None:
    ORIGIN.replace(contextvars.ContextVar("request_origin", default=(HOST, True)))

    def pin(source_ip: str, secure_transport: bool) -> None:
        iam_evaluator._request_origin.set((source_ip, True))

    PIN.replace(pin)
    # The server imported the function by name before it was replaced.
    APP.replace(pin)
