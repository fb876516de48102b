"""An export is started once per question and release, runs without anybody waiting, and ends as a file to fetch."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from saleslake.analytics.answers import Answers
from saleslake.analytics.exports import Exports
from saleslake.analytics.exports_api import create_exports_api
from saleslake.analytics.values import VALUES, KnownValues
from saleslake.aws.unattended import Progress
from saleslake.errors import QueryFailed

from .conftest import FIRST, SECOND, Caller, header

EVENT = Path(__file__).parents[3] / "events" / "export.json"
TABLES = ("dim_channel", "dim_customer", "dim_geography", "dim_product", "dim_sales_rep")
TABLES += ("fact_inventory", "rollup_funnel_daily", "rollup_sales_filters_daily")
QUESTION = {"measures": ["revenue"], "dimensions": ["state"], "grain": "day"}


class Queries:
    """Stands for Athena: queries by token, ending when they are told to."""

    def __init__(self):
        self.started = []
        self.by_token = {}
        self.state = "running"
        self.scanned = 5

    def start(self, sql, *, database, token):
        assert 32 <= len(token) <= 128
        if token not in self.by_token:
            self.started.append(sql)
            self.by_token[token] = f"q{len(self.started)}"
        return self.by_token[token]

    def progress(self, query_id):
        failure = QueryFailed("no such column: secret") if self.state == "failed" else None
        scanned = 0 if self.state == "running" else self.scanned
        return Progress(self.state, f"athena/{query_id}.csv", scanned, 7, failure)


class Desk:
    """The API of exports over a lake in memory."""

    def __init__(self, site, warehouse):
        self.site = site
        self.queries = Queries()
        site.lake.head = site.lake.get
        site.lake.presigned = lambda key, filename, seconds: (
            f"https://signed/{key}?as={filename}&for={seconds}"
        )
        answers = Answers(site, site.lake, warehouse, database="sales")
        self._api = create_exports_api(
            Exports(site, site.lake, self.queries, database="sales"), KnownValues(answers)
        )

    def send(self, method, path, body=None):
        event = json.loads(EVENT.read_text())
        event |= {"path": path, "httpMethod": method, "body": body}
        answer = self._api.resolve(event, Caller())
        return answer, json.loads(answer["body"])

    def export(self, **changes):
        return self.send("POST", "/exports", json.dumps(QUESTION | changes))

    def finish(self):
        for query_id in self.queries.by_token.values():
            self.site.lake[f"athena/{query_id}.csv"] = b"state,revenue\n"
        self.queries.state = "succeeded"


@pytest.fixture
def desk(site, warehouse):
    site.make_current(FIRST)
    for release in (FIRST, SECOND):
        key = f"releases/{release}.json"
        document = json.loads(site.lake[key])
        document["tables"] |= dict.fromkeys(TABLES, document["tables"]["fact_sales"])
        site.lake[key] = json.dumps(document).encode()
    return Desk(site, warehouse)


def test_an_export_is_accepted_at_once_and_says_where_to_look(desk):
    answer, told = desk.export()
    assert (answer["statusCode"], told["status"], told["url"]) == (202, "running", None)
    assert header(answer, "Location") == f"exports/{told['id']}"
    assert header(answer, "Retry-After") == "2"
    assert told["release"] == FIRST
    looked, found = desk.send("GET", f"/exports/{told['id']}")
    assert (looked["statusCode"], found) == (200, told)


def test_its_statement_has_every_row_and_reads_the_release(desk):
    desk.export(limit=3)
    (statement,) = desk.queries.started
    assert "LIMIT" not in statement
    assert "rows_in_all" not in statement
    assert "FOR VERSION AS OF 9007199254740993" in statement


def test_a_finished_export_has_an_address_to_fetch_it_from_for_a_while(desk):
    _, told = desk.export()
    desk.finish()
    answer, found = desk.send("GET", f"/exports/{told['id']}")
    assert found["status"] == "succeeded"
    assert found["url"].startswith("https://signed/athena/q1.csv?as=" + FIRST)
    assert found["bytes_scanned"] == 5
    assert '"cost_usd":0.00005' in answer["body"]
    assert found["url_expires_at"] > found["created_at"]
    assert header(answer, "Retry-After") is None


@pytest.mark.parametrize(
    ("state", "scanned", "bill"),
    [
        ("running", 5, "0"),
        ("succeeded", 0, "0.00005"),
        ("succeeded", 12_345_678, "0.000065"),
        ("failed", 10**12, "0"),
    ],
)
def test_an_export_costs_what_its_query_is_billed(desk, state, scanned, bill):
    _, told = desk.export()
    desk.finish()
    desk.queries.state, desk.queries.scanned = state, scanned
    answer, _ = desk.send("GET", f"/exports/{told['id']}")
    assert json.loads(answer["body"], parse_float=Decimal)["cost_usd"] == Decimal(bill)


def test_asking_twice_is_one_export_and_another_release_or_question_is_another(desk):
    first, again = desk.export()[1], desk.export()[1]
    assert first["id"] == again["id"]
    assert len(desk.queries.started) == 1
    desk.site.make_current(SECOND)
    assert desk.export()[1]["id"] != first["id"]
    assert desk.export(release=FIRST)[1]["id"] == first["id"]
    assert desk.export(grain="month")[1]["id"] != first["id"]
    assert len(desk.queries.started) == 3


def test_a_failed_export_says_so_without_its_inside_and_is_started_anew(desk):
    _, told = desk.export()
    desk.queries.state = "failed"
    answer, found = desk.send("GET", f"/exports/{told['id']}")
    assert found["status"] == "failed"
    assert "secret" not in answer["body"]
    desk.export()
    assert len(desk.queries.started) == 2


def test_an_export_whose_file_has_expired_is_gone_and_can_be_made_again(desk):
    _, told = desk.export()
    desk.finish()
    desk.site.lake.pop("athena/q1.csv")
    answer, problem = desk.send("GET", f"/exports/{told['id']}")
    assert (answer["statusCode"], problem["code"]) == (404, "unknown_export")


@pytest.mark.parametrize(
    ("release", "status", "code"),
    [
        (None, None, "no_release"),
        (FIRST, None, "unknown_release"),
        (FIRST, "withdrawn", "release_gone"),
        (FIRST, "expired", "release_gone"),
    ],
)
def test_a_release_there_is_not_is_refused_in_the_words_of_the_answers(desk, release, status, code):
    desk.site.make_current(SECOND if release else None)
    desk.site.statuses[FIRST] = status
    asked = {"release": release} if release else {}
    export, told = desk.export(**asked)
    answer = desk.site.get("/analytics", **asked)
    assert (export["statusCode"], told["code"]) == (answer["statusCode"], code)
    of_the_answers = json.loads(answer["body"])
    assert told["detail"] == of_the_answers["detail"]
    assert desk.queries.started == []


@pytest.mark.parametrize("export_id", ["e-0", "../releases", "%2e%2e", "x" * 2000, f"e-{0:024x}"])
def test_an_export_that_never_was_is_not_found(desk, export_id):
    answer, told = desk.send("GET", f"/exports/{export_id}")
    assert answer["statusCode"] == 404
    assert told["code"] in {"unknown_export", "not_found"}


@pytest.mark.parametrize(
    ("change", "parameter"),
    [({"measures": ["revenu"]}, "measures"), ({"cursor": "x"}, "cursor"), ({"fill": True}, "fill")],
)
def test_what_cannot_be_exported_is_refused_by_name(desk, change, parameter):
    answer, told = desk.export(**change)
    assert answer["statusCode"] == 400
    assert told["errors"][0]["parameter"] == parameter
    assert desk.queries.started == []


def test_a_value_that_no_row_has_is_refused_before_athena_is_asked_for_the_rows(desk, warehouse):
    purpose = VALUES.text("values").splitlines()[0]
    warehouse.rows[purpose] = [
        {"dimension": "state", "value": "Goa"},
        {"dimension": "state", "value": "Kerala"},
    ]
    answer, told = desk.export(filters={"state": ["Keralla"]})
    assert (answer["statusCode"], told["errors"][0]["parameter"]) == (400, "filters.state")
    assert told["errors"][0]["closest"] == ["Kerala"]
    assert desk.queries.started == []
    assert desk.export(filters={"state": ["Kerala"]})[0]["statusCode"] == 202
