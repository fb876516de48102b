"""A request to a named endpoint, as the question it asks of the catalogue."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from saleslake.analytics.asked import Asked
from saleslake.analytics.cursor import Cursor, another_question
from saleslake.analytics.parameters import filters, parameters, spelt
from saleslake.analytics.problem import FaultyParameters, ParameterFault, refuse_unknown
from saleslake.analytics.reading import LONGEST, Given, Reading
from saleslake.metrics.built import catalogue
from saleslake.metrics.endpoint import Endpoint
from saleslake.metrics.planner import Column, columns
from saleslake.metrics.request import Compare, Request, Value, ViewRequest, filters_of, whole

type Frozen = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Wanted:
    """What a request wants: the question, the release it names, and the filters whose values are to be checked."""

    asked: Asked
    release: str | None
    filters: tuple[tuple[str, str, tuple[Value, ...]], ...]
    format: str = "json"


@cache
def usual(endpoint: Endpoint) -> Asked:
    """What an endpoint answers without parameters."""
    return wanted(endpoint, ()).asked


def wanted(endpoint: Endpoint, given: Frozen, *, identity: str = "", accept: str = "") -> Wanted:
    """What the parameters of a request ask an endpoint for.

    Parameters
    ----------
    given
        Names and values of the query parameters.
    identity
        The value in the path.
    accept
        The ``Accept`` header.

    Raises
    ------
    UnknownParameter
        There are parameters the endpoint does not have.
    FaultyParameters
        Values that cannot be used, or not together.
    """
    known = parameters(endpoint)
    values: Given = dict(given)
    refuse_unknown(values, known, path=endpoint.path)
    reading = Reading(values, known)
    checks = tuple(
        (name, target, reading.values(name, known[name].schema["items"]))
        for name, target in filters(endpoint).items()
        if name in values
    )
    picked = filters_of((target, found) for _, target, found in checks)
    if endpoint.identity:
        picked += filters_of([(endpoint.identity, [_identity(endpoint, identity)])])
    if endpoint.view:
        asked = _of_view(endpoint, reading, ViewRequest(
            view=endpoint.view,
                body=endpoint.body, columns=tuple(endpoint.columns), filters=picked, order=endpoint.order
        ))  # fmt: skip
    else:
        first, last = reading.days()
        request = Request(
            source=endpoint.source, measures=endpoint.measures, filters=picked, first=first, last=last
        )
        asked = _of_source(endpoint, reading, request)
    form = reading.format(accept)
    cursor = reading.cursor()
    release = reading.release()
    if cursor and release and cursor.release != release:
        reading.fault("cursor", f"is of release {cursor.release}: leave out release, or begin anew")
    reading.end()
    if cursor:
        asked, release = going_on(asked, cursor), cursor.release
    return Wanted(asked, release, checks, form)


def going_on(asked: Asked, cursor: Cursor) -> Asked:
    """A question from where a cursor points.

    Raises
    ------
    FaultyParameters
        The cursor is of another question.
    """
    if asked.question[:16] != cursor.question:
        raise another_question()
    return replace(asked, offset=cursor.offset)


def _of_view(endpoint: Endpoint, reading: Reading, request: ViewRequest) -> Asked:
    known = tuple(Column(name, form) for name, form in endpoint.columns.items())
    names = [column.name for column in known]
    shown = reading.choices("fields", names) or tuple(names)
    ordered = request.model_copy(update={"columns": shown, "order": (*reading.order(names), *request.order)})
    return Asked(
        name=endpoint.name,
        request=ordered,
        columns=known,
        shown=shown,
        limit=reading.number("limit", endpoint.limit),
        single=endpoint.single,
        of_runs=endpoint.is_of_runs,
    )


def _of_source(endpoint: Endpoint, reading: Reading, request: Request) -> Asked:
    grain = reading.choice("grain") or endpoint.grain
    dimensions = {spelt(name): name for name in endpoint.choices}
    by = tuple(dimensions[name] for name in reading.choices("by", list(dimensions))) or endpoint.by
    by = (grain, *by) if grain else by
    request = request.model_copy(
        update={
            "by": by,
            "compare": comparison(reading, request, by),
            "lookups": tuple(lookup for lookup in endpoint.lookups if lookup.key in by),
            "derived": endpoint.derived,
        }
    )
    names = [column.name for column in columns(request, catalogue())]
    order = reading.order(names)
    shown = reading.choices("fields", names)
    sorted_by = {name.removeprefix("-") for name in order or endpoint.order}
    needed = only(request, {*shown, *sorted_by}) if shown else request
    return Asked(
        name=endpoint.name,
        request=needed.model_copy(update={"order": order or _those(endpoint, needed)}),
        columns=columns(needed, catalogue()),
        shown=shown or tuple(names),
        limit=reading.number("limit", endpoint.limit),
        fill=endpoint.fill and {name.removeprefix("-") for name in order} <= {grain},
        single=endpoint.single,
    )


def comparison(reading: Reading, request: Request, by: Iterable[str]) -> Compare | None:
    """The period to compare with, if it can be."""
    compare: Compare | None = reading.choice("compare")  # type: ignore[assignment]
    unit = request.model_copy(update={"by": tuple(by)}).unit
    if compare and not (request.first and request.last):
        reading.fault("compare", "needs from and to: the period to compare")
        return None
    if compare and unit and not whole(request.first, request.last, unit):
        reading.fault("compare", f"by {unit} needs from and to to be the ends of whole {unit}s")
        return None
    return compare


def only(request: Request, names: set[str]) -> Request:
    """A request without what none of these columns needs; its rows are the same.

    Which groups there are depends on every measure, so only where there are no groups can some be left out.
    """
    derived = tuple(entry for entry in request.derived if entry.name in names)
    wanted = {name.removesuffix("_before").removesuffix("_change") for name in names}
    wanted.update(name for entry in derived for name in entry.needs)
    fewer = () if request.by else tuple(name for name in request.measures if name in wanted)
    lookups = tuple(entry for entry in request.lookups if derived or names & entry.columns.keys())
    return request.model_copy(
        update={"measures": fewer or request.measures, "derived": derived, "lookups": lookups}
    )


def _those(endpoint: Endpoint, request: Request) -> tuple[str, ...]:
    """The usual order, as far as the rows are of its columns."""
    known = {column.name for column in columns(request, catalogue())}
    return tuple(name for name in endpoint.order if name.removeprefix("-") in known)


def _identity(endpoint: Endpoint, text: str) -> str:
    if text and len(text) <= LONGEST and text.isprintable():
        return text
    detail = f"{endpoint.identity} takes at most {LONGEST} printable characters"
    raise FaultyParameters([ParameterFault(parameter=endpoint.identity, detail=detail)])
