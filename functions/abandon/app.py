"""The failure path: close the run as failed, alert, give the lease back, see to the files that still wait."""

from aws_lambda_powertools import Logger

from saleslake.aws.backend import backend
from saleslake.release.abandon import Ending, Failure, abandon, clean_up

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict, context: object) -> dict:
    if "detail-type" in event:  # EventBridge tells of an execution that has ended, by whatever way
        return {"cleaned_up": clean_up(Ending.model_validate(event["detail"]), backend())}
    return {"reason": abandon(Failure.model_validate(event), backend())}
