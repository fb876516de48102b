"""Score the rows of a run by what was counted, before anything is built of them."""

from aws_lambda_powertools import Logger

from saleslake.aws.backend import backend
from saleslake.history import RunFiles
from saleslake.quality.score import score_rows

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict, context: object) -> dict:
    return score_rows(RunFiles.model_validate(event), backend()).model_dump(mode="json")
