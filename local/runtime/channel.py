"""The Lambda Runtime API for one worker: what its runtime client asks for and sends back.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html

The thread that waits for an invocation's result reads the worker's socket itself. No thread is handed the work
in between: that is what makes a warm invocation cost about a millisecond.
"""

from __future__ import annotations

import selectors
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field

from local.settings import HOST

ACCEPTED = (
    b"HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n"
    + b'{"status": "OK"}'
)
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
READ = 1 << 18


@dataclass(frozen=True)
class Request:
    """One complete request of the runtime client."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    connection: socket.socket


@dataclass
class _Connection:
    stream: socket.socket
    received: bytearray = field(default_factory=bytearray)
    continued: bool = False


class Channel:
    """Listens on a port of 127.0.0.1 that only this worker is told."""

    def __init__(self) -> None:
        self._listener = socket.create_server((HOST, 0))
        self._listener.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self.address = f"{HOST}:{self._listener.getsockname()[1]}"

    def watch(self, output: int) -> None:
        """Wake up as well when the worker writes to this file descriptor."""
        self._selector.register(output, selectors.EVENT_READ)

    def forget(self, output: int) -> None:
        """No longer wake up for this file descriptor: its writers are gone."""
        self._selector.unregister(output)

    def wait(self, seconds: float) -> Request | None:
        """Return the next request that is complete, or None when the time is over or something else happened."""
        for key, _ in self._selector.select(max(seconds, 0)):
            if key.fileobj is self._listener:
                stream, _ = self._listener.accept()
                stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._selector.register(stream, selectors.EVENT_READ, _Connection(stream))
            elif isinstance(key.data, _Connection):
                request = self._receive(key.data)
                if request is not None:
                    return request
        return None

    def close(self) -> None:
        for key in list(self._selector.get_map().values()):
            if isinstance(key.fileobj, socket.socket):
                key.fileobj.close()
        self._selector.close()

    def _receive(self, connection: _Connection) -> Request | None:
        try:
            chunk = connection.stream.recv(READ)
        except ConnectionResetError:
            chunk = b""
        if not chunk:
            self._selector.unregister(connection.stream)
            connection.stream.close()
            return None
        connection.received += chunk
        head, separator, _ = bytes(connection.received[:65536]).partition(b"\r\n\r\n")
        if not separator:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        if headers.get("expect", "").lower() == "100-continue" and not connection.continued:
            connection.continued = True
            connection.stream.sendall(CONTINUE)
        start = len(head) + len(separator)
        end = start + int(headers.get("content-length", 0))
        if len(connection.received) < end:
            return None
        body = bytes(connection.received[start:end])
        connection.received = connection.received[end:]
        connection.continued = False
        method, path, _ = first.split(" ")
        return Request(method, path, headers, body, connection.stream)


def invocation(request_id: str, headers: Mapping[str, str], payload: bytes) -> bytes:
    """The answer to ``GET /runtime/invocation/next``."""
    lines = ["HTTP/1.1 200 OK", "Content-Type: application/json", f"Content-Length: {len(payload)}"]
    lines += [f"Lambda-Runtime-Aws-Request-Id: {request_id}"]
    lines += [f"Lambda-Runtime-{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + payload
