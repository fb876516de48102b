"""``GET /analytics`` and the endpoints of the catalogue on the real Amazon sale report, with filters and without."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.oracle.amazon import Line, lines
from tests.oracle.sums import Sums
from tests.oracle.warehouse_files import Delivered
from tests.world.api_site import ApiSite
from tests.world.workbench import workbench

FILTERS: dict[str, Callable[[Line], bool]] = {
    "": lambda _: True,
    "state=Maharashtra": lambda line: line.state == "Maharashtra",
    "b2b=true": lambda line: line.b2b,
    "from=2022-05-01&to=2022-05-31": lambda line: date(2022, 5, 1) <= line.day <= date(2022, 5, 31),
    "category=Set": lambda line: line.category == "Set",
    "fulfilment=Merchant&from=2022-04-15": lambda line: (
        line.fulfilment == "Merchant" and line.day >= date(2022, 4, 15)
    ),
    "state=Goa&state=Kerala&category=kurta&b2b=false": lambda line: (
        line.state in {"Goa", "Kerala"} and line.category == "kurta" and not line.b2b
    ),
    "channel=web": lambda _: False,
}


@pytest.fixture(scope="module")
def site(real_report: Path) -> Iterator[ApiSite]:
    with workbench() as bench:
        bench.land(
            Delivered(
                "amazon_orders", real_report, f"2026-01-01T00:00:00.000000Z|landing/{real_report.name}|"
            )
        )
        bench.run()
        yield ApiSite(bench)


@pytest.fixture(scope="module")
def told(real_report: Path) -> list[Line]:
    """The lines of the report, read with Python's csv and Decimal."""
    return lines(real_report)


@pytest.mark.parametrize("filters", FILTERS)
def test_analytics_tells_every_figure_of_the_lines_that_filters_leave(
    site: ApiSite, told: list[Line], filters: str
) -> None:
    sums = Sums()
    for line in filter(FILTERS[filters], told):
        sums.add(line)
    expected = sums.analytics()
    reply = site.get(f"/analytics?{filters}")
    assert _as_text(reply.data) == expected["data"]
    assert {name: reply.metadata[name] for name in expected["metadata"]} == expected["metadata"]


def test_the_figures_are_those_known_of_the_report(site: ApiSite) -> None:
    kpis = site.get("/kpis").data
    assert (kpis["revenue"], kpis["lines"], kpis["orders"]) == (Decimal("71673394.00"), 110_643, 103_193)
    assert (kpis["units"], kpis["cancelled_lines"]) == (110_992, 18_332)
    assert (kpis["average_line_value"], kpis["b2b_share"]) == (Decimal("647.79"), Decimal("0.0078"))
    months = {row["month"]: round(row["revenue"]) for row in site.get("/trends").data}
    assert months == {
        "2022-03-01": 94_810,
        "2022-04-01": 26_234_520,
        "2022-05-01": 23_953_534,
        "2022-06-01": 21_390_530,
    }
    states = site.get("/regions?by=state&limit=3&fields=state,revenue")
    assert {row["state"]: round(row["revenue"]) for row in states.data} == {
        "Maharashtra": 12_224_770,
        "Karnataka": 9_649_981,
        "Telangana": 6_290_128,
    }
    top = site.get("/categories?limit=3").data
    assert [round(row["revenue"]) for row in top] == [35_731_673, 19_425_870, 10_209_590]


def _as_text(data: Any) -> Any:
    """Amounts as text with two decimals, as the plain computation has them."""
    return json.loads(json.dumps(data, default=lambda amount: f"{amount:.2f}"))
