"""The HTTP face of exports: ``POST /exports`` and ``GET /exports/{id}``. ``functions/export`` is its Lambda."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, CORSConfig, Response

from saleslake.analytics.asked import Asked
from saleslake.analytics.exports import RETRY_SECONDS, Export, Exports
from saleslake.analytics.json_text import json_text
from saleslake.analytics.problem import FaultyParameters, ParameterFault, refuse_unknown
from saleslake.analytics.refusals import Refusals
from saleslake.analytics.reply import deadline_of
from saleslake.analytics.semantic import asked_by, read_query
from saleslake.analytics.values import KnownValues
from saleslake.metrics.built import catalogue
from saleslake.metrics.planner import plan
from saleslake.metrics.request import Request

PATH = "/exports"
_JSON = "application/json"

logger = Logger(child=True)


@dataclass(frozen=True)
class Whole:
    """A question with all its rows instead of a page of them."""

    asked: Asked

    @property
    def question(self) -> str:
        """Names it, and only it."""
        return self.asked.question

    def statement(self) -> str:
        """Its statement, not yet pinned to a release."""
        if not isinstance(self.asked.request, Request):
            raise TypeError(f"{self.asked.name} is of a view")
        return plan(self.asked.request, catalogue()).statement


def create_exports_api(exports: Exports, known: KnownValues) -> APIGatewayRestResolver:
    """The API over exports; filters are held against the values a release is known to have."""
    shown = ["Location", "Retry-After"]
    api = APIGatewayRestResolver(cors=CORSConfig(expose_headers=shown, max_age=3600))
    Refusals(api)

    @api.post(PATH)
    def start() -> Response[str]:
        refuse_unknown(api.current_event.query_string_parameters or {}, [], path=PATH)
        query = read_query(api.current_event.decoded_body)
        for name, given in (("cursor", query.cursor), ("fill", query.fill or None)):
            if given is not None:
                detail = f"{name} is of pages; an export has every row there is"
                raise FaultyParameters([ParameterFault(parameter=name, detail=detail)])
        wanted = asked_by(query)
        known.check(wanted.filters, wanted.release, deadline_of(api))
        export = exports.start(Whole(wanted.asked), wanted.release)
        logger.info("export", export_id=export.id, release=export.release, status=export.status)
        # relative: the address that was asked ends in /exports, whatever stands before it
        return _told(export, HTTPStatus.ACCEPTED, {"Location": f"exports/{export.id}"})

    @api.get(f"{PATH}/<export_id>")
    def find(export_id: str) -> Response[str]:
        refuse_unknown(api.current_event.query_string_parameters or {}, [], path=f"{PATH}/{{id}}")
        return _told(exports.find(export_id), HTTPStatus.OK, {})

    return api


def _told(export: Export, status: HTTPStatus, headers: dict[str, Any]) -> Response[str]:
    if export.status == "running":
        headers["Retry-After"] = str(RETRY_SECONDS)
    text = json_text(export.model_dump())
    return Response(status, _JSON, text, headers | {"Cache-Control": "no-store"})
