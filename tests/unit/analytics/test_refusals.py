"""What an asker is told to do about a question that is too big."""

import json

import pytest

from saleslake.errors import QueryTimedOut, TooMuchData

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
