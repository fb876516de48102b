"""The real Amazon sale report beside a generated company: each still tells its own figures, to the cent."""

from decimal import Decimal

import pytest

from tests.world.journey import arrivals

# Worked out once with Python's csv and Decimal from the file, independently of this project.
ROWS, ORDERS, CANCELLED = 128_975, 120_378, 18_332
ACTIVE = {
    "lines": 110_643,
    "orders": 103_193,
    "revenue": Decimal("71673394.00"),
    "units": 110_992,
    "b2b": Decimal("559400.00"),
    "b2c": Decimal("71113994.00"),
    "amazon": 78_227,
    "merchant": 32_416,
}
ALL_REVENUE = Decimal("78592678.30")
MONTHS = {"2022-03": 94_810, "2022-04": 26_234_520, "2022-05": 23_953_534, "2022-06": 21_390_530}
STATES = {"Maharashtra": 12_224_770, "Karnataka": 9_649_981, "Telangana": 6_290_128}
CATEGORIES = {"Set": 35_731_673, "kurta": 19_425_870, "Western Dress": 10_209_590}
SPELLINGS = 38


@pytest.mark.xdist_group("cloud-0")
def test_the_real_report_keeps_every_figure_beside_a_company(world, journey, real_report):
    company = journey("real")
    company.deliver(arrivals(world("--seed", "6", "--days", "20", "--daily", "1")))
    company.deliver([("amazon_orders", real_report)])
    (file_id,) = (file.file_id for file in company.loaded.values() if file.path == real_report)
    assert company.lake.release()["files"][file_id]["published"] == {"rows": ROWS, "amount": str(ALL_REVENUE)}

    def ask(columns, rest=""):
        lines = f"fact_sales JOIN dim_geography USING (geography_id) WHERE source_file = '{file_id}'"
        return company.lake.query(f"SELECT {columns} FROM {lines} {rest}")

    def top(column):
        ranked = f"AND is_active GROUP BY {column} ORDER BY SUM(net_amount) DESC LIMIT 3"
        return {name: round(Decimal(revenue)) for name, revenue in ask(f"{column}, SUM(net_amount)", ranked)}

    assert ask(
        "COUNT(*), COUNT(DISTINCT order_id), COUNT(CASE WHEN NOT is_active THEN 1 END), SUM(net_amount)"
    ) == [[str(ROWS), str(ORDERS), str(CANCELLED), str(ALL_REVENUE)]]
    (active,) = ask(
        "COUNT(*), COUNT(DISTINCT order_id), SUM(net_amount), SUM(quantity), "
        "SUM(CASE WHEN is_b2b THEN net_amount END), SUM(CASE WHEN NOT is_b2b THEN net_amount END), "
        "COUNT(CASE WHEN fulfilment = 'Amazon' THEN 1 END), COUNT(CASE WHEN fulfilment = 'Merchant' THEN 1 END)",
        "AND is_active",
    )
    assert [Decimal(figure) for figure in active] == list(ACTIVE.values())
    month = "date_format(sale_date, '%Y-%m')"
    months = ask(f"{month}, SUM(net_amount)", f"AND is_active GROUP BY {month}")
    assert {name: round(Decimal(revenue)) for name, revenue in months} == MONTHS
    assert ask("COUNT(DISTINCT state)") == [[str(SPELLINGS)]]
    assert top("state") == STATES
    assert top("category") == CATEGORIES
    assert company.wrong() == []
