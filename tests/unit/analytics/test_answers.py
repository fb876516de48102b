"""Answers come from the caches, and always from the release readers see now."""

import json

import pytest

from saleslake.analytics.answers import holds
from saleslake.analytics.cache import TextMemory
from saleslake.analytics.overview import OVERVIEW
from saleslake.zones import api_result_key

from .conftest import FIRST, SECOND, header


def metadata(response):
    return json.loads(response["body"])["metadata"]


def test_the_first_answer_is_computed_the_next_ones_come_from_memory_at_no_cost(site, warehouse):
    site.make_current(FIRST)
    first, second = site.get("/analytics"), site.get("/analytics")
    assert (metadata(first)["cache"], metadata(first)["bytes_scanned"]) == ("miss", 4000)
    assert (metadata(second)["cache"], metadata(second)["bytes_scanned"]) == ("memory", 0)
    assert json.loads(first["body"])["data"] == json.loads(second["body"])["data"]
    assert len(warehouse.asked) == 4


def test_another_process_finds_the_answer_in_the_lake(site, warehouse):
    site.make_current(FIRST)
    first = site.get("/analytics")
    site.restart()
    second = site.get("/analytics")
    assert (metadata(second)["cache"], metadata(second)["bytes_scanned"]) == ("object", 0)
    assert json.loads(first["body"])["data"] == json.loads(second["body"])["data"]
    assert len(warehouse.asked) == 4
    assert (
        json.loads(site.lake.get_bytes(api_result_key(FIRST, OVERVIEW.key)))["metadata"]["release"] == FIRST
    )


def test_a_new_release_and_a_rollback_show_in_the_very_next_answer(site, warehouse):
    seen = []
    for release in (FIRST, SECOND, FIRST):
        site.make_current(release)
        seen.append((metadata(site.get("/analytics"))["release"], len(warehouse.asked)))
    assert seen == [(FIRST, 4), (SECOND, 8), (FIRST, 8)]


def test_a_warm_answer_reads_the_ledger_and_nothing_else(site, warehouse, monkeypatch):
    site.make_current(FIRST)
    site.get("/analytics")

    def refuse(key, *_):
        raise AssertionError(f"{key} was asked for")

    monkeypatch.setattr(site.lake, "get_bytes", refuse)
    monkeypatch.setattr(site.lake, "put_bytes", refuse)
    assert metadata(site.get("/analytics"))["cache"] == "memory"


def test_who_has_the_answer_is_told_so_without_it(site):
    site.make_current(FIRST)
    tag = header(site.get("/analytics"), "ETag")
    again = site.get("/analytics", headers={"If-None-Match": f'"other", {tag}'})
    assert (again["statusCode"], again["body"], header(again, "ETag")) == (304, "", tag)
    site.make_current(SECOND)
    assert site.get("/analytics", headers={"If-None-Match": tag})["statusCode"] == 200


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ('W/"r-1-ab"', True),
        ('"r-1-ab"', True),
        ("*", False),
        ('"x", W/"r-1-ab"', True),
        ('"r-2-ab"', False),
        ("", False),
    ],
)
def test_entity_tags_are_compared_weakly(sent, found):
    assert holds(sent, 'W/"r-1-ab"') is found


def test_a_failed_query_leaves_nothing_in_the_caches(site, warehouse):
    site.make_current(FIRST)
    warehouse.failure = RuntimeError("broken")
    assert site.get("/analytics")["statusCode"] == 500
    assert site.lake.get_bytes(api_result_key(FIRST, OVERVIEW.key)) is None
    warehouse.failure = None
    assert metadata(site.get("/analytics"))["cache"] == "miss"


def test_memory_forgets_what_was_not_used_for_longest_and_stays_within_its_size():
    memory = TextMemory(capacity=10)
    memory.put("r", "a", "12345")
    memory.put("r", "b", "12345")
    memory.get("r", "a")
    memory.put("r", "c", "123")
    assert [memory.get("r", key) is not None for key in "abc"] == [True, False, True]
    memory.put("r", "a", "1")
    memory.put("r", "d", "123456")
    assert [memory.get("r", key) is not None for key in "acd"] == [True, True, True]
    memory.put("r", "huge", "x" * 11)
    assert [memory.get("r", key) for key in ("a", "huge")] == [None, None]
