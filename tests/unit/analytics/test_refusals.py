"""What an asker is told to do about a question that is too big."""

import json

import pytest

from saleslake.errors import QueryTimedOut, TooMuchData
from saleslake.metrics.built import catalogue
from saleslake.metrics.view import view_tables

from .conftest import FIRST, header


@pytest.mark.parametrize(
    ("failure", "status", "retry"),
    [
        (TooMuchData("Bytes scanned limit was exceeded"), 422, None),
        (QueryTimedOut("query q was stopped"), 503, "5"),
    ],
)
def test_a_question_that_is_too_big_is_told_what_to_narrow_and_what_takes_it_as_it_is(
    site, warehouse, failure, status, retry
):
    site.make_current(FIRST)
    warehouse.failure = failure
    response = site.get("/analytics")
    told = json.loads(response["body"])
    assert (response["statusCode"], told["code"]) == (status, failure.code)
    assert "from" in told["detail"]
    assert "POST /exports" in told["detail"]
    assert header(response, "Retry-After") == retry


@pytest.mark.parametrize(
    "failure", [TooMuchData("Bytes scanned limit was exceeded"), QueryTimedOut("stopped")]
)
@pytest.mark.parametrize("path", ["/segments", "/customers", "/customers/C1", "/recommendations/P1"])
def test_where_neither_days_nor_an_export_help_none_are_advised(site, warehouse, failure, path):
    views = (entry.view for entry in catalogue().endpoints if entry.view and not entry.is_of_runs)
    of_the_views = {table for view in views for table in view_tables(view)}
    key = f"releases/{FIRST}.json"
    document = json.loads(site.lake[key])
    document["tables"] |= dict.fromkeys(of_the_views, document["tables"]["fact_sales"])
    site.lake[key] = json.dumps(document).encode()
    site.make_current(FIRST)
    warehouse.failure = failure
    told = json.loads(site.get(path)["body"])
    assert told["code"] == failure.code
    assert f"/{path.split('/')[1]}" in told["detail"]
    assert "POST /query" in told["detail"]
    assert not {"from", "to,"} & set(told["detail"].split())
    assert "exports" not in told["detail"]
