"""The embedded Athena engine over a lake in the test's own process."""

from collections.abc import Iterator

import pytest

from tests.sql.embedded import Embedded


@pytest.fixture(scope="session")
def athena() -> Iterator[Embedded]:
    """An engine with the bucket `embedded` and the database `db`."""
    embedded = Embedded()
    yield embedded
    embedded.engine.stop()
