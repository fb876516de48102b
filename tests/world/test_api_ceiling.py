"""What reads more than a query of the API may is refused with what to do, and answered under a higher ceiling."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.config import Config

from datagen.amazon_orders.report import generate
from tests.conftest import Stack
from tests.integration.lake import Lake, wait_for

QUERY = {"measures": ["revenue"], "dimensions": ["state"], "grain": "day"}
SHARED_SECONDS = 1.1  # a query that has just failed is still that of who asks the same
LEAST, USUAL = 1, 10_737_418_240


@pytest.fixture(scope="module")
def stack(deploy_stack: Callable[[str], Stack]) -> Stack:
    return deploy_stack("api-ceiling")


@pytest.fixture(scope="module")
def lake(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    lake = Lake(stack.client, stack.outputs)
    lake.load(generate(300, 5, tmp_path_factory.mktemp("report")).report)
    return lake


@pytest.fixture
def ceiling(stack: Stack) -> Iterator[Callable[[int], None]]:
    """Set how many bytes a query of the API may read."""
    # tables this small need one below the 10 MB that boto3 lets pass
    athena = stack.session.client(
        "athena", endpoint_url=stack.settings.endpoint, config=Config(parameter_validation=False)
    )

    def put(most: int) -> None:
        time.sleep(SHARED_SECONDS)
        athena.update_work_group(
            WorkGroup=f"{stack.name}-api", ConfigurationUpdates={"BytesScannedCutoffPerQuery": most}
        )

    yield put
    put(USUAL)


def post(lake: Lake, path: str, body: Any) -> SimpleNamespace:
    """``POST`` JSON to a path of the API."""
    request = urllib.request.Request(
        lake.outputs["ApiUrl"] + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            status, text, head = answer.status, answer.read(), dict(answer.headers)
    except urllib.error.HTTPError as error:
        status, text, head = error.code, error.read(), dict(error.headers)
    return SimpleNamespace(status=status, json=json.loads(text, parse_float=Decimal), headers=head)


def kept_answers(lake: Lake) -> set[str]:
    """Keys of the answers that are kept."""
    found = lake.client("s3").list_objects_v2(Bucket=lake.outputs["LakeBucketName"], Prefix="api/")
    return {entry["Key"] for entry in found.get("Contents", [])}


@pytest.mark.parametrize(
    ("path", "body", "advice"),
    [
        ("/analytics", None, {"from, to", "POST /exports"}),
        ("/regions?from=2022-04-01", None, {"from, to", "POST /exports"}),
        ("/query", QUERY, {"from, to", "POST /exports"}),
        ("/customers", None, {"/customers", "POST /query", "ApiQueryBytes"}),
    ],
)
def test_over_the_ceiling_it_is_refused_nothing_is_kept_and_under_a_higher_one_it_is_answered(
    lake: Lake, ceiling: Callable[[int], None], path: str, body: Any, advice: set[str]
) -> None:
    def ask() -> SimpleNamespace:
        return lake.get(path) if body is None else post(lake, path, body)

    before = kept_answers(lake)
    ceiling(LEAST)
    refused = ask()
    assert (refused.status, refused.json["code"]) == (422, "too_much_data"), refused.json
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert "Retry-After" not in refused.headers
    assert all(words in refused.json["detail"] for words in advice), refused.json["detail"]
    assert kept_answers(lake) == before

    ceiling(USUAL)
    answer = ask()
    assert (answer.status, answer.json["metadata"]["cache"]) == (200, "miss"), answer.json
    assert answer.json["metadata"]["bytes_scanned"] > LEAST
    assert len(kept_answers(lake) - before) == 1


def test_what_a_request_may_not_read_an_export_gives(lake: Lake, ceiling: Callable[[int], None]) -> None:
    ceiling(LEAST)
    question = {**QUERY, "grain": "month"}
    assert post(lake, "/query", question).status == 422
    started = post(lake, "/exports", question)
    assert started.status == 202, started.json

    def ended() -> Any:
        found = lake.get(f"/exports/{started.json['id']}").json
        return None if found["status"] == "running" else found

    export = wait_for(ended, "the export", 60)
    assert export["status"] == "succeeded", export
    assert export["bytes_scanned"] > LEAST
