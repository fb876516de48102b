"""What Athena bills for queries, to the cent of a cent."""

from decimal import Decimal

import pytest

from saleslake.analytics.cost import cost_usd


@pytest.mark.parametrize(
    ("scanned", "bill"),
    [
        ([], "0"),
        ([0], "0.00005"),
        ([1], "0.00005"),
        ([10_000_000], "0.00005"),
        ([10_000_001], "0.000055"),
        ([12_345_678], "0.000065"),
        ([1, 2, 3, 4], "0.0002"),
        ([10**12], "5"),
        ([10**12, 1], "5.00005"),
    ],
)
def test_each_query_is_billed_in_whole_megabytes_ten_at_least(scanned, bill):
    assert cost_usd(scanned) == Decimal(bill)
