"""Make what a run built what everybody reads."""

from aws_lambda_powertools import Logger

from saleslake.aws.backend import backend
from saleslake.release.publish import PublishRequest, publish

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict, context: object) -> dict:
    return publish(PublishRequest.model_validate(event), backend()).model_dump(mode="json")
