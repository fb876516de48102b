"""`saleslake query`, with an Athena that has two saved queries."""

from collections.abc import Callable
from decimal import Decimal

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
