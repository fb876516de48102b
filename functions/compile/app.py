"""Render the SQL that BuildWarehouse runs for what Transform wrote."""

from aws_lambda_powertools import Logger

from saleslake.aws.backend import backend
from saleslake.warehouse.build import BuildRequest, compile_build

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict, context: object) -> dict:
    return compile_build(BuildRequest.model_validate(event), backend()).model_dump(mode="json")
