"""What callers of the API see."""

import json
import logging
import re
from datetime import UTC, datetime

import jsonschema
import pytest

from saleslake import __version__
from saleslake.errors import QueryFailed, QueryInterrupted, QueryTimedOut, Throttled

from .conftest import FIRST, RECORDS, SECOND, SNAPSHOTS, Caller, header


@pytest.fixture
def live(site):
    site.make_current(FIRST)
    return site


def problem(response):
    """The problem document of a response, checked against what every one of them has."""
    body = json.loads(response["body"])
    assert header(response, "Content-Type") == "application/problem+json"
    assert header(response, "Access-Control-Allow-Origin") == "*"
    assert header(response, "Cache-Control") == "no-store"
    assert body["status"] == response["statusCode"]
    assert body["type"] == f"urn:saleslake:{body['code']}"
    assert body["request_id"] == "5f1b1c52-8a55-4c1f-9d0f-6a4b3a1c2d3e"
    return body


def test_analytics_answers_in_the_promised_shape_with_money_to_the_cent(live):
    response = live.get("/analytics")
    assert response["statusCode"] == 200
    text = response["body"]
    assert '"total_revenue":71673394.00,' in text
    assert '"b2b_percentage":0.78,' in text
    assert '"category_performance":[{"category":"Set","revenue":35731673.10,' in text
    body = json.loads(text)
    assert list(body) == ["status", "timestamp", "data", "metadata"]
    assert body["status"] == "success"
    assert abs((datetime.now(UTC) - datetime.fromisoformat(body["timestamp"])).total_seconds()) < 60
    assert list(body["data"]) == ["kpis", "regional_analytics", "category_performance", "monthly_trends"]
    expected = RECORDS | {
        "rollup": "rollup_sales_daily",
        "tables": ["rollup_sales_daily", "fact_sales"],
        "release": FIRST,
        "data_as_of": "2022-06-29",
        "bytes_scanned": 4000,
        "cost_usd": 0.0002,  # four queries, 10 MB each
        "cache": "miss",
    }
    assert body["metadata"] == expected


def test_an_answer_may_be_kept_but_must_be_asked_after_each_time(live):
    response = live.get("/analytics")
    assert header(response, "Cache-Control") == "private, no-cache"
    assert re.fullmatch(rf'W/"{FIRST}-[0-9a-f]{{16}}"', header(response, "ETag"))
    assert "ETag" in header(response, "Access-Control-Expose-Headers")


def test_a_release_without_sales_answers_zeros_and_empty_lists(live, warehouse):
    (kpis,) = warehouse.rows["-- Headline figures"]
    zeros = {name: type(value)(0) for name, value in kpis.items()}
    warehouse.rows = {purpose: [] for purpose in warehouse.rows} | {"-- Headline figures": [zeros]}
    body = json.loads(live.get("/analytics")["body"])
    assert set(body["data"]["kpis"].values()) == {0}
    assert body["data"]["regional_analytics"] == body["data"]["monthly_trends"] == []


def test_health_says_version_and_release_without_a_query(site, warehouse):
    before = json.loads(site.get("/health")["body"])
    assert before == {"status": "ok", "version": __version__, "release": None}
    site.make_current(FIRST)
    assert json.loads(site.get("/health")["body"])["release"] == FIRST
    assert warehouse.asked == []


def test_before_the_first_release_the_answer_says_what_to_do(site):
    response = site.get("/analytics")
    told = problem(response)
    assert (told["status"], told["code"]) == (404, "no_release")
    assert "saleslake load" in told["detail"]


@pytest.mark.parametrize(
    ("path", "right", "closest"),
    [
        ("/analytics", "did you mean state or status?", ["state", "status"]),
        ("/trends", "did you mean state or status?", ["state", "status"]),
        ("/health", "it takes none", []),
        ("/meta", "it takes none", []),
        ("/openapi.json", "it takes none", []),
    ],
)
def test_a_parameter_the_endpoint_does_not_have_is_refused_by_name(live, path, right, closest):
    told = problem(live.get(path, sate="Maharashtra"))
    assert (told["status"], told["code"]) == (400, "unknown_parameter")
    assert told["errors"] == [
        {"parameter": "sate", "detail": f"{path} has no parameter sate: {right}", "closest": closest}
    ]


def test_an_unknown_path_is_not_found(live):
    told = problem(live.get("/analytic", state="Goa"))
    assert (told["status"], told["code"], told["instance"]) == (404, "not_found", "/analytic")


