"""What callers of the deployed API see over HTTP, on a small release made by hand."""

import json
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest

ROOT = Path(__file__).parents[2]
HEADER = "Order ID;Date;Status;Fulfilment;SKU;Category;Qty;Amount;ship-state;B2B;currency"

LINES = """\
405-1;04-30-22;Shipped;Amazon;A;Set;1;100.00;Goa;True;INR
405-1;04-30-22;Shipped;Amazon;B;Set;2;0.25;Goa;True;INR
405-2;05-01-22;Shipped;Merchant;C;kurta;1;200.10;Kerala;False;INR
405-3;05-01-22;Cancelled;Merchant;D;Blouse;1;999.99;Assam;False;INR
405-4;05-02-22;Shipped;Amazon;E;kurta;1;;;False;
"""


@pytest.fixture(scope="module")
def live(lake, tmp_path_factory):
    """The stack once the lines are published; before that, what it says of an empty lake is on it as ``empty``."""
    lake.empty = lake.get("/analytics")
    lake.empty_health = lake.get("/health")
    report = tmp_path_factory.mktemp("api") / "report.csv"
    report.write_text(f"{HEADER}\n{LINES}")
    (delivery,) = lake.load(report)
    assert delivery["outcome"] == "accepted"
    return lake


def ask(lake, path, method="GET", **headers):
    """Status, headers and text of any request."""
    request = urllib.request.Request(lake.outputs["ApiUrl"] + path, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


def test_before_the_first_release_the_api_says_so_and_what_to_do(live):
    assert live.empty_health.json["release"] is None
    assert (live.empty.status, live.empty.json["code"]) == (404, "no_release")
    assert live.empty.headers["Content-Type"] == "application/problem+json"
    assert "saleslake load" in live.empty.json["detail"]


def test_every_figure_is_what_a_person_computes_from_the_lines(live):
    answer = live.analytics()
    assert answer["data"]["kpis"] == {
        "total_revenue": Decimal("300.35"),
        "total_orders": 4,
        "distinct_orders": 3,
        "average_order_value": Decimal("75.09"),  # 75.0875
        "total_quantity_sold": 5,
        "b2b_revenue": Decimal("100.25"),
        "b2c_revenue": Decimal("200.10"),
        "b2b_percentage": Decimal("33.38"),  # 33.3777…
        "amazon_fulfilled_orders": 3,
        "merchant_fulfilled_orders": 1,
    }
    assert answer["data"]["regional_analytics"] == [
        {"state": "Kerala", "revenue": Decimal("200.10"), "order_count": 1},
        {"state": "Goa", "revenue": Decimal("100.25"), "order_count": 2},
        {"state": "Unknown", "revenue": Decimal("0.00"), "order_count": 1},
    ]
    assert answer["data"]["category_performance"] == [
        {
            "category": "kurta",
            "revenue": Decimal("200.10"),
            "quantity_sold": 2,
            "order_count": 2,
            "avg_order_value": Decimal("100.05"),
        },
        {
            "category": "Set",
            "revenue": Decimal("100.25"),
            "quantity_sold": 3,
            "order_count": 2,
            "avg_order_value": Decimal("50.13"),  # 50.125, half up
        },
    ]
    assert answer["data"]["monthly_trends"] == [
        {
            "year_month": "2022-04",
            "month_name": "Apr",
            "revenue": Decimal("100.25"),
            "order_count": 2,
            "avg_order_value": Decimal("50.13"),
        },
        {
            "year_month": "2022-05",
            "month_name": "May",
            "revenue": Decimal("200.10"),
            "order_count": 2,
            "avg_order_value": Decimal("100.05"),
        },
    ]
    metadata = answer["metadata"]
    assert [metadata[name] for name in ("total_records", "active_records", "cancelled_records")] == [5, 4, 1]
    assert metadata["release"] == live.get("/health").json["release"]


def test_money_has_two_decimals_in_the_text(live):
    _, _, text = ask(live, "/analytics")
    assert '"b2c_revenue":200.10,' in text


def test_the_answer_after_the_first_costs_nothing(live):
    live.analytics()
    metadata = live.analytics()["metadata"]
    assert metadata["cache"] in {"memory", "object"}
    assert metadata["bytes_scanned"] == 0


def test_a_burst_of_a_question_nobody_asked_before_is_one_query(live):
    with ThreadPoolExecutor(12) as callers:
        answers = list(callers.map(lambda _: live.get("/kpis?from=2022-04-30&to=2022-05-03"), range(12)))
    assert {answer.status for answer in answers} == {200}
    assert len({str(answer.json["data"]) for answer in answers}) == 1
    athena = live.client("athena")
    ids = athena.list_query_executions(WorkGroup=f"{live.outputs['WorkGroupName']}-api", MaxResults=50)
    asked = athena.batch_get_query_execution(QueryExecutionIds=ids["QueryExecutionIds"])["QueryExecutions"]
    assert sum("DATE '2022-05-03'" in query["Query"] for query in asked) == 1


def test_who_has_the_answer_gets_304_without_a_body(live):
    tag = live.get("/analytics").headers["ETag"]
    status, headers, text = ask(live, "/analytics", **{"If-None-Match": tag})
    assert (status, headers["ETag"], text) == (304, tag, "")


def test_an_unknown_parameter_is_refused_by_name_for_browsers_too(live):
    status, headers, text = ask(live, "/analytics?sate=Goa", Origin="https://dashboard.example.com")
    assert (status, headers["Content-Type"]) == (400, "application/problem+json")
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert json.loads(text)["errors"][0]["parameter"] == "sate"


@pytest.mark.parametrize(
    ("method", "path", "status", "allowed"),
    [
        ("GET", "/nowhere", 404, None),
        ("POST", "/analytics", 405, "GET, OPTIONS"),
        ("DELETE", "/customers/C1", 405, "GET, OPTIONS"),
        ("POST", "/", 405, "GET, OPTIONS"),
        ("PUT", "/query", 405, "OPTIONS, POST"),
        ("GET", "/exports", 405, "OPTIONS, POST"),
        ("PATCH", "/exports/e-0", 405, "GET, OPTIONS"),
    ],
)
def test_a_wrong_address_or_method_is_a_problem_document(live, method, path, status, allowed):
    answered, headers, text = ask(live, path, method, Origin="https://dashboard.example.com")
    told = json.loads(text)
    assert (answered, told["status"], told["instance"]) == (status, status, path)
    assert headers.get("Allow") == allowed
    assert headers["Content-Type"] == "application/problem+json"
    assert headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", ["", "/"])
def test_who_opens_the_address_of_the_api_finds_its_docs(live, path):
    assert ask(live, path)[::2] == ask(live, "/docs")[::2]
    assert ask(live, path)[1]["Content-Type"] == "text/html; charset=utf-8"


def test_a_preflight_needs_no_key_and_says_what_may_be_sent(live):
    status, headers, _ = ask(
        live,
        "/analytics",
        "OPTIONS",
        Origin="https://dashboard.example.com",
        **{"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "x-api-key"},
    )
    assert status in {200, 204}
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert "GET" in headers["Access-Control-Allow-Methods"]
    assert "x-api-key" in headers["Access-Control-Allow-Headers"].lower()


def test_the_document_served_is_the_committed_one_and_the_answers_keep_to_it(live):
    _, _, served = ask(live, "/openapi.json")
    assert served == (ROOT / "docs" / "openapi.json").read_text(encoding="utf-8")
    described = json.loads(served)
    for path, operations in described["paths"].items():
        if "get" not in operations:
            continue
        status, headers, text = ask(live, urllib.parse.quote(path))
        promised = operations["get"]["responses"][str(status)]["content"]
        schema = promised[headers["Content-Type"]]["schema"]
        jsonschema.validate(json.loads(text), schema | {"components": described["components"]})
