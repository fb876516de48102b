"""What the parameters of a request ask for, and how a request that cannot be meant is told so."""

import base64
import re
from datetime import date
from decimal import Decimal

import pytest

from saleslake.analytics.cursor import Cursor, read_cursor
from saleslake.analytics.endpoints import named_questions
from saleslake.analytics.gaps import filled
from saleslake.analytics.named import usual, wanted
from saleslake.analytics.problem import FaultyParameters, UnknownParameter
from saleslake.analytics.semantic import asked_by, read_query
from saleslake.metrics.built import catalogue
from saleslake.metrics.planner import columns
from saleslake.metrics.request import Request

from .conftest import header


def ask(name: str, **given):
    """The question a named endpoint is asked with these parameters."""
    values = {key.rstrip("_"): [value] if isinstance(value, str) else value for key, value in given.items()}
    frozen = tuple(sorted((key, tuple(texts)) for key, texts in values.items()))
    return wanted(catalogue().endpoint(name), frozen)


def faults(name: str, **given) -> dict[str, str]:
    """What is wrong with each parameter."""
    with pytest.raises(FaultyParameters) as refused:
        ask(name, **given)
    return {fault.parameter: fault.detail for fault in refused.value.faults}


def test_equal_questions_have_one_key_and_others_have_others():
    one = ask("regions", state=["Goa", "Assam"], b2b="true").asked
    assert one.key == ask("regions", b2b="true", state=["Assam", "Goa", "Goa"]).asked.key
    others = [
        usual(catalogue().endpoint("regions")),
        ask("regions", state="Goa", b2b="true").asked,
        ask("regions", state=["Goa", "Assam"], b2b="false").asked,
        ask("regions", state=["Goa", "Assam"], b2b="true", limit="5").asked,
        ask("regions", state=["Goa", "Assam"], b2b="true", fields="revenue").asked,
        ask("regions", state=["Goa", "Assam"], b2b="true", from_="2025-01-01").asked,
    ]
    assert len({one.key, *(other.key for other in others)}) == len(others) + 1


def test_every_fault_is_told_and_not_only_the_first():
    assert set(faults("trends", from_="yesterday", grain="hour", limit="0", b2b="yes", cursor="!")) == {
        "from",
        "grain",
        "limit",
        "b2b",
        "cursor",
    }


@pytest.mark.parametrize(
    ("given", "parameter"),
    [
        ({"from_": "2025-02-30"}, "from"),
        ({"from_": "2025-2-3"}, "from"),
        ({"from_": "20250203"}, "from"),
        ({"from_": "2025-W18-1"}, "from"),
        ({"from_": "1899-12-31"}, "from"),
        ({"to": "2200-01-01"}, "to"),
        ({"limit": "٣"}, "limit"),
        ({"limit": "1e2"}, "limit"),
        ({"limit": ["1", "2"]}, "limit"),
        ({"state": "a\x00b"}, "state"),
        ({"state": "x" * 201}, "state"),
        ({"state": ["x"] * 101}, "state"),
        ({"release": "current"}, "release"),
        ({"compare": "previous_year"}, "compare"),
        ({"fields": "revenue,"}, "fields"),
        ({"order": "--revenue"}, "order"),
    ],
)
def test_a_value_that_cannot_be_used_is_told_with_its_parameter(given, parameter):
    assert list(faults("trends", **given)) == [parameter]


def test_a_parameter_of_another_endpoint_is_unknown():
    with pytest.raises(UnknownParameter, match="/customers has no parameter from"):
        ask("customers", from_="2025-01-01")
    with pytest.raises(UnknownParameter, match="/quality has no parameter release"):
        ask("quality", release="r-1")  # it tells of runs


@pytest.mark.parametrize("name", ["products", "regions", "trends", "categories", "reps"])
def test_fields_leave_the_rows_and_their_order_as_they_are(name):
    usually = ask(name).asked
    fewer = ask(name, fields=usually.shown[0]).asked
    assert fewer.shown == usually.shown[:1]
    assert fewer.request.measures == usually.request.measures  # which groups there are depends on all of them
    assert fewer.request.order == usually.request.order
    assert fewer.fill == usually.fill


def test_what_is_sorted_by_is_computed_also_where_it_is_not_shown():
    asked = ask("products", fields="product_id,profit", order="-abc_class").asked
    assert asked.shown == ("product_id", "profit")
    assert [entry.name for entry in asked.request.derived] == ["abc_class"]


def test_a_filter_on_a_day_takes_days():
    (picked,) = ask("customers", cohort_month="2025-01-01").asked.request.filters
    assert picked.values == (date(2025, 1, 1),)
    assert "2025-13" in faults("customers", cohort_month="2025-13")["cohort_month"]


def test_a_row_about_everything_is_computed_from_the_measures_it_shows():
    assert ask("kpis", fields="units").asked.request.measures == ("units",)


def test_a_cursor_is_read_as_it_was_written_and_nothing_else_is():
    cursor = Cursor("r-20220630T020000Z-0a1b2c", "0123456789abcdef", 200)
    assert read_cursor(cursor.text()) == cursor
    for text in ("", "x", "é", cursor.text()[:-3], "WzEsMiwzXQ", "bnVsbA", cursor.text() + "A"):
        with pytest.raises(FaultyParameters):
            read_cursor(text)


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 12_000,
        b'["", "0123456789abcdef", 5]',
        b'["r-\\ud800", "0123456789abcdef", 5]',
        b'["r-\\u0000", "0123456789abcdef", 5]',
        b'["../../x", "0123456789abcdef", 5]',
        b'["r-1", "0123456789abcdef", true]',
        b'["r-1", "0123456789abcdef", -1]',
        b'["r-%s", "0123456789abcdef", 5]' % (b"x" * 3000),
    ],
    ids=lambda content: content[:20].decode(),
)
def test_a_forged_cursor_is_refused_before_anybody_is_asked_for_its_release(content):
    with pytest.raises(FaultyParameters):
        read_cursor(base64.urlsafe_b64encode(content).decode())


