"""The failure path: close the run as failed, alert, give the lease back."""

from aws_lambda_powertools import Logger

from saleslake.aws.backend import backend
from saleslake.release.abandon import Failure, abandon

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict, context: object) -> dict:
    return {"reason": abandon(Failure.model_validate(event), backend())}
