"""Every error of the API, on its way out as a problem document."""

from collections.abc import Mapping
from http import HTTPStatus

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError

from saleslake.analytics.json_text import json_text
from saleslake.analytics.problem import MEDIA_TYPE, ParameterFault, Problem, problem, problem_of
from saleslake.errors import SaleslakeError
from saleslake.metrics.built import catalogue

RETRY_SECONDS = 5

# What an asker can do about it, where that is more than trying again.
_ADVICE = {
    "too_much_data": (
        "The question reads more than a request may. Narrow it: fewer days (from, to), fewer filters and groups "
        "that only the single lines know, no customers or orders counted; or have it run as an export, "
        "POST /exports, which has no such ceiling."
    ),
    "query_timed_out": (
        "The query took longer than a request may, and was stopped. Narrow it by from and to, or have it run as "
        "an export, POST /exports, which takes as long as it takes."
    ),
}
# The rows of a view are computed over all there is, and no export takes them.
_ADVICE_ON_VIEWS = {
    "too_much_data": (
        "{path} reads more than a request may, and no parameter makes it read less. Measures by day, state or "
        "product can be had of POST /query instead; the ceiling is the stack's parameter ApiQueryBytes."
    ),
    "query_timed_out": (
        "The query took longer than a request may, and was stopped; no parameter makes {path} read less. Measures "
        "by day, state or product can be had of POST /query instead."
    ),
}

logger = Logger(child=True)


class Refusals:
    """Turns what a route raises into a response; CORS headers are the resolver's, as on any answer."""

    def __init__(self, api: APIGatewayRestResolver) -> None:
        self._api = api
        api.exception_handler(SaleslakeError)(self.of_known_error)
        api.exception_handler(RequestValidationError)(self.of_invalid_parameters)
        api.exception_handler(NotFoundError)(self.of_no_route)
        api.exception_handler(Exception)(self.of_unexpected)

    def of_known_error(self, error: SaleslakeError) -> Response[str]:
        """An error raised on purpose, by its own code and status."""
        if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            logger.error(
                "refused",
                code=error.code,
                reason=str(error),
                request_id=self._request_id,
                exc_info=error,
            )
        told = problem_of(error, path=self._path, request_id=self._request_id)
        if advice := self._advice(error.code):
            detail = f"{advice} {told.detail}" if error.retryable else advice
            told = told.model_copy(update={"detail": detail})
        return _response(told, {"Retry-After": str(RETRY_SECONDS)} if error.retryable else {})

    def of_invalid_parameters(self, error: RequestValidationError) -> Response[str]:
        """Parameters whose values do not fit, one fault each."""
        faults = [
            ParameterFault(parameter=".".join(map(str, fault["loc"][1:])), detail=fault["msg"])
            for fault in error.errors()
        ]
        detail = "; ".join(f"{fault.parameter}: {fault.detail}" for fault in faults)
        told = self._problem("invalid_parameter", HTTPStatus.BAD_REQUEST, detail)
        return _response(told.model_copy(update={"errors": faults}))

    def of_no_route(self, _: NotFoundError) -> Response[str]:
        """A path there is not, or one that does not take this method."""
        # The resolver calls both "not found"; only its own routes can tell the two apart.
        routes = self._api._static_routes + self._api._dynamic_routes
        methods = {route.method for route in routes if route.rule.match(self._path)}
        if not methods:
            detail = f"there is no {self._path}; /openapi.json lists what there is"
            return _response(self._problem("not_found", HTTPStatus.NOT_FOUND, detail))
        allowed = ", ".join(sorted({"OPTIONS", *methods}))
        detail = f"{self._path} takes {allowed}, not {self._api.current_event.http_method}"
        told = self._problem("method_not_allowed", HTTPStatus.METHOD_NOT_ALLOWED, detail)
        return _response(told, {"Allow": allowed})

    def of_unexpected(self, error: Exception) -> Response[str]:
        """A defect: told without its inside, which goes to the logs."""
        logger.error("failed", request_id=self._request_id, exc_info=error)
        detail = f"The logs of request {self._request_id} say what happened."
        return _response(self._problem("internal_error", HTTPStatus.INTERNAL_SERVER_ERROR, detail))

    def _advice(self, code: str) -> str | None:
        first = self._path.split("/")[1]
        of_views = {entry.path.split("/")[1] for entry in catalogue().endpoints if entry.view}
        advice = (_ADVICE_ON_VIEWS if first in of_views else _ADVICE).get(code)
        return advice and advice.format(path=f"/{first}")

    @property
    def _path(self) -> str:
        return self._api.current_event.path

    @property
    def _request_id(self) -> str:
        return self._api.current_event.request_context.request_id or "unknown"

    def _problem(self, code: str, status: HTTPStatus, detail: str) -> Problem:
        return problem(code, status, detail, path=self._path, request_id=self._request_id)


def _response(told: Problem, headers: Mapping[str, str] | None = None) -> Response[str]:
    text = json_text(told.model_dump())
    return Response(told.status, MEDIA_TYPE, text, {**(headers or {}), "Cache-Control": "no-store"})
