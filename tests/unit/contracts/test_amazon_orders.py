"""What the amazon_orders contract says, read back: a change of it must be meant."""

from decimal import Decimal

import pytest

from saleslake.contracts.glue import processed_table, quarantined_rows_table
from saleslake.contracts.loader import contracts, datasets, load_contract
from saleslake.errors import UnknownDataset

ORDERS = load_contract("amazon_orders")


def test_it_names_its_owner_its_grain_and_how_old_it_may_be():
    assert (ORDERS.owner, ORDERS.domain, ORDERS.freshness_hours) == ("marketplace-sales", "sales", 36)
    assert ORDERS.grain.startswith("One order line.")


def test_a_line_is_known_by_order_sku_and_occurrence():
    assert ORDERS.key == ("order_id", "sku")
    assert ORDERS.occurrence


def test_its_money_is_exact():
    (amount,) = (ORDERS.by_name[name] for name in ORDERS.money)
    assert (amount.name, amount.precision, amount.scale, amount.minimum) == ("amount", 18, 2, Decimal(0))


def test_a_file_must_bring_the_columns_the_answers_need():
    assert [column.name for column in ORDERS.required_headers] == [
        *("order_id", "order_date", "status", "fulfilment", "sku", "category", "quantity"),
        *("currency", "amount", "ship_state", "is_b2b"),
    ]


def test_addresses_are_marked_as_personal():
    assert {column.name for column in ORDERS.columns if column.pii} == {"ship_city", "ship_postal_code"}


def test_there_are_36_states_and_the_army_post_office():
    assert len(ORDERS.by_name["ship_state"].aliases) == 37


def test_every_contract_is_found_by_its_dataset():
    assert [contract.dataset for contract in contracts()] == list(datasets())
    with pytest.raises(UnknownDataset, match="no contract for 'amazon_order'; there are: amazon_orders"):
        load_contract("amazon_order")


def test_its_glue_table_has_a_run_id_that_every_query_must_name():
    table = processed_table(ORDERS, "s3://lake/processed/amazon_orders/")
    assert table["Name"] == "amazon_orders"
    assert table["PartitionKeys"][0]["Name"] == "run_id"
    assert table["Parameters"]["projection.run_id.type"] == "injected"
    assert table["Parameters"]["storage.location.template"] == (
        "s3://lake/processed/amazon_orders/run_id=${run_id}/"
    )
    columns = {column["Name"]: column for column in table["StorageDescriptor"]["Columns"]}
    assert list(columns)[:3] == ["order_id", "order_date", "status"]
    assert list(columns)[-4:] == ["file_id", "line_number", "occurrence", "landing_order"]
    assert [
        columns[name]["Type"] for name in ("amount", "order_date", "quantity", "is_b2b", "line_number")
    ] == [*("decimal(18,2)", "date", "int", "boolean", "bigint")]
    assert columns["order_date"]["Comment"] == "The day the order was placed, in the seller's time zone."
    assert all(0 < len(column["Comment"]) <= 255 for column in columns.values())


def test_its_quarantine_is_a_table_beside_it():
    table = quarantined_rows_table(ORDERS, "s3://lake/quarantine/rows/amazon_orders/")
    assert table["Name"] == "amazon_orders_quarantine"
    assert {column["Name"]: column["Type"] for column in table["StorageDescriptor"]["Columns"]} == {
        "file_id": "string",
        "line_number": "bigint",
        "raw_text": "string",
        "reasons": "array<struct<rule:string,column:string,value:string,expected:string>>",
    }


def test_processed_files_have_the_types_of_the_glue_table():
    from saleslake.transform.arrow import QUARANTINE, processed_schema

    glue = {"int32": "int", "int64": "bigint", "bool": "boolean", "date32[day]": "date"}
    table = processed_table(ORDERS, "s3://lake/x/")["StorageDescriptor"]["Columns"]

    def name_in_glue(kind):
        kind = getattr(
            kind, "value_type", kind
        )  # in Parquet a dictionary is no type, only a way to store one
        return glue.get(str(kind), str(kind).replace("decimal128", "decimal").replace(", ", ","))

    written = {field.name: name_in_glue(field.type) for field in processed_schema(ORDERS)}
    assert written == {column["Name"]: column["Type"] for column in table}
    assert QUARANTINE.names == [
        column["Name"] for column in quarantined_rows_table(ORDERS, "s3://x/")["StorageDescriptor"]["Columns"]
    ]
