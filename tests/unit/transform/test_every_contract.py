"""Every contract there is compiles into SQL that runs: its rules name columns it has, of kinds that fit."""

import pytest

from saleslake.contracts.loader import contracts
from tests.unit.transform.prices import json_lines, transform

TEXTS = {
    "string": "x",
    "integer": "1",
    "decimal": "1",
    "boolean": "True",
    "date": "2024-06-01",
    "timestamp": "2024-06-01T00:00:00Z",
}


def text(column):
    return column.allowed.values[0] if column.allowed else TEXTS[column.kind]


@pytest.mark.parametrize("contract", contracts(), ids=lambda contract: contract.dataset)
def test_a_row_of_plain_values_is_read_and_every_rule_can_be_computed(contract):
    row = {column.name: text(column) for column in contract.columns}
    result = transform(json_lines(row, dict.fromkeys(row, "?")), contract, kind="json").result
    assert result.rows_read == 2
    assert not {"type", "date_format", "timestamp_format", "time_zone", "required"} & (
        transform(json_lines(row), contract, kind="json").result.reasons.keys()
    )
    assert result.rows_quarantined >= 1
