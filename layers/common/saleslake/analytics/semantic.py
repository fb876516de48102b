"""``POST /query``: any measures of the catalogue by any dimensions, as a question."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from saleslake.analytics.asked import Asked
from saleslake.analytics.cursor import read_cursor
from saleslake.analytics.named import Wanted, going_on
from saleslake.analytics.parameters import MOST_LIMIT, RELEASE_PATTERN
from saleslake.analytics.problem import FaultyParameters, ParameterFault, closest, not_one_of
from saleslake.analytics.reading import FIRST_YEAR, LAST_YEAR, LONGEST
from saleslake.errors import InvalidParameter
from saleslake.metrics.built import catalogue
from saleslake.metrics.planner import columns, plan
from saleslake.metrics.request import Request, filters_of

_SHOWN_OF_INPUT = 100
_DAY = Field(default=None, ge=date(FIRST_YEAR, 1, 1), le=date(LAST_YEAR, 12, 31))
type Name = Annotated[str, Field(min_length=1, max_length=LONGEST)]
type FilterValue = Annotated[str, Field(max_length=LONGEST, pattern=r"^[^\x00-\x1f\x7f]*$")] | bool | None


class Query(BaseModel):
    """What to compute, by what, of which rows."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        defer_build=True,
        json_schema_extra={
            "examples": [
                {
                    "measures": ["revenue", "orders"],
                    "dimensions": ["channel"],
                    "grain": "month",
                    "filters": {"state": ["Maharashtra", "Karnataka"]},
                    "from": "2022-04-01",
                    "to": "2022-06-30",
                }
            ]
        },
    )

    measures: list[Name] = Field(min_length=1, max_length=30, description="Measures of the catalogue")
    dimensions: list[Name] = Field(default_factory=list, max_length=8, description="What rows are grouped by")
    grain: Literal["day", "week", "month", "quarter", "year"] | None = Field(
        default=None, description="The part of time a row is of; without it all time in one"
    )
    filters: dict[Name, Annotated[list[FilterValue], Field(min_length=1, max_length=100)]] = Field(
        default_factory=dict,
        max_length=16,
        description="Values by dimension; null stands for rows that have none",
    )
    first: Annotated[date | None, _DAY] = Field(default=None, alias="from", description="First day")
    last: Annotated[date | None, _DAY] = Field(default=None, alias="to", description="Last day, included")
    compare: Literal["previous_period", "previous_year"] | None = Field(
        default=None, description="Puts an earlier period beside this one: columns …_before and …_change"
    )
    order: list[Name] = Field(
        default_factory=list, max_length=16, description="Columns to sort by, highest first with a - before"
    )
    limit: int = Field(default=100, ge=1, le=MOST_LIMIT, description="Rows of a page")
    cursor: str | None = Field(default=None, description="What an answer gave as next: goes on there")
    fill: bool = Field(default=False, description="Show parts of time without rows as well")
    source: Name | None = Field(
        default=None,
        description="Where to compute it from; without it the first that has all that is asked for",
    )
    release: str | None = Field(default=None, pattern=RELEASE_PATTERN, description="Answer from this release")


def read_query(body: str | None) -> Query:
    """A query from its JSON.

    Raises
    ------
    FaultyParameters
        It is no JSON, or not of a query; one fault for each field.
    """
    try:
        return Query.model_validate_json(body or "")
    except ValidationError as error:
        raise FaultyParameters(_told(error)) from error


def asked_by(query: Query) -> Wanted:
    """The question of a query.

    Raises
    ------
    FaultyParameters
        The catalogue has no such names, or not together.
    """
    source = _source(query)
    by = ((query.grain,) if query.grain else ()) + tuple(dict.fromkeys(query.dimensions))
    request = Request(
        source=source,
        measures=tuple(dict.fromkeys(query.measures)),
        by=by,
        filters=filters_of((name, _typed(name, values)) for name, values in query.filters.items()),
        first=query.first,
        last=query.last,
        compare=query.compare,
    )
    request = request.model_copy(update={"order": _order(query, request)})
    _check(query, request)
    names = tuple(column.name for column in columns(request, catalogue()))
    asked = Asked(
        name="query",
        request=request,
        columns=columns(request, catalogue()),
        shown=names,
        limit=query.limit,
        fill=query.fill and {name.removeprefix("-") for name in request.order} <= {query.grain},
    )
    checks = tuple((f"filters.{found.name}", found.name, found.values) for found in request.filters)
    release = query.release
    if query.cursor is not None:
        cursor = read_cursor(query.cursor)
        if release and release != cursor.release:
            raise _refused(
                "cursor", f"cursor is of release {cursor.release}: leave out release, or begin anew"
            )
        asked, release = going_on(asked, cursor), cursor.release
    return Wanted(asked, release, checks)


