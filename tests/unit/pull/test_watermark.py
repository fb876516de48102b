"""What is known is not asked for again, and nothing is known before it has been written."""

import datetime as dt

import pytest

from tests.unit.pull.api import busy, ok, serving

MARK = {"field": "updated_at", "parameter": "updated_since"}
JANUARY = [{"order_id": f"W{day}", "updated_at": f"2026-01-{day:02d}T10:00:00+05:30"} for day in range(1, 8)]


def shop(records, size=3):
    """An API that knows ``updated_since`` and pages."""

    def answer(asked):
        wanted = [entry for entry in records if entry["updated_at"] >= asked.query.get("updated_since", "")]
        first = int(asked.query["offset"])
        return ok(wanted[first : first + size])

    return answer


def paged(puller, api, **mark):
    return puller.source(api, pagination={"type": "offset"}, watermark={**MARK, **mark})


def test_the_next_pull_asks_from_where_the_last_one_ended(puller):
    records = list(JANUARY[:4])
    with serving(shop(records)) as api:
        first = puller.pull(paged(puller, api))
        records += JANUARY[4:]
        second = puller.pull(paged(puller, api))
    assert "updated_since" not in api.asked[0].query
    assert api.asked[-1].query["updated_since"] == "2026-01-04T10:00:00+05:30"
    assert (first.records, second.records) == (4, 4)  # the record at the mark comes twice
    assert second.watermark == "2026-01-07T10:00:00+05:30"
    assert {record["order_id"] for record in puller.records()} == {f"W{day}" for day in range(1, 8)}


def test_the_very_first_pull_asks_from_the_start_the_source_file_names(puller):
    with serving(shop([])) as api:
        pulled = puller.pull(paged(puller, api, start="2025-01-01T00:00:00Z"))
    assert api.asked[0].query["updated_since"] == "2025-01-01T00:00:00Z"
    assert pulled.watermark is None  # nothing came, so nothing is known


def test_the_overlap_is_asked_for_again(puller):
    with serving(shop(JANUARY)) as api:
        puller.pull(paged(puller, api, overlap_seconds=3600))
        puller.pull(paged(puller, api, overlap_seconds=3600))
    assert api.asked[-1].query["updated_since"] == "2026-01-07T03:30:00Z"


def test_the_greatest_moment_counts_whatever_its_zone_and_place(puller):
    moments = ["2026-01-02T00:30:00+05:30", "2026-01-01T20:00:00Z", "2026-01-01T23:00:00+05:30"]
    with serving(lambda asked: ok([{"updated_at": moment} for moment in moments])) as api:
        pulled = puller.pull(puller.source(api, watermark=MARK))
    assert pulled.watermark == "2026-01-01T20:00:00Z"


@pytest.mark.parametrize(
    ("kind", "values", "greatest"),
    [("integer", [9, 10, "8"], "10"), ("date", ["2026-01-09", "2026-01-10"], "2026-01-10")],
)
def test_numbers_and_days_are_watermarks_as_well(puller, kind, values, greatest):
    with serving(lambda asked: ok([{"n": {"seq": value}} for value in values])) as api:
        mark = {"field": "n.seq", "parameter": "after", "type": kind}
        assert puller.pull(puller.source(api, watermark=mark)).watermark == greatest


def test_a_record_from_the_future_does_not_hide_what_comes_until_then(puller):
    with serving(lambda asked: ok([{"updated_at": "2926-01-01T00:00:00Z"}])) as api:
        began = dt.datetime.now(dt.UTC)
        mark = dt.datetime.fromisoformat(puller.pull(puller.source(api, watermark=MARK)).watermark)
    assert began <= mark <= dt.datetime.now(dt.UTC)


@pytest.mark.parametrize(
    ("records", "complaint"),
    [
        ([{"changed": "2026-01-01T00:00:00Z"}], "no record has the watermark's field 'updated_at'"),
        ([{"updated_at": "yesterday"}], "updated_at 'yesterday' is no timestamp"),
    ],
)
def test_a_watermark_that_cannot_be_read_is_no_watermark(puller, records, complaint):
    with serving(lambda asked: ok(records)) as api:
        pulled = puller.pull(puller.source(api, watermark=MARK))
    assert (pulled.reason, pulled.watermark) == (complaint, None)