def test_a_cursor_goes_on_on_its_release_with_its_question_only():
    first = ask("products", limit="5")
    cursor = Cursor("r-1", first.asked.question[:16], 5).text()
    following = ask("products", limit="7", cursor=cursor)
    assert (following.release, following.asked.offset, following.asked.limit) == ("r-1", 5, 7)
    assert "another question" in faults("products", channel="web", cursor=cursor)["cursor"]
    assert "release r-1" in faults("products", release="r-2", cursor=cursor)["cursor"]


def test_gaps_are_filled_for_each_group_with_zeros_and_without_ratios():
    request = Request(
        source="sales",
        measures=("revenue", "average_order_value"),
        by=("month", "channel"),
        first=date(2024, 11, 20),
        last=date(2025, 1, 2),
    )
    row = {
        "month": date(2024, 12, 1),
        "channel": "web",
        "revenue": Decimal("5.00"),
        "average_order_value": None,
    }
    found = filled([row], request, columns(request, catalogue()))
    assert [(line["month"].isoformat(), line["revenue"]) for line in found] == [
        ("2024-11-01", 0),
        ("2024-12-01", 5),
        ("2025-01-01", 0),
    ]
    assert {line["channel"] for line in found} == {"web"}
    assert found[0]["average_order_value"] is None
    assert filled([], request, columns(request, catalogue())) == []
    with pytest.raises(
        FaultyParameters, match=r"every day of every group \(1 of them\) makes more than 10,000"
    ):
        endless = request.model_copy(
            update={"by": ("day",), "first": date(1900, 1, 1), "last": date(2199, 1, 1)}
        )
        filled([], endless, columns(endless, catalogue()))


def test_a_level_that_was_not_measured_is_missing_where_a_count_is_0():
    request = Request(
        source="stock", measures=("on_hand",), by=("day",), first=date(2025, 12, 21), last=date(2025, 12, 23)
    )
    measured = {"day": date(2025, 12, 22), "on_hand": 0}
    found = filled([measured], request, columns(request, catalogue()))
    assert [row["on_hand"] for row in found] == [None, 0, None]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            '{"measures": ["revenue"], "limit": "ten"}',
            "limit cannot be 'ten': Input should be a valid integer",
        ),
        (
            '{"measures": ["revenue"], "filters": {"state": [7]}}',
            "filters.state.0 cannot be 7: it takes text of at most 200 characters, true, false or null",
        ),
        (
            '{"measures": ["revenue"], "ordr": []}',
            "ordr: Extra inputs are not permitted: did you mean order?",
        ),
        ("{}", "measures: Field required"),
    ],
)
def test_a_fault_of_a_query_tells_the_value_and_the_right_ones_once(body, told):
    with pytest.raises(FaultyParameters) as refused:
        read_query(body)
    assert [fault.detail for fault in refused.value.faults] == [told]


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ("", "body"),
        ("[]", "body"),
        ("{}", "measures"),
        ('{"measures": []}', "measures"),
        ('{"measures": ["revenue"], "grain": "hour"}', "grain"),
        ('{"measures": ["revenue"], "from": "1899-01-01"}', "from"),
        ('{"measures": ["revenue"], "limit": "5"}', "limit"),
        ('{"measures": ["revenu"]}', "measures"),
        ('{"measures": ["revenue"], "dimensions": ["device"]}', "dimensions"),
        ('{"measures": ["revenue", "visits"]}', "measures"),
        ('{"measures": ["revenue"], "filters": {"is_b2b": ["yes"]}}', "filters.is_b2b"),
        ('{"measures": ["revenue"], "filters": {"state": [true]}}', "filters.state"),
        ('{"measures": ["on_hand"]}', "grain"),
        ('{"measures": ["revenue"], "fill": true}', "fill"),
        ('{"measures": ["revenue"], "order": ["-profit"]}', "order"),
        ('{"measures": ["revenue"], "source": "reps"}', "source"),
    ],
)
def test_a_query_that_cannot_be_meant_is_told_where(body, parameter):
    with pytest.raises(FaultyParameters) as refused:
        asked_by(read_query(body))
    assert parameter in {fault.parameter.split(".0")[0] for fault in refused.value.faults}


def test_a_query_is_computed_from_the_first_source_that_has_everything():
    def source(*measures: str, by: tuple[str, ...] = ()) -> str:
        names = '", "'.join(by)
        body = f'{{"measures": ["{'", "'.join(measures)}"], "dimensions": [{f'"{names}"' if by else ""}]}}'
        return asked_by(read_query(body)).asked.request.source

    assert source("revenue") == "sales"
    assert source("revenue", by=("customer_id",)) == "customer_sales"
    assert source("revenue", by=("sales_rep_id",)) == "rep_sales"
    assert source("return_rate", by=("category",)) == "returns"


def test_what_is_answered_ahead_has_a_key_of_its_own():
    named = named_questions()
    assert len({question.key for question in named}) == len(named) > 10


@pytest.mark.parametrize("path", ["/docs", "/"])
def test_the_page_of_the_docs_loads_nothing_from_elsewhere(site, path):
    page = site.get(path)
    assert (page["statusCode"], header(page, "Content-Type")) == (200, "text/html; charset=utf-8")
    assert re.findall(r"https?://\S+|<script src|<link", page["body"]) == []
