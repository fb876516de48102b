"""The events under events/ are what the functions really get."""

import json
from pathlib import Path

import pytest
from pydantic import BaseModel

from saleslake.history import RunFiles
from saleslake.ingest.receive import LandedObject
from saleslake.pull.run import PullRequest
from saleslake.quality.record import RecordRequest
from saleslake.release.abandon import Failure
from saleslake.release.plan import PlanRequest
from saleslake.release.publish import PublishRequest
from saleslake.release.rollback import RollbackRequest
from saleslake.warehouse.build import BuildRequest

EVENTS = Path(__file__).parents[2] / "events"
STATES = json.loads((EVENTS.parent / "statemachine" / "etl.asl.json").read_text())["States"]


@pytest.mark.parametrize(
    ("verb", "model"),
    [
        ("plan", PlanRequest),
        ("check", RunFiles),
        ("score", RunFiles),
        ("record", RecordRequest),
        ("compile", BuildRequest),
        ("reconcile", RunFiles),
        ("publish", PublishRequest),
        ("rollback", RollbackRequest),
        ("abandon", Failure),
    ],
)
def test_a_pipeline_function_takes_its_event_and_the_state_machine_sends_the_same_fields(
    verb: str, model: type[BaseModel]
):
    event = json.loads((EVENTS / f"{verb}.json").read_text())
    model.model_validate(event)
    task = next(
        state
        for state in STATES.values()
        if state.get("Arguments", {}).get("FunctionName") == f"${{{verb.title()}FunctionArn}}"
    )
    payload = task["Arguments"]["Payload"]
    if isinstance(payload, dict):
        assert set(payload) == set(event)


def test_the_ingest_event_names_the_bytes_that_landed():
    event = json.loads((EVENTS / "ingest.json").read_text())
    landed = LandedObject.from_event(json.loads(event["Records"][0]["body"]))
    assert landed.name == "report.csv"
    assert landed.version == "IYV3p45BT0ac8hjHg1houSdS1a.Mro8e"


def test_the_pull_event_names_one_source_and_an_empty_one_means_all():
    assert PullRequest.model_validate(json.loads((EVENTS / "pull.json").read_text())).source == "shop_orders"
    assert PullRequest.model_validate({}).source is None
