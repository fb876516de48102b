"""The quick read of the current release says what the ledger says, or leaves it to the ledger."""

import json
import re
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.exceptions import ClientError

from saleslake.aws.backend import Backend
from saleslake.aws.clients import client
from saleslake.aws.current_release import CurrentRelease, _read
from saleslake.aws.ledger import Ledger


class Wire(BaseHTTPRequestHandler):
    """DynamoDB over HTTP, answered by the in-process one."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        operation = re.sub("(?<=[a-z])(?=[A-Z])", "_", self.headers["X-Amz-Target"].split(".")[1]).lower()
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status, answer = 200, {}
        try:
            answer = getattr(self.server.dynamodb, operation)(**request)
        except ClientError as error:
            status, answer = 400, {"__type": error.response["Error"]["Code"]}
        body = json.dumps(
            {name: value for name, value in answer.items() if name != "ResponseMetadata"}
        ).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def ledger(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Wire)
    server.dynamodb = backend.ledger._dynamodb
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    client.cache_clear()
    yield Ledger("ledger")
    server.shutdown()
    server.server_close()


def forbid(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def asked():
        raise AssertionError("the ledger was asked")

    monkeypatch.setattr(ledger, "current_release", asked)


def test_it_follows_the_ledger_from_read_to_read(ledger, monkeypatch):
    current = CurrentRelease(ledger)
    forbid(ledger, monkeypatch)
    assert current.current_release() is None
    for release in ("r-1", "r-2", "r-1"):
        ledger.put("release", "current", {"release_id": release})
        assert current.current_release() == release


def test_it_asks_dynamodb_for_a_consistent_read(ledger):
    assert ledger.current_release_request()["ConsistentRead"] is True


def test_the_request_carries_a_signature_of_the_process_credentials(ledger):
    request = CurrentRelease(ledger)._request().decode()
    key = boto3.DEFAULT_SESSION.get_credentials().access_key
    assert re.search(rf"Credential={key}/\d{{8}}/us-east-1/dynamodb/aws4_request, ", request)
    assert "SignedHeaders=content-length;content-type;host;x-amz-date;x-amz-target" in request


def test_a_signature_is_used_for_a_minute_and_never_from_the_future(ledger, monkeypatch):
    current = CurrentRelease(ledger)
    made = []
    sign = SigV4Auth.add_auth
    monkeypatch.setattr(SigV4Auth, "add_auth", lambda *arguments: (made.append(1), sign(*arguments)))
    for moment, signatures in [(1000.0, 1), (1059.0, 1), (1061.0, 2), (900.0, 3)]:
        monkeypatch.setattr("time.time", lambda moment=moment: moment)
        current._request()
        assert len(made) == signatures


def test_a_refusal_is_left_to_the_ledger_and_its_error(ledger):
    current = CurrentRelease(Ledger("nowhere"))
    with pytest.raises(ledger._dynamodb.exceptions.ResourceNotFoundException):
        current.current_release()


def test_a_connection_closed_meanwhile_costs_one_question_to_the_ledger_and_is_opened_again(
    ledger, monkeypatch
):
    ledger.put("release", "current", {"release_id": "r-1"})
    current = CurrentRelease(ledger)
    current.current_release()
    current._connection.shutdown(socket.SHUT_RDWR)
    assert current.current_release() == "r-1"
    forbid(ledger, monkeypatch)
    assert current.current_release() == "r-1"


def test_where_no_direct_connection_is_possible_it_is_not_tried_for_ever(ledger, monkeypatch):
    tried = []

    def refuse(url):
        tried.append(url)
        raise ConnectionRefusedError

    monkeypatch.setattr("saleslake.aws.current_release._connect", refuse)
    ledger.put("release", "current", {"release_id": "r-1"})
    current = CurrentRelease(ledger)
    assert [current.current_release() for _ in range(5)] == ["r-1"] * 5
    assert len(tried) == 3


class Pieces:
    """A connection that delivers what it was given, piece by piece."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = list(pieces)

    def recv(self, _size: int) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"


@pytest.mark.parametrize("cut", range(1, len(HEAD) + 9))
def test_an_answer_may_come_in_any_two_pieces(cut):
    whole = HEAD + b'{"It": 1}'
    assert _read(Pieces(whole[:cut], whole[cut:])) == {"It": 1}


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n<>",
    ],
)
def test_what_is_not_a_plain_answer_is_refused(answer):
    with pytest.raises(ValueError):
        _read(Pieces(answer))


@pytest.mark.parametrize("answer", [b"", HEAD[:20], HEAD, HEAD + b"{"])
def test_an_answer_that_ends_early_is_a_broken_connection(answer):
    with pytest.raises(ConnectionError):
        _read(Pieces(answer))
