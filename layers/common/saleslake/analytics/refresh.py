"""Ask what will be asked anyway, so that the first to ask a new release does not wait for Athena."""

import time
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

from aws_lambda_powertools import Logger

from saleslake.analytics.answers import Answers
from saleslake.analytics.asks import Ask
from saleslake.analytics.deadline import Deadline
from saleslake.analytics.report import Question
from saleslake.errors import SaleslakeError

_QUESTION_SECONDS = 60.0

logger = Logger(child=True)


class Refreshed(NamedTuple):
    """How many questions were asked, how many of them Athena had to answer, and how many it could not."""

    questions: int
    computed: int
    failed: int


def refresh(
    answers: Answers,
    named: Iterable[Question],
    asked: Iterable[Ask],
    ask: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    *,
    seconds: float,
) -> Refreshed:
    """Answer named questions, then those people asked most, for as long as there is time.

    Parameters
    ----------
    named
        Questions of the catalogue.
    asked
        Requests as they came.
    ask
        Answers the event of a request.
    """
    end = time.monotonic() + seconds
    questions = computed = failed = 0
    for question in named:
        if time.monotonic() > end:
            break
        questions += 1
        try:
            found = answers.answer(question, deadline=Deadline.after(_QUESTION_SECONDS))
            computed += found.cache == "miss"
        except SaleslakeError as error:  # the others may well be answered
            failed += 1
            logger.warning("not refreshed", question=question.name, code=error.code, reason=str(error))
    for request in asked:
        if time.monotonic() > end:
            break
        questions += 1
        response = ask(event_of(request))
        computed += '"cache":"miss"' in str(response["body"])[-500:]
        failed += response["statusCode"] != HTTPStatus.OK
    return Refreshed(questions, computed, failed)


def event_of(ask: Ask) -> dict[str, Any]:
    """A question as API Gateway hands it to the API."""
    method, path, given, body = ask
    return {
        "httpMethod": method,
        "path": path,
        "resource": "/{proxy+}",
        "headers": {"Accept": "application/json"},
        "multiValueHeaders": {"Accept": ["application/json"]},
        "queryStringParameters": {name: values[-1] for name, values in given} or None,
        "multiValueQueryStringParameters": {name: list(values) for name, values in given} or None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {"requestId": "refresh", "stage": "refresh", "path": path, "httpMethod": method},
        "body": body or None,
        "isBase64Encoded": False,
    }
