"""Account for every row and every cent of a run before it is published."""

from aws_lambda_powertools import Logger

from saleslake.aws.backend import backend
from saleslake.history import RunFiles
from saleslake.warehouse.reconcile import reconcile

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict, context: object) -> dict:
    return reconcile(RunFiles.model_validate(event), backend()).model_dump(mode="json")
