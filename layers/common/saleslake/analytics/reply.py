"""An answer on its way out: headers, CSV, and a line in the logs when it cost something."""

from collections.abc import Sequence
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from saleslake.analytics import csv_text
from saleslake.analytics.answers import Answers
from saleslake.analytics.deadline import Deadline
from saleslake.analytics.report import Question

JSON = "application/json"

# API Gateway gives up after 29 s (https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html);
# what is left is for stopping the queries and for the way back.
REQUEST_SECONDS = 25.0
_LAMBDA_RESERVE_SECONDS = 2.0

# Whoever keeps an answer asks each time whether it still holds: a rollback shows at once.
_REVALIDATE = "private, no-cache"

# Answers worth a line in the logs; the others cost nothing, and writing it would be half of their time.
_WORK = ("miss", "object")

logger = Logger(child=True)


def deadline_of(api: APIGatewayRestResolver) -> Deadline:
    """When the request being answered must be on its way."""
    left = api.lambda_context.get_remaining_time_in_millis() / 1000 - _LAMBDA_RESERVE_SECONDS
    return Deadline.after(min(REQUEST_SECONDS, left))


def reply(
    api: APIGatewayRestResolver,
    answers: Answers,
    question: Question,
    *,
    deadline: Deadline,
    release: str | None = None,
    csv_columns: Sequence[str] = (),
) -> Response[Any]:
    """The answer to a question as a response, as CSV when it is to have columns."""
    mark = csv_text.ETAG_MARK if csv_columns else ""
    known = api.current_event.headers.get("if-none-match")
    answer = answers.answer(
        question, deadline=deadline, known=_without(known, mark) if known else None, release=release
    )
    if answer.cache in _WORK:
        logger.info(
            "answered",
            report=question.name,
            release=answer.release,
            cache=answer.cache,
            bytes_scanned=answer.bytes_scanned,
            request_id=api.current_event.request_context.request_id,
        )
    etag = f'{answer.etag[:-1]}{mark}"'
    headers = {"ETag": etag, "Cache-Control": _REVALIDATE, "Vary": "Accept"}
    if answer.body is None:
        return Response(304, headers=headers, body="")
    if csv_columns:
        parsed = csv_text.parsed(answer.body)
        text = csv_text.csv_text(parsed, csv_columns)
        return Response(200, csv_text.MEDIA_TYPE, text, headers | csv_text.headers(parsed["metadata"]))
    return Response(200, JSON, answer.body, headers)


def _without(if_none_match: str, mark: str) -> str:
    """Entity tags of this form of the answer, as the answer itself has them."""
    tags = [tag.strip() for tag in if_none_match.split(",")]
    marked = csv_text.ETAG_MARK + '"'
    if mark:
        return ",".join(tag.replace(marked, '"') for tag in tags if tag.endswith(marked))
    return ",".join(tag for tag in tags if not tag.endswith(marked))
