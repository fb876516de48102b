"""Every page is fetched, whichever way an API pages, and lands as it was sent."""

import json

import pytest

from tests.unit.pull.api import ok, serving

ORDERS = [{"order_id": f"W{number}", "total": number} for number in range(7)]


def by_page(asked):
    first = (int(asked.query["page"]) - 1) * 3
    return ok({"data": {"orders": ORDERS[first : first + 3]}})


def by_offset(asked):
    first = int(asked.query["offset"])
    return ok({"data": {"orders": ORDERS[first : first + 3]}})


def by_cursor(asked):
    first = int(asked.query.get("after", "c0")[1:])
    following = f"c{first + 3}" if first + 3 < len(ORDERS) else None
    return ok({"data": {"orders": ORDERS[first : first + 3]}, "meta": {"next": following}})


def by_link(asked):
    first = int(asked.query.get("from", 0))
    following = f"/orders?from={first + 3}&size=3" if first + 3 < len(ORDERS) else None
    return ok({"data": {"orders": ORDERS[first : first + 3]}, "links": {"next": following}})


def by_link_header(asked):
    first = int(asked.query.get("from", 0))
    links = ['</orders?from=0>; rel="first"', f'</orders?from={first + 3}>; title="more"; rel="next last"']
    return ok(
        {"data": {"orders": ORDERS[first : first + 3]}}, Link=", ".join(links[: 2 if first + 3 < 7 else 1])
    )


@pytest.mark.parametrize(
    ("answer", "pagination"),
    [
        (by_page, {"type": "page"}),
        (by_offset, {"type": "offset"}),
        (by_cursor, {"type": "cursor", "parameter": "after", "next": "meta.next"}),
        (by_link, {"type": "link", "next": "links.next"}),
        (by_link_header, {"type": "link"}),
    ],
)
def test_all_pages_of_an_api_are_fetched(puller, answer, pagination):
    with serving(answer) as api:
        source = puller.source(api, items="data.orders", pagination=pagination, parameters={"size": 3})
        pulled = puller.pull(source)
    assert (pulled.complete, pulled.pages, pulled.records, pulled.reason) == (True, 3, 7, None)
    assert puller.records() == ORDERS
    assert all(key.startswith("landing/web_orders/shop_orders-") for key in puller.landed())
    assert all(asked.query.get("size") == "3" for asked in api.asked if pagination["type"] != "link")


def test_an_api_without_pages_is_asked_once(puller):
    with serving(lambda asked: ok(ORDERS)) as api:
        pulled = puller.pull(puller.source(api))
    assert (len(api.asked), pulled.pages, pulled.records) == (1, 1, 7)


def test_a_page_shorter_than_asked_for_is_not_the_last(puller):
    pages = {"1": ORDERS[:3], "2": ORDERS[3:4], "3": ORDERS[4:]}
    with serving(lambda asked: ok(pages.get(asked.query["page"], []))) as api:
        puller.pull(puller.source(api, pagination={"type": "page"}))
    assert puller.records() == ORDERS


def test_records_land_digit_by_digit_as_they_were_sent(puller):
    records = (
        '[ {"total": 12.10, "id":9007199254740993,\n "big": 1E400,"name":"\\u0041ß", "nested":{"a":[1.0]}} ]'
    )
    body = '{"meta": {"data": [1]}, "data":\t' + records + ', "next": null}'
    with serving(lambda asked: ok(body)) as api:
        puller.pull(puller.source(api, items="data"))
    assert list(puller.landed().values()) == [records]


def test_of_a_name_that_is_there_twice_the_last_one_counts_as_it_does_for_a_parser(puller):
    with serving(lambda asked: ok('{"data": [{"order_id": "W1"}], "data": [{"order_id": "W2"}]}')) as api:
        puller.pull(puller.source(api, items="data"))
    assert puller.records() == [{"order_id": "W2"}]


def test_an_empty_answer_writes_nothing(puller):
    with serving(lambda asked: ok([])) as api:
        pulled = puller.pull(puller.source(api))
    assert (pulled.complete, pulled.pages, puller.landed()) == (True, 0, {})


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (ok("<html>please log in</html>"), "not JSON"),
        (ok({"data": {"orders": {"1": {}}}}), "no list of records at data.orders"),
        (ok({"error": "gone"}), "no list of records at data.orders"),
        (
            (302, {"Location": "http://elsewhere.example.com/"}, b""),
            "status 302: it points to http://elsewhere",
        ),
        ((404, {}, b"no such thing"), "status 404: no such thing"),
        (
            ok({"data": {"orders": ORDERS}, "next": "http://evil.example.com/orders"}),
            "another host: http://evil.example.com",
        ),
        (ok({"data": {"orders": ORDERS}, "next": "/orders"}), "this one again"),
    ],
)
def test_what_is_not_the_page_that_the_source_file_describes_fails_in_words(puller, answer, complaint):
    with serving(lambda asked: answer) as api:
        source = puller.source(api, items="data.orders", pagination={"type": "link", "next": "next"})
        pulled = puller.pull(source)
    assert complaint in pulled.reason
    assert not pulled.complete
    assert len(api.asked) == 1
    ((subject, message),) = puller.backend.alerts
    assert subject == "saleslake: shop_orders could not be pulled"
    assert complaint in message


def test_a_page_larger_than_its_limit_is_not_read_to_the_end(puller):
    with serving(lambda asked: ok(json.dumps(ORDERS) + " " * 300_000)) as api:
        pulled = puller.pull(puller.source(api, limits={"page_bytes": 100_000}))
    assert pulled.reason == "the page is larger than 100000 bytes (limits.page_bytes)"
    assert puller.landed() == {}
