"""`saleslake pull` says what came of each source, and asks until there is no more."""

import pytest

from saleslake.aws.invoke import Answer
from saleslake.cli import pull as module  # the command: its globals are the module's

DONE = {
    "source": "shop_orders",
    "dataset": "web_orders",
    "complete": True,
    "pages": 3,
    "records": 1200,
    "watermark": "2026-01-07T10:00:00Z",
    "reason": None,
}


@pytest.fixture
def function(monkeypatch):
    """Stands for the deployed pull function: gives the answers it is told to, and keeps what it was asked."""

    class Function(list):
        answers: list

    asked = Function()

    def invoke(name, event, client):
        assert name == "stack-PullFunction-1"
        asked.append(event["source"])
        answer = asked.answers.pop(0)
        return answer if isinstance(answer, Answer) else Answer({"sources": answer}, False, "")

    globals_ = module.callback.__wrapped__.__globals__
    monkeypatch.setitem(globals_, "invoke", invoke)
    monkeypatch.setitem(globals_, "functions", lambda stack: {"PullFunction": "stack-PullFunction-1"})
    return asked


def test_it_says_what_came_and_how_far_the_source_is_known(saleslake, function):
    function.answers = [[DONE, {**DONE, "source": "prices", "watermark": None}]]
    result = saleslake("pull")
    assert result.output.splitlines() == [
        "shop_orders: 1,200 records on 3 pages for web_orders, known up to 2026-01-07T10:00:00Z",
        "prices: 1,200 records on 3 pages for web_orders",
    ]
    assert (result.exit_code, function) == (0, [None])


def test_it_asks_again_for_a_source_that_has_more(saleslake, function):
    function.answers = [[{**DONE, "complete": False}], [DONE]]
    result = saleslake("pull", "shop_orders")
    assert "and more to come" in result.output.splitlines()[0]
    assert (result.exit_code, function) == (0, ["shop_orders", "shop_orders"])


def test_a_source_that_fails_is_exit_code_1(saleslake, function):
    function.answers = [[{**DONE, "complete": False, "reason": "status 404: no such thing"}, DONE]]
    result = saleslake("pull")
    assert "then it failed: status 404: no such thing" in result.output
    assert result.exit_code == 1
    assert len(function) == 1


def test_an_unknown_source_is_said_in_the_words_of_the_function(saleslake, function):
    function.answers = [Answer({"errorMessage": "no source 'shop'; there are: none"}, True, "")]
    result = saleslake("pull", "shop")
    assert result.output == "Error: no source 'shop'; there are: none\n"
    assert result.exit_code == 1


def test_without_sources_it_says_where_to_read_on(saleslake, function):
    function.answers = [[]]
    assert saleslake("pull").output == "no sources: see docs/sources.md\n"
