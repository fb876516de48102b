"""Make an earlier release the current one again."""

from aws_lambda_powertools import Logger

from saleslake.aws.backend import backend
from saleslake.release.rollback import RollbackRequest, roll_back

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict, context: object) -> dict:
    return roll_back(RollbackRequest.model_validate(event), backend()).model_dump(mode="json")
