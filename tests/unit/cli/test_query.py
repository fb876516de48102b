"""`saleslake query`, with an Athena that has two saved queries."""

import json
import threading
from collections.abc import Callable, Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from click.testing import Result

from saleslake.aws.athena import Athena, QueryResult
from saleslake.cli.context import Deployed

SAVED = {"payment_methods": "SELECT * FROM payment_methods", "revenue_trend": "SELECT * FROM revenue_trend"}
ROWS = [("web", "card", Decimal("10.00")), ("web", "upi, or so", None)]


@pytest.fixture(autouse=True)
def athena(lake: Deployed, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked."""
    asked: list[str] = []

    def query(self: Athena, sql: str, *rest: object, **options: object) -> QueryResult:
        asked.append(sql)
        return QueryResult(("channel", "payment_method", "revenue"), list(ROWS), 0, "q-1", 1)

    monkeypatch.setattr(Athena, "saved_queries", lambda self: SAVED)
    monkeypatch.setattr(Athena, "query", query)
    return asked


def test_a_view_is_asked_by_its_saved_query_and_shown_as_a_table(
    saleslake: Callable[..., Result], athena: list[str]
) -> None:
    result = saleslake("query", "payment_methods", "--limit", "1")
    assert athena == ["SELECT * FROM payment_methods"]
    assert [line.split() for line in result.output.splitlines()[:2]] == [
        ["channel", "payment_method", "revenue"],
        ["web", "card", "10.00"],
    ]
    assert "1 of 2 rows; --csv writes all" in result.output


def test_csv_has_every_row_with_exact_decimals_and_nothing_where_nothing_is(
    saleslake: Callable[..., Result],
) -> None:
    assert (
        saleslake("query", "payment_methods", "--csv").output
        == 'channel,payment_method,revenue\nweb,card,10.00\nweb,"upi, or so",\n'
    )


def test_without_a_name_it_lists_what_can_be_asked(saleslake: Callable[..., Result]) -> None:
    assert saleslake("query").output == "payment_methods\nrevenue_trend\n"


def test_a_name_that_is_not_there_is_answered_with_those_that_are(saleslake: Callable[..., Result]) -> None:
    result = saleslake("query", "payments")
    assert result.exit_code == 1
    assert "there is no saved query payments; there are: payment_methods, revenue_trend" in result.output


WIDE = {f"figure_{number}": f"{10**9 + number}.25" for number in range(30)}
ANALYTICS = '{"data": {"kpis": {"total_revenue": 71673394.00, "share": 0.10}, "gaps": []}, "name": "Ü"}'
DOCUMENTS = {
    "/v1/analytics": (200, "application/json", ANALYTICS, None),
    "/v1/docs": (200, "text/html; charset=utf-8", "<p>[bold]60.00</p>", None),
    "/v1/exports": (202, "application/json", '{"id": "e-1", "status": "running"}', "exports/e-1"),
}
WIDE_CSV = f"{','.join(WIDE)},name\n" + f"{','.join(WIDE.values())},a blue [shirt] of wool\n"
ROWS_CSV = WIDE_CSV + WIDE_CSV.splitlines()[1]
PAGES = {
    "": ("state,revenue\nGoa,10.00\n", "more"),
    "more": ("state,revenue\n'=Kerala,0.30\n", None),
}


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str, str]]]:
    """A small API of two pages that wants a token; what it was asked."""
    asked: list[tuple[str, str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

        def _answer(self, body: str) -> None:
            asked.append((self.command, self.path, body))
            given = dict(parse_qsl(urlsplit(self.path).query)) | (json.loads(body) if body else {})
            if self.headers["Authorization"] != "a-token" or "sate" in given:
                self.send_response(400)
                self.end_headers()
                self.wfile.write(b'{"detail": "/regions has no parameter sate: did you mean state?"}')
                return
            if document := DOCUMENTS.get(self.path):
                status, media_type, text, location = document
                self._send(status, text, {"Content-Type": media_type, "Location": location})
                return
            if wide := {"/v1/one": WIDE_CSV, "/v1/two": ROWS_CSV}.get(self.path):
                self._send(200, wide, {"Content-Type": "text/csv"})
                return
            text, cursor = PAGES[given.get("cursor", "")]
            facts = {"X-Release": "r-1", "X-Total": "2", "X-Next-Cursor": cursor}
            self._send(200, text, {"Content-Type": "text/csv; charset=utf-8", **facts})

        def _send(self, status: int, text: str, headers: dict[str, str | None]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                if value:
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("SALESLAKE_API_URL", f"http://127.0.0.1:{server.server_port}/v1/")
        monkeypatch.setenv("SALESLAKE_API_TOKEN", "a-token")
        yield asked
        server.shutdown()


def test_a_path_is_asked_of_the_api_and_shown_with_its_release(
    saleslake: Callable[..., Result], api: list[tuple[str, str, str]]
) -> None:
    result = saleslake("query", "/regions", "state=Goa", "from=2022-05-01")
    assert api == [("GET", "/v1/regions?state=Goa&from=2022-05-01", "")]
    assert [line.split() for line in result.output.splitlines()[:2]] == [
        ["state", "revenue"],
        ["Goa", "10.00"],
    ]
    assert "1 of 2 rows" in result.output
    assert "release r-1" in result.output


def test_csv_of_the_api_has_every_page_once(saleslake: Callable[..., Result], api: list[object]) -> None:
    assert saleslake("query", "/regions", "--csv").output == "state,revenue\nGoa,10.00\n'=Kerala,0.30\n"
    assert len(api) == 2


def test_a_question_goes_to_the_api_as_it_is(
    saleslake: Callable[..., Result], api: list[tuple[str, str, str]], tmp_path: Path
) -> None:
    body = tmp_path / "question.json"
    body.write_text('{"measures": ["revenue"]}')
    saleslake("query", "/query", "--body", str(body), "--csv")
    assert [json.loads(asked[2]) for asked in api] == [
        {"measures": ["revenue"]},
        {"measures": ["revenue"], "cursor": "more"},
    ]


def test_what_the_api_refuses_is_told_in_its_words(
    saleslake: Callable[..., Result], api: list[object]
) -> None:
    result = saleslake("query", "/regions", "sate=Goa")
    assert result.exit_code == 1
    assert "did you mean state?" in result.output
    assert "name=value" in saleslake("query", "/regions", "state").output


@pytest.mark.usefixtures("api")
def test_an_answer_that_is_json_is_indented_with_its_numbers_as_they_were_sent(
    saleslake: Callable[..., Result],
) -> None:
    result = saleslake("query", "/analytics")
    assert result.exit_code == 0
    assert json.loads(result.output) == json.loads(ANALYTICS)
    assert result.output.splitlines()[:6] == [
        "{",
        '  "data": {',
        '    "kpis": {',
        '      "total_revenue": 71673394.00,',
        '      "share": 0.10',
        "    },",
    ]
    assert '  "name": "Ü"' in result.output


@pytest.mark.usefixtures("api")
def test_an_answer_that_is_neither_csv_nor_json_is_shown_as_it_is(saleslake: Callable[..., Result]) -> None:
    assert saleslake("query", "/docs").output == "<p>[bold]60.00</p>\n"


@pytest.mark.usefixtures("api")
def test_csv_of_a_path_that_has_none_is_refused(saleslake: Callable[..., Result]) -> None:
    result = saleslake("query", "/analytics", "--csv")
    assert result.exit_code == 1
    assert "/analytics has no CSV, it answers application/json: leave --csv out" in result.output


@pytest.mark.usefixtures("api")
def test_an_export_that_is_asked_for_is_told_with_where_to_look_beside_it(
    saleslake: Callable[..., Result], tmp_path: Path
) -> None:
    body = tmp_path / "question.json"
    body.write_text('{"measures": ["revenue"]}')
    result = saleslake("query", "/exports", "--body", str(body))
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "{",
        '  "id": "e-1",',
        '  "status": "running"',
        "}",
        "next: `saleslake query /exports/e-1`",
    ]


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/recommendations/A/B 1", "/v1/recommendations/A/B%201"),
        ("/customers/Ü", "/v1/customers/%C3%9C"),
        ("/customers/%C3%9C", "/v1/customers/%C3%9C"),
        ("/kpis?state=Uttar%20Pradesh&from=2022-05-01", "/v1/kpis?state=Uttar+Pradesh&from=2022-05-01"),
    ],
)
def test_a_path_is_sent_percent_encoded(
    saleslake: Callable[..., Result], api: list[tuple[str, str, str]], path: str, asked: str
) -> None:
    assert saleslake("query", path).exit_code == 0
    assert api == [("GET", asked, "")]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (b'{\n "a": }', "question.json is no JSON: line 2, column 7: Expecting value"),
        (b"\xff", "question.json is no JSON: it is not UTF-8 from byte 1 on"),
    ],
)
def test_a_question_that_is_no_json_is_refused_with_its_place(
    saleslake: Callable[..., Result], api: list[object], tmp_path: Path, text: bytes, fault: str
) -> None:
    body = tmp_path / "question.json"
    body.write_bytes(text)
    result = saleslake("query", "/query", "--body", str(body))
    assert result.exit_code == 1
    assert fault in result.output
    assert api == []


@pytest.mark.usefixtures("api")
def test_an_answer_of_one_row_is_a_list_of_names_and_values(saleslake: Callable[..., Result]) -> None:
    lines = [line.split(maxsplit=1) for line in saleslake("query", "/one").output.splitlines()]
    assert [[name, value.strip()] for name, value in lines[:-1]] == [
        *map(list, WIDE.items()),
        ["name", "a blue [shirt] of wool"],
    ]


@pytest.mark.usefixtures("api")
def test_in_a_pipe_each_row_is_one_line_however_wide(saleslake: Callable[..., Result]) -> None:
    names, *rows, _ = saleslake("query", "/two").output.splitlines()
    assert names.split() == [*WIDE, "name"]
    assert [row.split() for row in rows] == [[*WIDE.values(), "a", "blue", "[shirt]", "of", "wool"]] * 2


@pytest.mark.usefixtures("api")
@pytest.mark.parametrize(("columns", "last_cell"), [("60", ["a", "blue"]), ("465", ["a", "blue", "[shirt]"])])
def test_on_a_terminal_texts_are_folded_and_numbers_never(
    saleslake: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, columns: str, last_cell: list[str]
) -> None:
    for name, value in {"FORCE_COLOR": "1", "TERM": "dumb", "COLUMNS": columns, "LINES": "25"}.items():
        monkeypatch.setenv(name, value)
    lines = [line.split() for line in saleslake("query", "/two").output.splitlines()]
    assert lines[0] == [*WIDE, "name"]
    rows = [line[30:] for line in lines if line[:30] == [*WIDE.values()]]
    assert rows == [last_cell, last_cell]
