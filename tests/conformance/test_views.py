"""The views of the published database: what one engine created, both answer alike."""

from saleslake.warehouse.views import views
from tests.conformance.compare import differences
from tests.conformance.conftest import Runner
from tests.conformance.lake import Lake


def test_both_engines_answer_every_view_alike_whichever_created_it(
    trino: Runner, duckdb: Runner, lake: Lake
) -> None:
    for creator in (trino, duckdb):
        database = lake.copy()
        for view in views().values():
            creator(view.statement, database)
        for view in views().values():
            expected = trino(view.query, database)
            assert differences(view.query, expected, duckdb(view.query, database)) == [], view.name
