"""The HTTP face of the analytics: routes and headers. ``functions/serve`` is its Lambda."""

from functools import cache, partial
from pathlib import Path
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, CORSConfig, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.event_handler.openapi.params import Query

from saleslake import __version__
from saleslake.analytics.answers import Answers
from saleslake.analytics.endpoints import register
from saleslake.analytics.json_text import json_text
from saleslake.analytics.model import Health, ReleaseRow, ReleasesAnswer
from saleslake.analytics.openapi import document, responses
from saleslake.analytics.problem import refuse_unknown
from saleslake.analytics.refusals import Refusals
from saleslake.analytics.reply import JSON

_SHOWN = (
    "ETag",
    "Retry-After",
    "X-Release",
    "X-Data-As-Of",
    "X-Rollup",
    "X-Total",
    "X-Truncated",
    "X-Next-Cursor",
    "X-Bytes-Scanned",
    "X-Cost-Usd",
    "X-Cache",
)


def create_api(answers: Answers) -> APIGatewayRestResolver:
    """The API over a source of answers."""
    cors = CORSConfig(allow_headers=["If-None-Match"], expose_headers=list(_SHOWN), max_age=3600)
    api = APIGatewayRestResolver(enable_validation=True, cors=cors)
    Refusals(api)
    checked = [_refuse_unknown_parameters]

    register(api, answers)

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
        return Response(200, JSON, json_text(state.model_dump()), {"Cache-Control": "no-store"})

    @api.get(
        "/releases",
        summary="The releases that can be asked for",
        description="The current one and those before it that are kept, newest first. Costs no query.",
        responses=responses(ReleasesAnswer),
        operation_id="releases",
        middlewares=checked,
    )
    def releases(limit: Annotated[int, Query(ge=1, le=100, description="How many")] = 20) -> Response[Any]:
        found = [
            ReleaseRow(
                release=kept.release_id,
                is_current=number == 0,
                created_at=kept.created_at,
                data_as_of=kept.data_as_of,
                parent=kept.parent,
            )
            for number, kept in enumerate(answers.kept_releases(limit))
        ]
        told = ReleasesAnswer(status="success", data=found)
        return Response(200, JSON, json_text(told.model_dump()), {"Cache-Control": "no-store"})

    described = cache(partial(document, api))

    @api.get("/openapi.json", include_in_schema=False, middlewares=checked)
    def openapi() -> Response[Any]:
        return Response(200, JSON, described(), {"Cache-Control": "no-cache"})

    @api.get("/", include_in_schema=False, middlewares=checked)
    @api.get("/docs", include_in_schema=False, middlewares=checked)
    def docs() -> Response[Any]:
        page = Path(__file__).with_name("docs.html").read_text(encoding="utf-8")
        return Response(200, "text/html; charset=utf-8", page, {"Cache-Control": "no-cache"})

    return api


def _refuse_unknown_parameters(api: APIGatewayRestResolver, proceed: NextMiddleware) -> Response[Any]:
    given = api.current_event.query_string_parameters
    if given:
        route = api.context["_route"]
        known = [parameter.alias for parameter in route.dependant.query_params]
        refuse_unknown(given.keys(), known, path=route.path)
    return proceed(api)
