"""What the API's planner writes: on Athena's list, valid in Trino, and answered alike by both engines."""

from random import Random

import pytest

from saleslake.analytics.asked import Asked
from saleslake.analytics.endpoints import named_questions
from saleslake.metrics.built import catalogue
from saleslake.metrics.planner import plan
from saleslake.metrics.request import Request
from saleslake.sql import pin
from tests.conformance.compare import differences
from tests.conformance.conftest import Runner
from tests.conformance.lake import Lake
from tests.world.questions import random_requests

NAMED = [question for question in named_questions() if isinstance(question, Asked)]
RANDOM = list(random_requests(Random(3), 30))


def pinned(sql: str, lake: Lake) -> str:
    return pin(sql, {table: lake.snapshot(table) for table in lake.tables})


@pytest.mark.parametrize("question", NAMED, ids=lambda question: question.name)
def test_both_engines_answer_a_named_endpoint_with_the_same_columns_and_as_many_rows(
    question: Asked, trino: Runner, duckdb: Runner, lake: Lake
) -> None:
    # the generated dimensions have several current rows of one id: which of them comes first nobody says
    sql = pinned(question.plan().statement, lake)
    expected, found = trino(sql), duckdb(sql)
    assert [column.name for column in found.columns] == [column.name for column in expected.columns]
    assert len(list(found.rows)) == len(list(expected.rows))


@pytest.mark.parametrize("request_", RANDOM, ids=map(str, range(len(RANDOM))))
def test_both_engines_answer_any_request_alike(
    request_: Request, trino: Runner, duckdb: Runner, lake: Lake
) -> None:
    sql = pinned(plan(request_, catalogue()).statement, lake)
    assert differences(sql, trino(sql), duckdb(sql)) == []
