"""The description of the API, generated from its routes and models."""

import json
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from pydantic import BaseModel

from saleslake import __version__
from saleslake.analytics.problem import MEDIA_TYPE, Problem

_ABOUT = (
    "Sales figures of one release at a time: every figure of an answer is of the release its metadata names. "
    "Money is exact and has two decimals; read it as a decimal where cents matter."
)

_PROBLEM = {MEDIA_TYPE: {"model": Problem}}

_ALWAYS: dict[int, Any] = {
    400: {"description": "A parameter is unknown or cannot be used", "content": _PROBLEM},
    500: {"description": "Something went wrong on our side", "content": _PROBLEM},
    503: {"description": "The answer is not available at the moment", "content": _PROBLEM},
}


def responses(model: type[BaseModel], *others: dict[int, Any]) -> dict[int, Any]:
    """What a route may answer: its model, what it names itself, and the problems any route may have."""
    found = {200: {"description": "The answer", "content": {"application/json": {"model": model}}}}
    for other in others:
        found |= other
    return dict(sorted((found | _ALWAYS).items()))


def document(api: APIGatewayRestResolver) -> str:
    """OpenAPI 3.1 description of an API as JSON text."""
    # Only who asks for the description pays for the modules that make it.
    from aws_lambda_powertools.event_handler.openapi.models import APIKey, APIKeyIn, Server  # noqa: PLC0415

    described = json.loads(
        api.get_openapi_json_schema(
            title="saleslake",
            version=__version__,
            summary="Sales figures, exact to the cent",
            description=_ABOUT,
            servers=[Server(url=".", description="The folder this document is in")],
            security_schemes={"ApiKey": APIKey(name="x-api-key", **{"in": APIKeyIn.header})},
            security=[{}, {"ApiKey": []}],
        )
    )
    described = _without_422(described)
    # and so for those that describe what the catalogue names
    from saleslake.analytics.described import describe  # noqa: PLC0415

    describe(described)
    return json.dumps(described, indent=1, ensure_ascii=False) + "\n"


def _without_422(described: dict[str, Any]) -> dict[str, Any]:
    """Drop the resolver's own answer to invalid requests: ours is a problem with status 400."""
    for operations in described["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
    for schema in ("HTTPValidationError", "ResponseValidationError", "ValidationError"):
        described["components"]["schemas"].pop(schema, None)
    return described
