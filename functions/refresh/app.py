"""Answer the named reports and what is asked most, ahead: after a run, and every morning."""

from typing import Any

from aws_lambda_powertools import Logger

from saleslake.analytics.answers import Answers
from saleslake.analytics.api import create_api
from saleslake.analytics.asks import most_asked
from saleslake.analytics.endpoints import named_questions
from saleslake.analytics.refresh import refresh
from saleslake.aws.athena_shared import SharedQueries
from saleslake.aws.backend import backend
from saleslake.aws.readers_release import ReadersRelease

MOST_ASKED = 100
RESERVE_SECONDS = 60

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    stack = backend()
    stack.ledger.wait_for_readers()
    releases = ReadersRelease(stack.ledger)
    answers = Answers(releases, stack.lake, SharedQueries(stack.athena), database=stack.settings.database)
    api = create_api(answers)
    seconds = context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS
    found = refresh(
        answers,
        named_questions() if releases.current_release() else (),
        most_asked(stack.lake, MOST_ASKED),
        lambda asked: api.resolve(dict(asked), context),
        seconds=seconds,
    )
    logger.info("refreshed", **found._asdict())
    return found._asdict()
