"""The real Amazon sale report on a lake of its own: every figure, and what happens while and after it loads."""

from decimal import Decimal

from datagen.compare import compare
from tests.oracle.amazon import answers

# Worked out once with Python's csv and Decimal from the file, independently of this project.
KPIS = {
    "total_revenue": Decimal("71673394.00"),
    "total_orders": 110_643,
    "distinct_orders": 103_193,
    "average_order_value": Decimal("647.79"),
    "total_quantity_sold": 110_992,
    "b2b_revenue": Decimal("559400.00"),
    "b2c_revenue": Decimal("71113994.00"),
    "b2b_percentage": Decimal("0.78"),
    "amazon_fulfilled_orders": 78_227,
    "merchant_fulfilled_orders": 32_416,
}
MONTHS = {"2022-03": 94_810, "2022-04": 26_234_520, "2022-05": 23_953_534, "2022-06": 21_390_530}
STATES = {"Maharashtra": 12_224_770, "Karnataka": 9_649_981, "Telangana": 6_290_128}
CATEGORIES = {"Set": 35_731_673, "kurta": 19_425_870, "Western Dress": 10_209_590}


def test_every_figure_of_the_report_is_exact(lake, real_report):
    (delivery,) = lake.load(real_report)
    assert delivery["outcome"] == "accepted"
    answer = lake.analytics()
    assert {name: answer["data"]["kpis"][name] for name in KPIS} == KPIS
    months = {row["year_month"]: round(row["revenue"]) for row in answer["data"]["monthly_trends"]}
    assert months == MONTHS
    states = {row["state"]: round(row["revenue"]) for row in answer["data"]["regional_analytics"][:3]}
    assert states == STATES
    categories = {
        row["category"]: round(row["revenue"]) for row in answer["data"]["category_performance"][:3]
    }
    assert categories == CATEGORIES
    assert answer["metadata"]["total_records"] == 128_975
    assert answer["metadata"]["cancelled_records"] == 18_332
    assert compare(answer, answers(real_report)) == []


def test_the_same_file_again_or_renamed_makes_no_release(lake, real_report):
    lake.load(real_report)
    release = lake.release()["release_id"]
    runs = len(lake.items("run"))
    again = lake.delivered(lake.drop(real_report))
    renamed = lake.delivered(lake.drop(real_report, name="June (2) ..final é.csv.gz"))
    assert again["outcome"] == renamed["outcome"] == "duplicate"
    lake.settle()
    assert lake.release()["release_id"] == release
    assert len(lake.items("run")) == runs
