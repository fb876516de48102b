"""Start exports and say how far they are: what does not fit a request runs in Athena's own time."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging import correlation_paths

from saleslake.analytics.answers import Answers
from saleslake.analytics.exports import Exports
from saleslake.analytics.exports_api import create_exports_api
from saleslake.analytics.values import KnownValues
from saleslake.aws.athena_shared import SharedQueries
from saleslake.aws.backend import backend
from saleslake.aws.readers_release import ReadersRelease
from saleslake.aws.unattended import UnattendedQueries

logger = Logger()

stack = backend()
database, releases = stack.settings.database, ReadersRelease(stack.ledger)
exports = Exports(releases, stack.lake, UnattendedQueries(stack.athena), database=database)
answers = Answers(releases, stack.lake, SharedQueries(stack.athena), database=database)
api = create_exports_api(exports, KnownValues(answers))


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """API Gateway proxy event in, proxy response out."""
    return api.resolve(event, context)
