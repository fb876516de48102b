"""Which release readers see, read as cheaply as DynamoDB allows: every answer of the API waits for this one read."""

import json
import urllib.request
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from saleslake.aws.clients import client
from saleslake.aws.ledger import Ledger

_TIMEOUT_SECONDS = 2.0


class CurrentRelease:
    """The ledger's ``current_release()`` over one kept connection, signed and sent without boto3.

    boto3 spends more time on preparing one GetItem than everything else a cached answer takes. This sends the same
    request with the same credentials, and leaves to the ledger, with its retries, whatever is not a plain answer:
    an error, a time-out, a connection that was closed meanwhile.
    """

    def __init__(self, ledger: Ledger) -> None:
        dynamodb: Any = client("dynamodb")
        endpoint = urlsplit(dynamodb.meta.endpoint_url)
        self._ledger = ledger
        self._url = dynamodb.meta.endpoint_url.rstrip("/") + "/"
        self._region = dynamodb.meta.region_name
        self._credentials: Any = boto3.DEFAULT_SESSION.get_credentials() if boto3.DEFAULT_SESSION else None
        self._direct = self._credentials is not None and endpoint.scheme not in urllib.request.getproxies()
        connection = HTTPSConnection if endpoint.scheme == "https" else HTTPConnection
        self._connection = connection(endpoint.netloc, timeout=_TIMEOUT_SECONDS)
        self._body = json.dumps(ledger.current_release_request()).encode()

    def current_release(self) -> str | None:
        """Id of the release that readers see, or None before the first one."""
        answer = self._ask() if self._direct else None
        return self._ledger.current_release() if answer is None else Ledger.current_release_id(answer)

    def _ask(self) -> dict[str, Any] | None:
        request = AWSRequest(
            "POST",
            self._url,
            data=self._body,
            headers={
                "Content-Type": "application/x-amz-json-1.0",
                "X-Amz-Target": "DynamoDB_20120810.GetItem",
            },
        )
        SigV4Auth(self._credentials.get_frozen_credentials(), "dynamodb", self._region).add_auth(request)
        try:
            self._connection.request("POST", "/", body=self._body, headers=dict(request.headers))
            response = self._connection.getresponse()
            text = response.read()
        except (OSError, HTTPException):
            self._connection.close()
            return None
        answer: dict[str, Any] | None = json.loads(text) if response.status == 200 else None
        return answer
