"""What Athena bills: 5 USD a terabyte, and of each query whole megabytes, rounded up, ten at least.

As https://aws.amazon.com/athena/pricing/ says, where a failed query is free, and one that was cancelled is billed for
what it had read. A megabyte is a million bytes, as in the 10000000 a workgroup's ceiling has at least.
"""

from collections.abc import Iterable
from decimal import Decimal

_MEGABYTE = 1_000_000
_LEAST_MEGABYTES = 10
_DOLLARS_A_TERABYTE = 5


def cost_usd(scanned: Iterable[int]) -> Decimal:
    """The bill, exact, for queries that read so many bytes each."""
    megabytes = sum(max(-(-size // _MEGABYTE), _LEAST_MEGABYTES) for size in scanned)
    return Decimal(megabytes * _DOLLARS_A_TERABYTE) / 10**6
