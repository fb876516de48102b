"""First step of every run: lease, restore, and what there is to do."""

from aws_lambda_powertools import Logger

from saleslake.aws.backend import backend
from saleslake.release.plan import PlanRequest, plan

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict, context: object) -> dict:
    return plan(PlanRequest.model_validate(event), backend()).model_dump(mode="json")
