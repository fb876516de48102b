"""A small HTTP API on this machine: pages of records, as real ones page them, and as real ones fail."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


class Asked:
    """One request: where it went, and how it was signed."""

    def __init__(self, target, headers):
        parts = urlsplit(target)
        self.path = parts.path
        self.query = dict(parse_qsl(parts.query))
        self.headers = headers


class Api:
    """Answers with what ``answer`` says: (status, headers, body) for one request."""

    def __init__(self, answer: Callable):
        self.answer = answer
        self.asked: list[Asked] = []

    def start(self):
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                asked = Asked(self.path, dict(self.headers))
                api.asked.append(asked)
                status, headers, body = api.answer(asked)
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


@contextmanager
def serving(answer: Callable) -> Iterator[Api]:
    """An API for the length of a test."""
    api = Api(answer).start()
    try:
        yield api
    finally:
        api.stop()


def ok(body, **headers):
    """A page: text as it stands, anything else as JSON."""
    text = body if isinstance(body, str) else json.dumps(body)
    return 200, {name.replace("_", "-"): value for name, value in headers.items()}, text.encode()


def busy(status, **headers):
    """An answer that asks to come again."""
    return status, {name.replace("_", "-"): value for name, value in headers.items()}, b"busy"
