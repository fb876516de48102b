"""The HTTP face of the analytics: routes and headers. ``functions/serve`` is its Lambda."""

from functools import cache, partial
from typing import Annotated, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, CORSConfig, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.event_handler.openapi.params import Query

from saleslake import __version__
from saleslake.analytics.answers import Answers
from saleslake.analytics.deadline import Deadline
from saleslake.analytics.json_text import json_text
from saleslake.analytics.model import AnalyticsAnswer, Health
from saleslake.analytics.openapi import GONE, NO_RELEASE, UNCHANGED, document, responses
from saleslake.analytics.overview import OVERVIEW
from saleslake.analytics.problem import refuse_unknown
from saleslake.analytics.refusals import Refusals
from saleslake.analytics.report import Report

# API Gateway gives up after 29 s (https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html);
# what is left is for stopping the queries and for the way back.
REQUEST_SECONDS = 25.0
_LAMBDA_RESERVE_SECONDS = 2.0

# Whoever keeps an answer asks each time whether it still holds: a rollback shows at once.
_REVALIDATE = "private, no-cache"
_JSON = "application/json"

AsOf = Annotated[
    str | None,
    Query(
        pattern=r"^r-[0-9A-Za-z-]{1,64}$",
        description="Answer from this release; without it from the current one. `saleslake releases` lists them.",
        examples=["r-20220630T020000Z-0a1b2c"],
    ),
]

# Answers worth a line in the logs; the others cost nothing, and writing it would be half of their time.
_WORK = ("miss", "object")

logger = Logger(child=True)


def create_api(answers: Answers) -> APIGatewayRestResolver:
    """The API over a source of answers."""
    cors = CORSConfig(allow_headers=["If-None-Match"], expose_headers=["ETag", "Retry-After"], max_age=3600)
    api = APIGatewayRestResolver(enable_validation=True, cors=cors)
    Refusals(api)
    checked = [_refuse_unknown_parameters]

    @api.get(
        "/analytics",
        summary="The sales of the current release at a glance",
        description="Key figures, and sales by state, category and month, of everything that is published.",
        responses=responses(AnalyticsAnswer, UNCHANGED, NO_RELEASE, GONE),
        operation_id="analytics",
        middlewares=checked,
    )
    def analytics(release: AsOf = None) -> Response[Any]:
        return _answer(api, answers, OVERVIEW, release)

    @api.get(
        "/health",
        summary="Whether the API is there, and what it serves",
        description="Costs no query.",
        responses=responses(Health),
        operation_id="health",
        middlewares=checked,
    )
    def health() -> Response[Any]:
        state = Health(status="ok", version=__version__, release=answers.current_release())
        return Response(200, _JSON, json_text(state.model_dump()), {"Cache-Control": "no-store"})

    described = cache(partial(document, api))

    @api.get("/openapi.json", include_in_schema=False, middlewares=checked)
    def openapi() -> Response[Any]:
        return Response(200, _JSON, described(), {"Cache-Control": "no-cache"})

    return api


def _answer(
    api: APIGatewayRestResolver, answers: Answers, report: Report, release: str | None
) -> Response[Any]:
    left = api.lambda_context.get_remaining_time_in_millis() / 1000 - _LAMBDA_RESERVE_SECONDS
    answer = answers.answer(
        report,
        deadline=Deadline.after(min(REQUEST_SECONDS, left)),
        known=api.current_event.headers.get("if-none-match"),
        release=release,
    )
    if answer.cache in _WORK:
        logger.info(
            "answered",
            report=report.name,
            release=answer.release,
            cache=answer.cache,
            bytes_scanned=answer.bytes_scanned,
            request_id=api.current_event.request_context.request_id,
        )
    headers = {"ETag": answer.etag, "Cache-Control": _REVALIDATE}
    if answer.body is None:
        return Response(304, headers=headers, body="")
    return Response(200, _JSON, answer.body, headers)


def _refuse_unknown_parameters(api: APIGatewayRestResolver, proceed: NextMiddleware) -> Response[Any]:
    given = api.current_event.query_string_parameters
    if given:
        route = api.context["_route"]
        known = [parameter.alias for parameter in route.dependant.query_params]
        refuse_unknown(given.keys(), known, path=route.path)
    return proceed(api)
