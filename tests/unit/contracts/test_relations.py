"""Relationships and values that come once are read from ODCS as rules over tables."""

import pytest

from saleslake.contracts.odcs import contract_from_document
from saleslake.errors import ContractInvalid
from tests.unit.contracts.warehouse_contract import prices_document


def read(column):
    made = prices_document()
    made["schema"][0].pop("quality")
    made["schema"][0]["properties"][0].update(column)
    return contract_from_document(made, "x.yaml", aliases=lambda _: ())


def reference(to="products.product_id", **custom):
    return {
        "relationships": [
            {"to": to, "customProperties": [{"property": name, "value": v} for name, v in custom.items()]}
        ]
    }


@pytest.mark.parametrize(
    ("custom", "rules"),
    [
        ({}, {"_in_products": "warn"}),
        ({"action": "halt"}, {"_in_products": "halt"}),
        ({"arriveWithin": 3, "action": "halt"}, {"_in_products": "warn", "_in_products_overdue": "halt"}),
    ],
)
def test_a_relationship_is_a_rule_and_with_days_to_wait_another_one(custom, rules):
    contract = read(reference(**custom))
    name = contract.columns[0].name
    assert {rule.name.removeprefix(name): rule.action for rule in contract.table_rules} == rules


@pytest.mark.parametrize(
    ("column", "field"),
    [
        (reference(to="products"), "relationships.to"),
        (reference(arriveWithin="soon"), "arriveWithin"),
        (reference(action="quarantine"), "action"),
        (reference(grace=1), "grace"),
        ({"quality": [{"name": "once", "metric": "duplicateValues", "mustBe": 3}]}, "once.mustBe"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_field(column, field):
    with pytest.raises(ContractInvalid, match=field):
        read(column)


def test_a_dimension_counts_without_its_inferred_members():
    (rule,) = read(reference(to="dim_product.product_id")).table_rules
    assert "FROM dim_product WHERE NOT is_inferred" in rule.query


def test_values_that_come_once_are_a_rule_over_the_table():
    (rule,) = read({"quality": [{"name": "once", "metric": "duplicateValues", "mustBe": 0}]}).table_rules
    assert (rule.name, rule.action, rule.dimension) == ("once", "warn", "uniqueness")
