"""Check every published table by the clock; tell people once per incident."""

from aws_lambda_powertools import Logger

from saleslake.aws.backend import backend
from saleslake.quality.incidents import watch

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict, context: object) -> dict:
    return watch(backend()).model_dump(mode="json")
