"""What contracts say for the warehouse: versions, partitions, timestamps, rules over rows and tables."""

from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from saleslake.contracts.aliases import load_aliases
from saleslake.contracts.glue import processed_table
from saleslake.contracts.loader import load_contract
from saleslake.contracts.odcs import contract_from_document
from saleslake.contracts.rules import rename_columns
from saleslake.errors import ContractInvalid
from saleslake.transform.arrow import processed_schema
from tests.unit.contracts.warehouse_contract import prices, prices_document


def test_a_contract_says_what_is_tracked_since_when_and_by_which_month():
    contract = prices()
    assert contract.tracked == ("list_price", "cost")
    assert contract.valid_from == "updated_at"
    assert contract.partition_by == "updated_at"
    assert load_contract("amazon_orders").partition_by == "order_date"


def test_a_timestamp_is_one_in_glue_and_in_arrow():
    table = processed_table(prices(), "s3://lake/processed/prices/")
    types = {column["Name"]: column["Type"] for column in table["StorageDescriptor"]["Columns"]}
    assert types["updated_at"] == "timestamp"
    assert types["commission"] == "decimal(5,4)"
    schema = processed_schema(prices())
    assert schema.field("updated_at").type == pa.timestamp("ms")
    assert schema.field("commission").type == pa.decimal128(5, 4)


def test_bounds_of_a_timestamp_are_moments_in_utc():
    column = prices().by_name["updated_at"]
    assert column.minimum == datetime(2000, 1, 1, tzinfo=UTC)
    assert column.maximum == datetime(2099, 12, 31, 18, 29, 59, tzinfo=UTC)
    assert column.not_after_landing
    assert prices().by_name["commission"].maximum == Decimal(1)


def test_a_row_rule_knows_the_columns_it_names():
    above, worth = prices().row_rules
    assert above.name == "sold_above_cost"
    assert above.columns == ("product_id", "list_price", "cost")
    assert above.action == "warn"
    assert above.description == "A price below cost is a slip."
    assert worth.action == "quarantine"


def test_a_table_rule_is_a_query_that_counts_faults():
    (rule,) = prices().table_rules
    assert rule.name == "one_price_a_moment"
    assert rule.query == "SELECT COUNT(*) FROM prices_latest WHERE list_price = 0"
    assert rule.action == "halt"
    assert rule.description == "Nothing is given away."


def test_renaming_columns_leaves_quoted_texts_alone():
    renamed = rename_columns("cost > 1 OR name = 'cost of''cost' OR costs", {"cost": "v_cost"})
    assert renamed == "v_cost > 1 OR name = 'cost of''cost' OR costs"


def column(document, name):
    return next(node for node in document["schema"][0]["properties"] if node["name"] == name)


def table_property(document, name, value):
    properties = document["schema"][0]["customProperties"]
    properties[:] = [entry for entry in properties if entry["property"] != name]
    properties.append({"property": name, "value": value})


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            lambda d: table_property(d, "partitionBy", "stock"),
            "partitionBy: no date or timestamp column 'stock'",
        ),
        (lambda d: table_property(d, "partitionBy", "day"), "partitionBy: no date or timestamp column 'day'"),
        (
            lambda d: table_property(d, "validFrom", "decided_on"),
            "validFrom: no timestamp column 'decided_on'",
        ),
        (
            lambda d: table_property(d, "anomalies", {"numbered": "price_id"}),
            "customProperties.anomalies: no column 'price_id'",
        ),
        (lambda d: table_property(d, "validFrom", None), "list_price.tracked: the table names no validFrom"),
        (
            lambda d: column(d, "stock").update(
                customProperties=[{"property": "notAfterLanding", "value": True}]
            ),
            "stock.customProperties.notAfterLanding: only a date or timestamp has it",
        ),
        (
            lambda d: column(d, "product_id").update(logicalTypeOptions={"pattern": "P-["}),
            "product_id.logicalTypeOptions.pattern: 'P-[' is no regular expression",
        ),
        (
            lambda d: column(d, "stock").update(logicalTypeOptions={"pattern": "[0-9]"}),
            "stock.logicalTypeOptions.pattern: only a string has a pattern",
        ),
        (
            lambda d: column(d, "updated_at")["logicalTypeOptions"].update(minimum="2000-01-01T00:00:00"),
            "updated_at.logicalTypeOptions.minimum: '2000-01-01T00:00:00' names no time zone",
        ),
        (
            lambda d: column(d, "updated_at").update(
                customProperties=[{"property": "formats", "value": ["yyyy"]}]
            ),
            "updated_at.customProperties.formats: a date, and nothing else, lists its formats",
        ),
        (
            lambda d: d["schema"][0]["quality"][0].update(engine="spark"),
            "prices.quality.sold_above_cost: expected type custom with engine duckdb",
        ),
        (
            lambda d: d["schema"][0]["quality"][0].update(implementation="1 = 1"),
            "prices.quality.sold_above_cost.implementation: names no column",
        ),
        (
            lambda d: d["schema"][0]["quality"][0].pop("implementation"),
            "prices.quality.sold_above_cost.implementation: is missing",
        ),
        (
            lambda d: d["schema"][0]["quality"][0].update(
                customProperties=[{"property": "action", "value": "drop"}]
            ),
            "prices.quality.sold_above_cost.action",
        ),
        (
            lambda d: d["schema"][0]["quality"][2].update(
                customProperties=[{"property": "action", "value": "quarantine"}]
            ),
            "prices.quality.one_price_a_moment.action",
        ),
        (
            lambda d: d["schema"][0]["quality"][2].update(mustBe=1),
            "prices.quality.one_price_a_moment: expected",
        ),
        (
            lambda d: d["schema"][0]["quality"][1].update(name="sold_above_cost"),
            "prices.quality.sold_above_cost: two rules have this name",
        ),
    ],
)
def test_a_mistake_is_named_with_its_file_and_field(change, complaint):
    document = prices_document()
    change(document)
    with pytest.raises(ContractInvalid) as raised:
        contract_from_document(document, "prices.yaml", aliases=load_aliases)
    assert str(raised.value).startswith("prices.yaml: prices.")
    assert complaint in str(raised.value)
