"""What the contracts of the warehouse say, read back: a change of one must be meant."""

import pytest

from saleslake.contracts.headers import HeaderMatch
from saleslake.contracts.loader import contracts, datasets, load_contract
from saleslake.contracts.recognise import recognise

KEYS = {
    "amazon_orders": ("order_id", "sku"),
    "customers": ("customer_id", "updated_at"),
    "inventory": ("snapshot_date", "product_id", "warehouse"),
    "products": ("product_id", "updated_at"),
    "rep_transactions": ("transaction_id",),
    "reviews": ("review_id",),
    "sales_reps": ("sales_rep_id",),
    "web_events": ("event_id",),
    "web_order_items": ("order_id", "item_number"),
    "web_orders": ("order_id",),
}


def test_there_are_ten_datasets_each_with_its_key():
    assert datasets() == tuple(KEYS)
    assert {contract.dataset: contract.key for contract in contracts()} == KEYS


def test_each_names_an_owner_a_domain_a_grain_and_how_old_it_may_be():
    for contract in contracts():
        assert contract.owner, contract.dataset
        assert contract.domain == "sales"
        assert contract.grain.startswith("One ")
        assert 24 < contract.freshness_hours <= 35 * 24


def test_the_money_that_must_reconcile():
    assert {contract.dataset: contract.money for contract in contracts() if contract.money} == {
        "amazon_orders": ("amount",),
        "rep_transactions": ("total_amount",),
        "web_order_items": ("total_amount",),
        "web_orders": ("total_amount",),
    }


def test_what_makes_a_new_version_of_a_customer_and_of_a_product():
    tracked = {contract.dataset: (contract.valid_from, contract.tracked) for contract in contracts()}
    assert {dataset: found for dataset, found in tracked.items() if found != (None, ())} == {
        "customers": ("updated_at", ("segment", "region", "state", "city", "postal_code")),
        "products": ("updated_at", ("category", "subcategory", "brand", "list_price", "cost")),
    }


def test_a_file_that_leaves_out_a_tracked_column_is_refused_rather_than_read_as_a_change_of_everybody():
    for contract in contracts():
        assert all(contract.by_name[name].header_required for name in contract.tracked), contract.dataset


def test_the_months_rows_belong_to():
    assert {contract.dataset: contract.partition_by for contract in contracts() if contract.partition_by} == {
        "amazon_orders": "order_date",
        "inventory": "snapshot_date",
        "rep_transactions": "transaction_date",
        "reviews": "review_date",
        "web_events": "occurred_at",
        "web_orders": "ordered_at",
    }


def test_personal_data_is_marked():
    marked = {
        f"{c.dataset}.{column.name}": column.pii for c in contracts() for column in c.columns if column.pii
    }
    assert marked == {
        "amazon_orders.ship_city": "address",
        "amazon_orders.ship_postal_code": "address",
        "customers.name": "name",
        "customers.email": "email",
        "customers.phone": "phone",
        "customers.city": "address",
        "customers.postal_code": "address",
        "customers.birth_date": "birth_date",
        "sales_reps.name": "name",
        "web_orders.ship_city": "address",
        "web_orders.ship_postal_code": "address",
    }


def test_the_rules_over_rows_and_what_becomes_of_who_breaks_them():
    assert {f"{c.dataset}.{rule.name}": rule.action for c in contracts() for rule in c.row_rules} == {
        "amazon_orders.active_line_has_amount": "warn",
        "inventory.reserved_within_stock": "warn",
        "products.sold_above_cost": "warn",
        "rep_transactions.total_adds_up": "quarantine",
        "rep_transactions.refund_status": "warn",
        "web_order_items.total_adds_up": "quarantine",
        "web_order_items.returned_within_sold": "quarantine",
        "web_order_items.refund_within_sale": "quarantine",
        "web_order_items.refund_has_its_return": "warn",
    }


def test_the_rules_over_tables_all_warn():
    found = {f"{c.dataset}.{rule.name}": rule.action for c in contracts() for rule in c.table_rules}
    assert set(found.values()) == {"warn"}
    assert list(found) == [
        "rep_transactions.known_product",
        "rep_transactions.known_customer",
        "rep_transactions.known_sales_rep",
        "rep_transactions.refund_of_known_sale",
        "rep_transactions.refund_within_sale",
        "reviews.product_id_in_products",
        "reviews.product_id_in_products_overdue",
        "reviews.customer_id_in_customers",
        "reviews.customer_id_in_customers_overdue",
        "sales_reps.known_manager",
        "sales_reps.manager_tree",
        "web_order_items.order_exists",
        "web_order_items.known_product",
        "web_orders.total_matches_lines",
        "web_orders.known_customer",
    ]


def test_every_rule_says_what_it_looks_at_and_why():
    for contract in contracts():
        for rule in (*contract.row_rules, *contract.table_rules):
            assert rule.dimension in {"accuracy", "completeness", "conformity", "consistency"}, rule.name
            assert rule.description.endswith("."), rule.name


def spellings(dataset, which):
    """The header of a file that has the dataset's nth spelling of every column (or the last there is)."""
    columns = load_contract(dataset).columns
    return [column.answers_to[min(which, len(column.answers_to) - 1)] for column in columns]


@pytest.mark.parametrize("dataset", KEYS)
@pytest.mark.parametrize("which", range(5))
def test_a_file_is_recognised_by_its_header_alone(dataset, which):
    recognised = recognise("landing/delivery", spellings(dataset, which))
    assert recognised.dataset == dataset
    assert isinstance(recognised.match, HeaderMatch)
    assert len(recognised.match.positions) == len(load_contract(dataset).columns)


@pytest.mark.parametrize("dataset", KEYS)
def test_a_file_with_no_more_than_the_columns_it_must_bring_is_recognised_too(dataset):
    header = [column.name for column in load_contract(dataset).required_headers]
    assert recognise("landing/delivery", header).dataset == dataset


@pytest.mark.parametrize("dataset", KEYS)
@pytest.mark.parametrize("folder", KEYS)
def test_a_file_in_the_folder_of_another_dataset_is_refused(dataset, folder):
    found = recognise(f"landing/{folder}/delivery", spellings(dataset, 0))
    if dataset == folder:
        assert found.dataset == dataset
    else:
        assert found.code == "other_dataset"
        assert f"looks like {dataset}" in found.message