def test_a_failure_between_two_pages_moves_no_watermark_and_the_next_pull_goes_on_there(puller):
    healthy = shop(JANUARY)
    down = [True]

    def flaky(asked):
        return busy(503) if asked.query["offset"] == "3" and down[0] else healthy(asked)

    with serving(flaky) as api:
        failed = puller.pull(paged(puller, api))
        assert (failed.complete, failed.pages, failed.watermark) == (False, 1, None)
        assert "watermark" not in puller.kept()
        down[0] = False
        done = puller.pull(paged(puller, api))
    assert (done.complete, done.pages, done.watermark) == (True, 2, "2026-01-07T10:00:00+05:30")
    assert puller.records() == JANUARY


def test_a_process_killed_between_two_pages_leaves_the_watermark_and_a_retry_ends_in_the_same_state(puller):
    class Killed(BaseException):
        pass

    written, put = [], puller.backend.landing.put_bytes

    def die_at_the_second(key, body, kind):
        if written:
            raise Killed
        written.append(key)
        put(key, body, kind)

    with serving(shop(JANUARY)) as api:
        puller.backend.landing.put_bytes = die_at_the_second
        with pytest.raises(Killed):
            puller.pull(paged(puller, api))
        assert puller.kept() is None
        puller.backend.landing.put_bytes = put
        done = puller.pull(paged(puller, api))
    assert (done.complete, done.watermark) == (True, "2026-01-07T10:00:00+05:30")
    texts = list(puller.landed().values())
    assert {record["order_id"] for record in puller.records()} == {f"W{day}" for day in range(1, 8)}
    assert len(set(texts)) == 3  # the page that came twice has the same bytes: ingest takes them once


def test_a_pull_that_runs_out_of_time_goes_on_the_next_time(puller):
    left = iter([600, 10])
    with serving(shop(JANUARY, size=2)) as api:
        first = puller.pull(paged(puller, api), seconds_left=lambda: next(left))
        assert (first.complete, first.reason, first.pages) == (False, None, 2)
        second = puller.pull(paged(puller, api))
    assert [asked.query["offset"] for asked in api.asked] == ["0", "2", "4", "6", "7"]
    assert (second.complete, second.watermark) == (True, "2026-01-07T10:00:00+05:30")
    assert puller.records() == JANUARY
    assert len(puller.landed()) == 4


def test_a_pull_stops_after_so_many_pages_and_goes_on_the_next_time(puller):
    with serving(shop(JANUARY, size=2)) as api:
        source = puller.source(api, pagination={"type": "offset"}, watermark=MARK, limits={"pages": 3})
        assert [puller.pull(source).complete for _ in range(2)] == [False, True]
    assert puller.records() == JANUARY


def test_a_place_the_api_no_longer_knows_is_given_up_for_the_watermark(puller):
    gone = [False]

    def expiring(asked):
        if "cursor" not in asked.query:
            return ok({"items": JANUARY[:3], "next": "c1"})
        return (410, {}, b"cursor expired") if gone[0] else ok({"items": JANUARY[3:], "next": None})

    with serving(expiring) as api:
        source = puller.source(
            api, items="items", pagination={"type": "cursor", "next": "next"}, watermark=MARK
        )
        assert not puller.pull(source, seconds_left=1).complete
        gone[0] = True
        assert "cursor expired" in puller.pull(source).reason
        gone[0] = False
        assert puller.pull(source).complete
    assert "cursor" not in api.asked[-2].query


def test_an_older_pull_that_ends_later_does_not_move_the_watermark_back(puller):
    records = list(JANUARY)
    with serving(shop(records)) as api:
        puller.pull(paged(puller, api, overlap_seconds=10 * 86400))
        del records[3:]
        pulled = puller.pull(paged(puller, api, overlap_seconds=10 * 86400))
    assert pulled.watermark == "2026-01-07T10:00:00+05:30"
