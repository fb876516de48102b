"""The routes of the catalogue: each endpoint of metrics.yaml, ``POST /query``, and what describes them."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from inspect import Parameter, Signature
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from saleslake.analytics.answers import Answers
from saleslake.analytics.asked import Asked
from saleslake.analytics.json_text import json_text
from saleslake.analytics.named import Frozen, Wanted, usual, wanted
from saleslake.analytics.overview import OVERVIEW, PATH, OverviewWanted, overview
from saleslake.analytics.parameters import spelt
from saleslake.analytics.problem import refuse_unknown
from saleslake.analytics.reply import JSON, deadline_of, reply
from saleslake.analytics.report import Question
from saleslake.analytics.values import VALUES, KnownValues
from saleslake.metrics.built import catalogue
from saleslake.metrics.endpoint import Endpoint

_QUERY = "/query"
_CSV = "text/csv"
_REMEMBERED = 1024

_wanted = lru_cache(_REMEMBERED)(wanted)
_overview = lru_cache(_REMEMBERED)(overview)


def register(api: APIGatewayRestResolver, answers: Answers) -> None:
    """Add the routes to an API."""
    known = KnownValues(answers)
    for endpoint in catalogue().endpoints:
        path = endpoint.path.replace("{", "<").replace("}", ">")
        api.get(path, operation_id=endpoint.name)(_handler(api, answers, known, endpoint))

    @api.get(PATH, operation_id="analytics")
    def analytics() -> Response[Any]:
        asked = _overview(_given(api))
        return _checked(api, answers, known, asked, asked.report)

    @api.post(_QUERY, operation_id="query")
    def query() -> Response[Any]:
        refuse_unknown([name for name, _ in _given(api)], [], path=_QUERY)
        # the model of a query is made when the first is asked: the others need not wait for it
        from saleslake.analytics.semantic import asked_by, read_query  # noqa: PLC0415

        asked = asked_by(read_query(api.current_event.decoded_body))
        shown = asked.asked.shown if _accepts_csv(api) else ()
        return _checked(api, answers, known, asked, asked.asked, shown)

    @api.get("/meta", operation_id="meta")
    def meta() -> Response[Any]:
        refuse_unknown([name for name, _ in _given(api)], [], path="/meta")
        return Response(200, JSON, _meta(), {"Cache-Control": "no-cache"})


def named_questions() -> list[Question]:
    """What is asked most: every endpoint without parameters, and the values filters can name."""
    asked_as_they_are = (entry for entry in catalogue().endpoints if not (entry.identity or entry.is_of_runs))
    named = [usual(endpoint) for endpoint in asked_as_they_are]
    return [VALUES, OVERVIEW, *named]


def _handler(
    api: APIGatewayRestResolver, answers: Answers, known: KnownValues, endpoint: Endpoint
) -> Callable[..., Response[Any]]:
    def handler(**path: str) -> Response[Any]:
        accept = _CSV if _accepts_csv(api) else ""
        identity = path.get(endpoint.identity, "")
        asked = _wanted(endpoint, _given(api), identity=identity, accept=accept)
        shown = asked.asked.shown if asked.format == "csv" else ()
        return _checked(api, answers, known, asked, asked.asked, shown)

    # the resolver reads what a handler takes from its signature
    takes = (
        [Parameter(endpoint.identity, Parameter.KEYWORD_ONLY, annotation=str)] if endpoint.identity else []
    )
    handler.__signature__ = Signature(takes, return_annotation=Response[Any])  # type: ignore[attr-defined]
    handler.__name__ = endpoint.name
    return handler


def _checked(
    api: APIGatewayRestResolver,
    answers: Answers,
    known: KnownValues,
    asked: Wanted | OverviewWanted,
    question: Asked | Question,
    csv_columns: Iterable[str] = (),
) -> Response[Any]:
    deadline = deadline_of(api)
    known.check(asked.filters, asked.release, deadline)
    return reply(
        api, answers, question, deadline=deadline, release=asked.release, csv_columns=tuple(csv_columns)
    )


def _given(api: APIGatewayRestResolver) -> Frozen:
    """Names and values of the query parameters."""
    given = api.current_event.get("multiValueQueryStringParameters") or {}
    return tuple(sorted((name, tuple(values)) for name, values in given.items()))


def _accepts_csv(api: APIGatewayRestResolver) -> bool:
    accept = (api.current_event.headers.get("accept") or "").lower()
    return _CSV in accept and JSON not in accept


@lru_cache(1)
def _meta() -> str:
    """The catalogue: what can be asked for, and what it means; not how it is written in SQL."""
    found = catalogue().model_dump(mode="json", exclude={"endpoints": {"__all__": {"body"}}})
    for entry in found["dimensions"]:
        entry |= {"parameter": spelt(entry["name"]), "sources": sorted(entry["sql"])}
    for entry in found["measures"]:
        entry["rollups"] = list(entry["rollups"])
    inside = [
        entry for part in ("lookups", "derived") for address in found["endpoints"] for entry in address[part]
    ]
    for entry in (*found["measures"], *found["dimensions"], *found["sources"], *inside):
        for name in ("sql", "table", "where", "joins", "time"):
            entry.pop(name, None)
    return json_text({"status": "success", "data": found})