def test_a_wrong_method_is_told_the_right_ones(live):
    response = live.get("/analytics", "POST")
    assert (problem(response)["status"], header(response, "Allow")) == (405, "GET, OPTIONS")


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (QueryTimedOut("query secret was stopped"), 503, "query_timed_out"),
        (Throttled("secret: slow down"), 503, "throttled"),
        (QueryInterrupted("s3://lake/secret"), 503, "query_interrupted"),
        (QueryFailed("TABLE_NOT_FOUND: secret"), QueryFailed.status, "query_failed"),
        (KeyError("secret"), 500, "internal_error"),
    ],
)
def test_what_fails_on_our_side_is_told_without_its_inside(live, warehouse, failure, status, code):
    warehouse.failure = failure
    response = live.get("/analytics")
    told = problem(response)
    assert (told["status"], told["code"]) == (status, code)
    assert told["request_id"] in told["detail"]
    assert "secret" not in response["body"]


@pytest.mark.parametrize(
    ("failure", "retry"), [(Throttled("x"), "5"), (QueryTimedOut("x"), "5"), (QueryFailed("x"), None)]
)
def test_only_what_may_pass_by_itself_says_when_to_try_again(live, warehouse, failure, retry):
    warehouse.failure = failure
    assert header(live.get("/analytics"), "Retry-After") == retry


def test_what_fails_on_our_side_is_in_the_logs_with_its_inside(live, warehouse, caplog):
    warehouse.failure = KeyError("the reason")
    with caplog.at_level(logging.ERROR):
        live.get("/analytics")
    assert "the reason" in caplog.text


@pytest.mark.parametrize(("left", "least", "most"), [(29_000, 24, 25), (10_000, 7, 8)])
def test_queries_end_before_api_gateway_and_lambda_give_up(live, warehouse, left, least, most):
    live.get("/analytics", caller=Caller(left))
    assert all(least < seconds <= most for seconds in warehouse.seconds)


def test_a_preflight_says_what_a_browser_may_send(live):
    response = live.get("/analytics", "OPTIONS")
    assert response["statusCode"] == 204
    assert header(response, "Access-Control-Allow-Origin") == "*"
    assert header(response, "Access-Control-Allow-Methods") == "GET,OPTIONS,POST"
    assert {"X-Api-Key", "If-None-Match"} <= set(header(response, "Access-Control-Allow-Headers").split(","))


@pytest.mark.parametrize(
    ("path", "parameters"),
    [("/analytics", {}), ("/health", {}), ("/analytics", {"sate": "Goa"}), ("/health", {"x": "1"})],
)
def test_answers_are_what_the_openapi_document_promises(live, path, parameters):
    described = json.loads(live.get("/openapi.json")["body"])
    response = live.get(path, **parameters)
    promised = described["paths"][path]["get"]["responses"][str(response["statusCode"])]
    schema = promised["content"][header(response, "Content-Type")]["schema"]
    jsonschema.validate(json.loads(response["body"]), schema | {"components": described["components"]})


def test_an_earlier_release_can_be_asked_for(live, warehouse):
    live.make_current(SECOND)
    body = json.loads(live.get("/analytics", release=FIRST)["body"])
    assert body["metadata"]["release"] == FIRST
    assert all(f"FOR VERSION AS OF {SNAPSHOTS[FIRST]}" in statement for statement in warehouse.asked)
    assert json.loads(live.get("/analytics")["body"])["metadata"]["release"] == SECOND


@pytest.mark.parametrize(
    ("status", "code", "http"),
    [("withdrawn", "release_gone", 410), ("expired", "release_gone", 410), (None, "unknown_release", 404)],
)
def test_a_release_that_is_not_kept_is_not_answered_from_even_if_it_was_before(live, status, code, http):
    assert live.get("/analytics", release=FIRST)["statusCode"] == 200
    live.statuses[FIRST] = status
    told = problem(live.get("/analytics", release=FIRST))
    assert (told["code"], told["status"]) == (code, http)
    assert FIRST in told["detail"]


@pytest.mark.parametrize("release", ["current", "", "r-1/../../x", "R-20220501T020000Z-aaaaaa"])
def test_what_is_no_release_id_is_refused_as_such(live, release):
    told = problem(live.get("/analytics", release=release))
    assert (told["code"], told["status"]) == ("invalid_parameter", 400)


def test_the_catalogue_names_every_column_and_parameter_and_shows_no_sql(live):
    page = live.get("/meta")
    data = json.loads(page["body"])["data"]
    dimensions = {entry["name"]: entry for entry in data["dimensions"]}
    assert dimensions["is_b2b"]["parameter"] == "b2b"
    assert dimensions["warehouse"]["sources"] == ["stock"]
    assert all("sources" not in entry for entry in data["sources"])
    products = next(entry for entry in data["endpoints"] if entry["path"] == "/products")
    assert {entry["name"] for entry in products["derived"]} >= {"revenue_rank", "abc_class"}
    assert "brand" in products["lookups"][0]["columns"]
    assert "SUM(" not in page["body"]
