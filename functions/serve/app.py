"""Answer the requests of the API: one Lambda behind every path."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging import correlation_paths

from saleslake.analytics.answers import Answers
from saleslake.analytics.api import create_api
from saleslake.analytics.asks import Asks
from saleslake.aws.athena_shared import SharedQueries
from saleslake.aws.backend import backend
from saleslake.aws.readers_release import ReadersRelease

logger = Logger()

# Made while Lambda initialises the process, so that the first request does not wait for it.
stack = backend()
queries = SharedQueries(stack.athena)
answers = Answers(ReadersRelease(stack.ledger), stack.lake, queries, database=stack.settings.database)
api = create_api(answers)
asks = Asks(stack.lake)


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """API Gateway proxy event in, proxy response out."""
    response = api.resolve(event, context)
    asks.note(event, response["statusCode"])
    return response
