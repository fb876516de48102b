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
            # rows that are equal in what they are ordered by come as they like
            keys = ", ".join(key.split()[0] for key in view.order.split(","))
            ordered = f"SELECT {keys} FROM {view.name} ORDER BY {view.order}"
            for query in (f"SELECT * FROM {view.name}", ordered):
                found = differences(query, trino(query, database), duckdb(query, database))
                assert found == [], view.name
