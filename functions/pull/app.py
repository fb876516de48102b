"""Fetch what APIs have to tell since the last time, into landing: one source or all of them."""

from aws_lambda_powertools import Logger

from saleslake.aws.backend import backend
from saleslake.pull.run import PullRequest, pull

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict, context: object) -> dict:
    remaining = context.get_remaining_time_in_millis  # type: ignore[attr-defined]
    pulled = pull(PullRequest.model_validate(event), backend(), seconds_left=lambda: remaining() / 1000)
    for source in pulled:
        logger.info("pulled", **source.model_dump())
    return {"sources": [source.model_dump(mode="json") for source in pulled]}
