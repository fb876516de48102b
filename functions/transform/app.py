"""Turn one raw file into typed Parquet: one item of the pipeline's Transform map."""

from aws_lambda_powertools import Logger

from saleslake.aws.backend import backend
from saleslake.transform import TransformRequest, transform_file

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict, context: object) -> dict:
    request = TransformRequest.model_validate(event)
    memory = int(context.memory_limit_in_mb)
    return transform_file(request, backend().lake, memory_mib=memory).model_dump(mode="json")
