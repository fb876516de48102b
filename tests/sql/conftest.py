"""The embedded Athena engine over a lake in the test's own process."""

from collections.abc import Iterator

import pytest

from tests.sql.embedded import Embedded


@pytest.fixture(scope="module")
def athena() -> Iterator[Embedded]:
    """An engine with the bucket `lake` and the empty database `db`, shared by one file's tests."""
    embedded = Embedded()
    yield embedded
    embedded.engine.stop()
