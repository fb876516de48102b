"""What each endpoint of the catalogue takes as query parameters; OpenAPI and the checks are both made from this."""

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from saleslake.metrics.built import catalogue
from saleslake.metrics.endpoint import Endpoint
from saleslake.metrics.model import TIMES, Dimension
from saleslake.metrics.planner import Column, columns
from saleslake.metrics.request import Request

MOST_LIMIT = 1000
COMPARES = ("previous_period", "previous_year")
FORMATS = ("json", "csv")
SPELT = {"is_b2b": "b2b"}  # the one dimension whose parameter has a shorter name
RELEASE_PATTERN = r"^r-[0-9A-Za-z-]{1,64}$"

type Schema = dict[str, Any]

_DAY: Schema = {"type": "string", "format": "date", "examples": ["2022-05-01"]}


class Parameter(NamedTuple):
    """One query parameter."""

    name: str
    description: str
    schema: Schema

    @property
    def repeatable(self) -> bool:
        """Whether it may be given more than once."""
        return bool(self.schema["type"] == "array")


@cache
def filters(endpoint: Endpoint) -> Mapping[str, str]:
    """What rows can be filtered by: the dimension, or the view's column, by the name of the parameter."""
    if endpoint.view:
        return endpoint.filters
    return {spelt(entry.name): entry.name for entry in dimensions(endpoint.source)}


def spelt(dimension: str) -> str:
    """The parameter of a dimension."""
    return SPELT.get(dimension, dimension)


def dimensions(source: str) -> list[Dimension]:
    """The dimensions a source has."""
    return [entry for entry in catalogue().dimensions if source in entry.sql]


@cache
def parameters(endpoint: Endpoint) -> Mapping[str, Parameter]:
    """The query parameters of an endpoint by name."""
    found = [*_of_source(endpoint), *_filters(endpoint), *_of_rows(endpoint)]
    if endpoint.is_of_runs:
        return {parameter.name: parameter for parameter in found}
    found.append(
        Parameter(
            "release",
            "Answer from this release; without it from the current one",
            {"type": "string", "pattern": RELEASE_PATTERN, "examples": ["r-20220630T020000Z-0a1b2c"]},
        )
    )
    return {parameter.name: parameter for parameter in found}


def _of_source(endpoint: Endpoint) -> list[Parameter]:
    if not endpoint.source:
        return []
    found = [
        Parameter("from", "First day", _DAY),
        Parameter("to", "Last day, included", _DAY),
    ]
    if endpoint.grain:
        text = f"The part of time of a row; {endpoint.grain} unless given"
        found.append(Parameter("grain", text, {"type": "string", "enum": list(TIMES)}))
    if endpoint.choices:
        usual = ", ".join(map(spelt, endpoint.by)) or "nothing"
        choices = [spelt(name) for name in endpoint.choices]
        found.append(Parameter("by", f"What rows are grouped by; {usual} unless given", _names(choices)))
    if endpoint.compare:
        text = "Puts an earlier period beside the one from `from` to `to`: columns `…_before` and `…_change`"
        found.append(Parameter("compare", text, {"type": "string", "enum": list(COMPARES)}))
    return found


def _filters(endpoint: Endpoint) -> list[Parameter]:
    known = {entry.name: entry for entry in catalogue().dimensions}
    bands = {band.name: [str(line.result) for line in band.lines] for band in catalogue().bands}
    found = []
    for name, target in filters(endpoint).items():
        dimension = known.get(target)
        form = dimension.type if dimension else endpoint.columns.get(target)
        values: Schema = _DAY if form == "date" else {"type": "boolean" if form == "boolean" else "string"}
        if target in bands:
            values["enum"] = list(dict.fromkeys(bands[target]))
        text = (
            f"Only rows with one of these values: {dimension.description}"
            if dimension
            else "Only these values"
        )
        found.append(Parameter(name, text, {"type": "array", "items": values}))
    return found


def _of_rows(endpoint: Endpoint) -> list[Parameter]:
    shown = [column.name for column in every_column(endpoint)]
    found = [Parameter("fields", "Show only these columns", _names(shown))]
    if not endpoint.single:
        found += [
            Parameter("order", "Columns to sort by; a `-` before one puts the highest first", _signed(shown)),
            Parameter(
                "limit",
                f"Rows of a page; {endpoint.limit} unless given",
                {"type": "integer", "minimum": 1, "maximum": MOST_LIMIT},
            ),
            Parameter("cursor", "What an answer gave as `next`: goes on there", {"type": "string"}),
        ]
    text = (
        "csv gives the rows as CSV, as `Accept: text/csv` does; what is else in the answer is in its headers"
    )
    return [*found, Parameter("format", text, {"type": "string", "enum": list(FORMATS)})]


def _names(names: list[str]) -> Schema:
    return {"type": "array", "items": {"type": "string", "enum": names}}


def _signed(names: list[str]) -> Schema:
    return {"type": "array", "items": {"type": "string", "pattern": f"^-?({'|'.join(names)})$"}}


@cache
def every_column(endpoint: Endpoint) -> tuple[Column, ...]:
    """Every column any request to an endpoint can show."""
    if endpoint.view:
        return tuple(Column(name, form) for name, form in endpoint.columns.items())
    times = TIMES if endpoint.grain else ()
    by = tuple(dict.fromkeys((*times, *endpoint.by, *endpoint.choices)))
    widest = Request(
        source=endpoint.source,
        measures=endpoint.measures,
        by=by,
        lookups=endpoint.lookups,
        derived=endpoint.derived,
        compare="previous_year" if endpoint.compare else None,
    )
    return tuple(dict.fromkeys(columns(widest, catalogue())))
