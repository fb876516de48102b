"""Write down what a run found out about the quality of its files, however it ended."""

from aws_lambda_powertools import Logger

from saleslake.aws.backend import backend
from saleslake.quality.record import RecordRequest, record

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict, context: object) -> dict:
    return record(RecordRequest.model_validate(event), backend()).model_dump(mode="json")