def _source(query: Query) -> str:
    """The first source that has every measure and dimension."""
    found = catalogue()
    measures = {entry.name: entry.sources for entry in found.measures}
    dimensions = {entry.name: tuple(entry.sql) for entry in found.dimensions}
    sources = [entry.name for entry in found.sources]
    faults = [not_one_of("measures", name, list(measures)) for name in query.measures if name not in measures]
    faults += [
        not_one_of(part, name, list(dimensions))
        for part, names in (("dimensions", query.dimensions), ("filters", query.filters))
        for name in names
        if name not in dimensions
    ]
    if query.source and query.source not in sources:
        faults.append(not_one_of("source", query.source, sources))
    if faults:
        raise FaultyParameters(faults)
    able = set.intersection(
        {query.source} if query.source else set(sources),
        *(set(measures[name]) for name in query.measures),
        *(set(dimensions[name]) for name in [*query.dimensions, *query.filters]),
    )
    if not able:
        raise FaultyParameters([_not_together(query, measures, dimensions)])
    return next(name for name in sources if name in able)


def _not_together(
    query: Query, measures: dict[str, tuple[str, ...]], dimensions: dict[str, tuple[str, ...]]
) -> ParameterFault:
    """Which measure and which dimension have no source in common, and what the measure goes with instead."""
    for measure in query.measures:
        for part, names in (("dimensions", query.dimensions), ("filters", query.filters)):
            for name in names:
                if not set(measures[measure]) & set(dimensions[name]):
                    right = [n for n, sources in dimensions.items() if set(sources) & set(measures[measure])]
                    detail = f"{measure} does not go with {name}; it goes with {', '.join(right)}"
                    return ParameterFault(parameter=part, detail=detail, closest=closest(name, right))
    first = query.measures[0]
    right = [name for name, sources in measures.items() if set(sources) & set(measures[first])]
    detail = f"no source has all of them; {first} goes with {', '.join(right)}"
    return ParameterFault(parameter="measures", detail=detail)


def _order(query: Query, request: Request) -> tuple[str, ...]:
    known = [column.name for column in columns(request, catalogue())]
    faults = [not_one_of("order", name, known) for name in query.order if name.removeprefix("-") not in known]
    if faults:
        raise FaultyParameters(faults)
    return tuple({name.removeprefix("-"): name for name in reversed(query.order)}.values())[::-1]


def _check(query: Query, request: Request) -> None:
    if request.first and request.last and request.first > request.last:
        raise _refused("to", f"to cannot be before from: {request.last} comes before {request.first}")
    if query.fill and not query.grain:
        raise _refused("fill", "fill needs grain: the part of time whose gaps are filled")
    try:
        plan(request, catalogue())
    except InvalidParameter as error:
        raise _refused("compare" if request.compare else "grain", str(error)) from error


def _typed(name: str, values: Sequence[str | bool | None]) -> Sequence[str | bool | None]:
    kind = catalogue().dimension(name).type
    for value in values:
        if value is not None and isinstance(value, bool) != (kind == "boolean"):
            right = "true and false" if kind == "boolean" else "text"
            raise _refused(f"filters.{name}", f"filters.{name} cannot be {value!r}: it takes {right}")
    return values


def _told(error: ValidationError) -> list[ParameterFault]:
    """One fault for each field; a value of a filter has one per type it could be of, which are told as one."""
    found: dict[str, ParameterFault] = {}
    known = [field.alias or field_name for field_name, field in Query.model_fields.items()]
    for fault in error.errors(include_url=False):
        place, text = fault["loc"], fault["msg"]
        if place[:1] == ("filters",) and len(place) > len(("filters", "state", 0)):
            place, text = place[:3], f"it takes text of at most {LONGEST} characters, true, false or null"
        name = ".".join(map(str, place)) or "body"
        near = closest(name, known) if fault["type"] == "extra_forbidden" else []
        right = f": did you mean {' or '.join(near)}?" if near else ""
        shown = repr(fault["input"])[:_SHOWN_OF_INPUT] if len(place) else ""
        value = f" cannot be {shown}" if shown and fault["type"] not in {"missing", "extra_forbidden"} else ""
        found.setdefault(
            name, ParameterFault(parameter=name, detail=f"{name}{value}: {text}{right}", closest=near)
        )
    return list(found.values())


def _refused(parameter: str, detail: str) -> FaultyParameters:
    return FaultyParameters([ParameterFault(parameter=parameter, detail=detail)])
