"""What the API answers on a generated company: exact, whole, and of one release."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest

from saleslake.aws.ledger import READER_HOLD_SECONDS
from saleslake.quality.tables import create_quality_tables
from tests.world.api_site import ApiSite, Reply
from tests.world.test_marts import OPTIONS, Company
from tests.world.workbench import workbench

DESCRIBED = json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text(encoding="utf-8"))


@dataclass
class Live:
    """A company whose last days are still to come, and the API over it."""

    company: Company
    site: ApiSite
    truth: dict


@pytest.fixture(scope="module")
def live(world: Callable[..., Path]) -> Iterator[Live]:
    with workbench() as bench:
        company = Company(world("--seed", "9", *OPTIONS), bench)
        *history, day, _ = company.batches
        company.load(*history, day)
        create_quality_tables(bench.backend)
        yield Live(company, ApiSite(bench), company.truth["as_of"][day])


def keeps_to_its_description(path: str, method: str, reply: Reply) -> None:
    promised = DESCRIBED["paths"][path][method]["responses"][str(reply.status)]
    schema = promised["content"][reply.headers["Content-Type"]]["schema"]
    jsonschema.validate(json.loads(reply.text), {**schema, "components": DESCRIBED["components"]})


def test_every_endpoint_answers_as_its_description_says(live: Live) -> None:
    product = live.site.get("/products?limit=1").data[0]["product_id"]
    customer = live.site.get("/customers?limit=1").data[0]["customer_id"]
    for path in DESCRIBED["paths"]:
        if "get" in DESCRIBED["paths"][path] and "exports" not in path:
            reply = live.site.get(path.format(product_id=product, customer_id=customer))
            assert reply.status == 200, (path, reply.text)
            keeps_to_its_description(path, "get", reply)


def test_the_sums_are_the_truths(live: Live) -> None:
    total = live.truth["sales"]["total"]
    kpis = live.site.get("/kpis").data
    for name in ("revenue", "refunds", "profit", "lines", "units"):
        assert kpis[name] == Decimal(str(total[name])), name
    for path, key, groups in (
        ("/channels", "channel", "by_channel"),
        ("/categories", "category", "by_category"),
        ("/regions?by=state&limit=1000", "state", "by_state"),
    ):
        found = {row[key]: row for row in live.site.get(path).data}
        for row in live.truth["sales"][groups]:
            if any(Decimal(str(row[name])) for name in ("revenue", "refunds", "lines", "units")):
                assert found[row[key]]["revenue"] == Decimal(str(row["revenue"])), row
                assert found[row[key]]["units"] == row["units"], row


def test_trends_have_a_row_for_every_day_also_where_nothing_was_sold(live: Live) -> None:
    reply = live.site.get(
        "/trends?grain=day&from=2025-10-30&to=2025-11-02&fields=day,revenue,average_order_value"
    )
    days = [row["day"] for row in reply.data]
    assert days == ["2025-10-30", "2025-10-31", "2025-11-01", "2025-11-02"]
    assert '{"day":"2025-10-30","revenue":0.00,"average_order_value":null}' in reply.text
    assert reply.data[2]["revenue"] > 0
    months = live.site.get("/trends?from=2025-08-15&grain=month").data
    assert [row["month"] for row in months] == [
        "2025-08-01",
        "2025-09-01",
        "2025-10-01",
        "2025-11-01",
        "2025-12-01",
    ]


def test_a_period_stands_beside_the_one_before(live: Live) -> None:
    november = live.site.get("/kpis?from=2025-11-01&to=2025-11-30").data
    december = live.site.get("/kpis?from=2025-12-01&to=2025-12-31&compare=previous_period").data
    assert december["revenue_before"] == november["revenue"]
    assert december["orders_before"] == november["orders"]
    change = (december["revenue"] - november["revenue"]) / november["revenue"]
    assert abs(december["revenue_change"] - change) <= Decimal("0.0001")
    by_month = live.site.get("/trends?from=2025-12-01&to=2025-12-31&compare=previous_period").data
    assert by_month[0]["revenue_before"] == november["revenue"]


def test_pages_to_the_end_are_the_whole_answer_while_releases_change(live: Live) -> None:
    whole = live.site.get("/customers?limit=1000")
    first = live.site.get("/customers?limit=200")
    assert first.metadata["truncated"] is True
    assert first.metadata["total"] == len(whole.data)
    before = first.metadata["release"]
    live.company.load(list(live.company.batches)[-1])  # a release is published between the pages
    time.sleep(READER_HOLD_SECONDS)
    rows, cursor = list(first.data), first.metadata["next"]
    while cursor:
        page = live.site.get(f"/customers?limit=200&cursor={cursor}")
        assert page.metadata["release"] == before
        rows, cursor = rows + page.data, page.metadata["next"]
    assert rows == whole.data
    assert live.site.get("/customers?limit=200").metadata["release"] != before
    assert [row["is_current"] for row in live.site.get("/releases").data] == [True, False]
    live.company.bench.roll_back(before)
    time.sleep(READER_HOLD_SECONDS)  # the workbench gives readers no notice of a flip
    assert live.site.get("/customers?limit=200").metadata["release"] == before


def test_a_cursor_belongs_to_its_question(live: Live) -> None:
    cursor = live.site.get("/products?limit=5").metadata["next"]
    told = live.site.get(f"/products?limit=5&channel=web&cursor={cursor}")
    assert (told.status, told.json["errors"][0]["parameter"]) == (400, "cursor")


def test_filters_narrow_what_filters_name_and_add_up(live: Live) -> None:
    whole = live.site.get("/analytics").data["kpis"]
    parts = [live.site.get(f"/analytics?b2b={flag}").data["kpis"] for flag in ("true", "false")]
    for name in ("total_revenue", "total_orders", "total_quantity_sold", "distinct_orders"):
        assert sum(part[name] for part in parts) == whole[name], name
    south = live.site.get("/analytics?region=South&channel=web&channel=reps").data
    assert (
        south["kpis"]["total_revenue"]
        == live.site.get("/kpis?region=South&channel=reps&channel=web").data["revenue"]
    )
    assert sum(row["revenue"] for row in south["monthly_trends"]) == south["kpis"]["total_revenue"]
    assert sum(row["revenue"] for row in south["regional_analytics"]) == south["kpis"]["total_revenue"]


@pytest.mark.parametrize(
    ("address", "parameter", "closest"),
    [
        ("/trends?state=maharastra", "state", ["Maharashtra"]),
        ("/analytics?chanel=web", "chanel", ["channel"]),
        ("/analytics?channel=wbe", "channel", ["web"]),
        ("/kpis?category=set", "category", ["Set"]),
        ("/products?order=-revenu", "order", ["revenue"]),
        ("/customers?from=2025-11-01", "from", []),
        ("/regions?by=sate", "by", ["state"]),
        ("/trends?grain=months", "grain", ["month"]),
        ("/trends?from=2025-12-31&to=2025-12-01", "to", []),
        ("/trends?grain=day&from=1900-01-01", "grain", []),
        ("/kpis?compare=previous_year", "compare", []),
    ],
)
def test_what_cannot_be_used_is_named_with_what_resembles_it(
    live: Live, address: str, parameter: str, closest: list[str]
) -> None:
    told = live.site.get(address)
    assert told.status == 400, told.text
    faults = {fault["parameter"]: fault for fault in told.json["errors"]}
    if parameter != "grain" or closest:
        assert set(closest) <= set(faults[parameter]["closest"]), told.text


def test_csv_has_the_same_rows_and_its_own_entity_tag(live: Live) -> None:
    answer = live.site.get("/channels")
    reply = live.site.get("/channels", {"Accept": "text/csv", "accept": "text/csv"})
    assert reply.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(reply.text)))
    assert [Decimal(row["revenue"]) for row in rows] == [row["revenue"] for row in answer.data]
    assert reply.headers["X-Release"] == answer.metadata["release"]
    assert reply.headers["ETag"] != answer.headers["ETag"]
    again = live.site.get("/channels?format=csv", {"if-none-match": reply.headers["ETag"]})
    assert (again.status, again.text) == (304, "")
    assert live.site.get("/channels", {"if-none-match": reply.headers["ETag"]}).status == 200
    assert live.site.get("/channels", {"if-none-match": answer.headers["ETag"]}).status == 304


def test_an_answer_says_where_it_comes_from_and_what_it_cost(live: Live) -> None:
    metadata = live.site.get("/products?channel=web&limit=3").metadata
    assert metadata["rollup"] == "rollup_product_monthly"
    assert (metadata["cache"], metadata["cost_usd"]) == ("miss", Decimal("0.00005"))
    again = live.site.get("/products?limit=3&channel=web").metadata
    assert (again["cache"], again["cost_usd"], again["bytes_scanned"]) == ("memory", 0, 0)
    assert live.site.get("/products?from=2025-11-02&limit=3").metadata["rollup"] is None


def test_an_empty_result_is_empty(live: Live) -> None:
    assert live.site.get("/recommendations/nothing").data == []
    assert live.site.get("/regions?from=2030-01-01").data == []
    kpis = live.site.get("/kpis?from=2030-01-01").data
    assert (kpis["revenue"], kpis["orders"], kpis["average_order_value"]) == (0, 0, None)
    assert live.site.get("/customers/nobody").status == 404


def test_a_query_of_ones_own_is_the_named_endpoints(live: Live) -> None:
    named = live.site.get("/trends?by=channel&state=Goa&fields=month,channel,revenue,orders").data
    own = live.site.query(
        measures=["revenue", "orders"],
        dimensions=["channel"],
        grain="month",
        filters={"state": ["Goa"]},
        fill=True,
    )
    keeps_to_its_description("/query", "post", own)
    assert own.data == named
