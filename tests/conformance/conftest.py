"""One emulator with both Athena engines over the same lake, for all tests of this folder."""

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from local.athena.duck.engine import DuckEngine
from local.athena.engine import Engine, Query, Result, Session
from local.athena.trino.engine import TrinoEngine
from local.athena.trino.fetch import cache_folder, cached_server
from tests.conformance.emulator import serving
from tests.conformance.lake import Lake

_numbers = itertools.count(1)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Keep the tests that share the emulator and Trino in one process."""
    item.add_marker(pytest.mark.xdist_group("conformance"))


@dataclass(frozen=True)
class Runner:
    """An engine with what every query of a test needs."""

    engine: Engine
    session: Session

    @property
    def name(self) -> str:
        return self.engine.name

    def __call__(self, sql: str, database: str = "seed") -> Result:
        number = f"test-{next(_numbers)}"
        return self.engine.execute(Query(number, sql, database, "AwsDataCatalog", self.session))


@pytest.fixture(scope="session")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """An emulator with nothing in it."""
    with serving(tmp_path_factory.mktemp("emulator")) as running:
        yield running


@pytest.fixture(scope="session")
def trino(session: Session, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    """The real Trino. Where it was never fetched, its tests are skipped; CI may not skip."""
    if cached_server(cache_folder()) is None and not os.environ.get("CI"):
        reason = "needs" if shutil.which("mvn") else "needs Maven and"
        pytest.skip(f"Trino is not here: `make conformance` fetches it ({reason} 821 MB)")
    engine = TrinoEngine(tmp_path_factory.mktemp("trino"), session)
    engine.start()
    yield Runner(engine, session)
    engine.stop()


@pytest.fixture(scope="session")
def duckdb(session: Session) -> Iterator[Runner]:
    """The embedded engine."""
    engine = DuckEngine()
    engine.start()
    yield Runner(engine, session)
    engine.stop()


@pytest.fixture(scope="session")
def lake(session: Session, trino: Runner, duckdb: Runner) -> Lake:
    """The project's tables with rows in them, in the database `seed`."""
    made = Lake(session)
    made.fill(duckdb, trino)
    return made


@pytest.fixture
def both(trino: Runner, duckdb: Runner) -> Callable[[str], tuple[Result, Result]]:
    """Run a query on Trino and on the embedded engine."""
    return lambda sql: (trino(sql), duckdb(sql))
