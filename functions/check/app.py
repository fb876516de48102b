"""Look at the files of a run before any row is read, and score them."""

from aws_lambda_powertools import Logger

from saleslake.aws.backend import backend
from saleslake.history import RunFiles
from saleslake.quality.files import check_files

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict, context: object) -> dict:
    return check_files(RunFiles.model_validate(event), backend()).model_dump(mode="json")
