"""Which release readers see, read as cheaply as DynamoDB allows: every answer of the API waits for this one read."""

import json
import re
import socket
import ssl
import time
from typing import Any, Protocol
from urllib.parse import urlsplit

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from saleslake.aws.clients import client
from saleslake.aws.ledger import Ledger

_TIMEOUT_SECONDS = 2.0
_FAILURES_IN_A_ROW = 3
# AWS takes a signature for five minutes: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
_SIGNATURE_SECONDS = 60.0
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class _Connection(Protocol):
    def sendall(self, data: bytes, /) -> None: ...
    def recv(self, size: int, /) -> bytes: ...
    def close(self) -> None: ...


class CurrentRelease:
    """The ledger's ``current_release()`` over one kept connection, without boto3.

    boto3 spends more time on preparing one GetItem and reading its answer than everything else a cached answer
    takes. This sends the same request, signed with the same credentials, in one piece. Whatever is not a plain
    answer (an error, a time-out, a connection closed meanwhile) is left to the ledger and boto3's retries.
    """

    def __init__(self, ledger: Ledger) -> None:
        dynamodb: Any = client("dynamodb")
        self._ledger = ledger
        self._url: str = dynamodb.meta.endpoint_url.rstrip("/") + "/"
        self._region: str = dynamodb.meta.region_name
        self._credentials: Any = boto3.DEFAULT_SESSION.get_credentials() if boto3.DEFAULT_SESSION else None
        self._body = json.dumps(ledger.current_release_request()).encode()
        self._connection: _Connection | None = None
        self._failures = 0 if self._credentials else _FAILURES_IN_A_ROW
        self._signed = b""
        self._signed_at = float("-inf")

    def current_release(self) -> str | None:
        """Id of the release that readers see, or None before the first one."""
        # Where a direct connection never succeeds, as behind a proxy, it is not tried for ever.
        answer = self._ask() if self._failures < _FAILURES_IN_A_ROW else None
        return self._ledger.current_release() if answer is None else Ledger.current_release_id(answer)

    def _ask(self) -> dict[str, Any] | None:
        try:
            self._connection = self._connection or _connect(self._url)
            self._connection.sendall(self._request())
            answer = _read(self._connection)
        except (OSError, ValueError):
            self._failures += 1
            if self._connection:
                self._connection.close()
            self._connection, self._signed_at = None, float("-inf")
            return None
        self._failures = 0
        return answer

    def _request(self) -> bytes:
        """The whole request as it goes over the wire; signed anew once a minute."""
        now = time.time()
        if not 0 <= now - self._signed_at < _SIGNATURE_SECONDS:
            headers = {
                "Host": urlsplit(self._url).netloc,
                "Content-Type": "application/x-amz-json-1.0",
                "X-Amz-Target": "DynamoDB_20120810.GetItem",
                "Content-Length": str(len(self._body)),
            }
            request = AWSRequest("POST", self._url, data=self._body, headers=headers)
            SigV4Auth(self._credentials.get_frozen_credentials(), "dynamodb", self._region).add_auth(request)
            head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
            self._signed = f"POST / HTTP/1.1\r\n{head}\r\n".encode() + self._body
            self._signed_at = now
        return self._signed


def _connect(url: str) -> _Connection:
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    plain = socket.create_connection((host, parts.port or (443 if secure else 80)), timeout=_TIMEOUT_SECONDS)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return ssl.create_default_context().wrap_socket(plain, server_hostname=host) if secure else plain


def _read(connection: _Connection) -> dict[str, Any]:
    """The JSON body of a plain answer: status 200 and a length.

    Raises
    ------
    ValueError
        It is anything else.
    OSError
        The connection broke or was too slow.
    """
    received = _more(connection)
    while (end := received.find(b"\r\n\r\n")) < 0:
        received += _more(connection)
    head, body = received[:end], received[end + 4 :]
    length = _LENGTH.search(head)
    if not head.startswith(b"HTTP/1.1 200 ") or length is None:
        raise ValueError(f"not a plain answer: {head[:200]!r}")
    while len(body) < int(length[1]):
        body += _more(connection)
    answer: dict[str, Any] = json.loads(body)
    return answer


def _more(connection: _Connection) -> bytes:
    received = connection.recv(65536)
    if not received:
        raise ConnectionError("closed before the answer was whole")
    return received
