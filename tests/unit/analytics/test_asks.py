"""What is asked most is counted cheaply, and answered ahead."""

import json

import pytest

from saleslake.analytics.answers import Answers
from saleslake.analytics.api import create_api
from saleslake.analytics.asks import FIRST_SECONDS, SECONDS, Asks, most_asked
from saleslake.analytics.overview import OVERVIEW
from saleslake.analytics.refresh import event_of, refresh
from saleslake.errors import Throttled

from .conftest import FIRST, SECOND, Caller

ASK = ("GET", "/analytics", (), "")


def event(path="/analytics", **given):
    return {"httpMethod": "GET", "path": path, "multiValueQueryStringParameters": given or None, "body": None}


@pytest.fixture
def lake(site):
    site.lake.keys = lambda prefix: [key for key in site.lake if key.startswith(prefix)]
    return site.lake


class Process:
    """One process that is asked, at times of our choosing."""

    def __init__(self, lake):
        self.now = 1_750_000_000.0
        self.asks = Asks(lake, clock=lambda: self.now)

    def ask(self, *events, after=0.0, status=200):
        self.now += after
        for asked in events:
            self.asks.note(asked, status)


def test_counts_of_all_processes_add_up_and_the_most_asked_comes_first(lake):
    one, other = Process(lake), Process(lake)
    one.ask(event(), event(state=["Goa"]), event(state=["Goa"]), after=FIRST_SECONDS)
    other.ask(event("/kpis"), event(), event(), after=FIRST_SECONDS)
    for process in (one, other):
        process.ask(event(), after=SECONDS)
    assert most_asked(lake, 2) == [ASK, ("GET", "/analytics", (("state", ("Goa",)),), "")]
    assert len(most_asked(lake, 9)) == 3


def test_a_process_writes_one_small_object_every_few_minutes(lake):
    process = Process(lake)
    written = []
    lake.put_bytes = lambda key, body, kind: written.append(key)
    process.ask(*[event()] * 50)
    assert written == []
    process.ask(event(), event(), after=FIRST_SECONDS)
    process.ask(*[event()] * 50, after=SECONDS - 1)
    process.ask(event(), after=1)
    assert len(written) == 2
    assert len(set(written)) == 1


def test_what_will_not_be_asked_again_is_not_counted(lake):
    process = Process(lake)
    process.ask(
        event("/health"),
        event(release=["r-1"]),
        event(cursor=["x"]),
        event(),
        after=FIRST_SECONDS,
        status=200,
    )
    process.ask(event(state=["nowhere"]), after=SECONDS, status=400)
    assert most_asked(lake, 9) == [ASK]


def test_an_asker_does_not_suffer_when_the_count_cannot_be_written(lake, caplog):
    def refuse(*_):
        raise PermissionError("no")

    lake.put_bytes = refuse
    Process(lake).ask(event(), after=FIRST_SECONDS)
    assert "could not be written down" in caplog.text


def test_after_a_refresh_nobody_waits_for_athena(site, warehouse):
    site.make_current(FIRST)
    answers = Answers(site, site.lake, warehouse, database="sales")
    api = create_api(answers)

    def ask(asked):
        return api.resolve(dict(asked), Caller())

    site.make_current(SECOND)
    assert refresh(answers, [OVERVIEW], [ASK], ask, seconds=60) == (2, 1, 0)
    asked = len(warehouse.asked)
    assert json.loads(site.get("/analytics")["body"])["metadata"]["cache"] == "object"
    assert len(warehouse.asked) == asked


def test_a_question_that_cannot_be_refreshed_leaves_the_others(site, warehouse, caplog):
    site.make_current(FIRST)
    answers = Answers(site, site.lake, warehouse, database="sales")
    warehouse.failure = Throttled("slow down")
    found = refresh(answers, [OVERVIEW, OVERVIEW], [], lambda _: {}, seconds=60)
    assert (found.questions, found.failed) == (2, 2)
    assert "not refreshed" in caplog.text


def test_a_refresh_ends_in_time(site, warehouse):
    site.make_current(FIRST)
    answers = Answers(site, site.lake, warehouse, database="sales")
    assert refresh(answers, [OVERVIEW], [ASK], lambda _: {}, seconds=-1).questions == 0


def test_a_question_is_asked_again_as_it_came():
    again = event_of(("GET", "/kpis", (("state", ("Goa", "Kerala")),), ""))
    assert again["multiValueQueryStringParameters"] == {"state": ["Goa", "Kerala"]}
    assert again["body"] is None
    assert event_of(("POST", "/query", (), "{}"))["body"] == "{}"
