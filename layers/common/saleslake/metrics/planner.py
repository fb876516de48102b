"""From a request to one Athena statement, on the cheapest tables that give the exact answer.

Measures computed from rows are read where they are exact: from the first rollup that has all of them, else each from
a rollup that has it and the rest from the source. Measures made of others, shares and ranks are computed from those
sums at the end, so their figures do not depend on where the sums came from.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from saleslake import sql
from saleslake.errors import InvalidParameter
from saleslake.metrics.clauses import ROWS_IN_ALL, in_order, one_of, page
from saleslake.metrics.endpoint import Format
from saleslake.metrics.model import TIMES, Catalogue, Rollup
from saleslake.metrics.request import Earlier, Request, earlier, whole
from saleslake.metrics.statement import Question, on_rollup, on_source, rows_on

_REFERENCE = re.compile(r"\{(\w+)\}")
_TYPES = {"money": "decimal(38,2)", "integer": "bigint"}


class Column(NamedTuple):
    """One column of an answer."""

    name: str
    format: Format


class Plan(NamedTuple):
    """One statement, not yet pinned to a release; the tables its figures come from, and its columns."""

    statement: str
    tables: tuple[str, ...]
    columns: tuple[Column, ...]


class _Piece(NamedTuple):
    """Sums of one table, now or before."""

    table: str
    statement: str
    parameters: tuple[sql.Parameter, ...]
    measures: tuple[str, ...]
    before: Earlier | None


def plan(request: Request, catalogue: Catalogue, rollups: Sequence[Rollup] | None = None) -> Plan:
    """The statement that answers a request.

    Parameters
    ----------
    rollups
        Those that may be read; all of the catalogue unless given.

    Raises
    ------
    InvalidParameter
        The request makes no sense; the message says why.
    """
    _check(request, catalogue)
    sums = _sums(request.measures, catalogue)
    pieces = _pieces(request, sums, catalogue, catalogue.rollups if rollups is None else rollups)
    groups, parameters = _groups(request, sums, pieces, catalogue)
    levels = [f"groups AS ({groups})", f"answer AS ({_answer(request, sums, catalogue)})"]
    levels += _lookups(request)
    text = f"WITH {', '.join(levels)} {_shown(request, catalogue)}"
    tables = tuple(dict.fromkeys(piece.table for piece in pieces))
    return Plan(sql.render(text, parameters), tables, columns(request, catalogue))


def columns(request: Request, catalogue: Catalogue) -> tuple[Column, ...]:
    """What each row of the answer has, in order."""
    found = [Column(name, _format_of(name, catalogue)) for name in request.by]
    for lookup in request.lookups:
        found += [Column(name, form) for name, form in lookup.columns.items()]
    for name in request.measures:
        form = catalogue.measure(name).format
        found.append(Column(name, form))
        if request.compare:
            found.append(Column(f"{name}_before", form))
            if form in _TYPES:
                found.append(Column(f"{name}_change", "percent"))
    return (*found, *(Column(entry.name, entry.format) for entry in request.derived))


def cheapest(
    request: Request, measures: Sequence[str], catalogue: Catalogue, rollups: Iterable[Rollup]
) -> dict[str, list[str]]:
    """Which measures are read from which table: rollups as far as they are exact, then the source (as '')."""
    able = [
        (rollup, [m for m in measures if catalogue.answers(rollup, m, request.dimensions)])
        for rollup in rollups
        if rollup.source == request.source and _fits(rollup, request)
    ]
    chosen: dict[str, list[str]] = {}
    rest = list(measures)
    while rest:
        rollup, most = max(
            ((rollup.name, [m for m in rest if m in known]) for rollup, known in able),
            key=lambda found: len(found[1]),  # the first of equals
            default=("", rest),
        )
        if not most:
            rollup, most = "", rest
        chosen[rollup] = most
        rest = [name for name in rest if name not in most]
    return chosen


def _fits(rollup: Rollup, request: Request) -> bool:
    ranges = [(request.first, request.last)]
    if before := _earlier(request):
        ranges.append((before.first, before.last))
    return (request.unit is None or request.unit in rollup.times) and all(
        whole(first, last, rollup.grain) for first, last in ranges
    )


def _earlier(request: Request) -> Earlier | None:
    if request.compare is None:
        return None
    if request.first is None or request.last is None:
        raise InvalidParameter("compare needs from and to: the period to compare")
    return earlier(request.first, request.last, request.compare, request.unit)


def _check(request: Request, catalogue: Catalogue) -> None:
    if sum(name in TIMES for name in request.by) > 1:
        raise InvalidParameter("rows are of one part of time, not of two")
    if request.unit != "day" and (request.first is None or request.first != request.last):
        for name in request.measures:
            if any(catalogue.measure(part).is_level for part in _sums([name], catalogue)):
                raise InvalidParameter(
                    f"{name} is a level and does not add up over days: ask by day, or for one day"
                )


def _sums(measures: Iterable[str], catalogue: Catalogue) -> list[str]:
    """The measures computed from rows that others are made of, each once."""
    found: dict[str, None] = {}
    for name in measures:
        parts = catalogue.measure(name).parts
        found |= dict.fromkeys(_sums(parts, catalogue) if parts else [name])
    return list(found)


def _pieces(
    request: Request, sums: Sequence[str], catalogue: Catalogue, rollups: Sequence[Rollup]
) -> list[_Piece]:
    chosen = cheapest(request, sums, catalogue, rollups)
    found = []
    for before in (None, _earlier(request)) if request.compare else (None,):
        conditions, parameters = _conditions(request, before)
        for name, measures in chosen.items():
            question = Question(
                source=request.source, measures=tuple(measures), by=request.by, conditions=tuple(conditions)
            )
            rollup = catalogue.rollup(name) if name else None
            text = on_rollup(question, rollup, catalogue) if rollup else on_source(question, catalogue)
            table = name or catalogue.source(request.source).table.split()[0]
            found.append(_Piece(table, text, tuple(parameters), tuple(measures), before))
    return found


def narrowed(request: Request, catalogue: Catalogue, rollup: Rollup | None = None) -> str:
    """The rows of a rollup, or of the source, that a request's filters and days leave; all their columns."""
    conditions, parameters = _conditions(request, None)
    question = Question(source=request.source, measures=(), conditions=tuple(conditions))
    return sql.render(rows_on(question, rollup or catalogue.source(request.source), catalogue), parameters)


def _conditions(request: Request, before: Earlier | None) -> tuple[list[str], list[sql.Parameter]]:
    conditions: list[str] = []
    parameters: list[sql.Parameter] = []
    for given in request.filters:
        conditions.append(one_of(f"{{{given.name}}}", given.values))
        parameters += [value for value in given.values if value is not None]
    first, last = (before.first, before.last) if before else (request.first, request.last)
    for sign, day in ((">=", first), ("<=", last)):
        if day:
            conditions.append(f"{{time}} {sign} ?")
            parameters.append(day)
    return conditions, parameters


def _groups(
    request: Request, sums: Sequence[str], pieces: Sequence[_Piece], catalogue: Catalogue
) -> tuple[str, list[sql.Parameter]]:
    """Every sum of every group: one table as it is, several side by side."""
    parameters = [value for piece in pieces for value in piece.parameters]
    if len(pieces) == 1:
        return pieces[0].statement, parameters
    columns = {name: _TYPES[catalogue.measure(name).format] for name in sums}
    if request.compare:
        columns |= {f"{name}_before": kind for name, kind in columns.items()}
    selects = [_widened(piece, request, columns) for piece in pieces]
    # each group has each sum from one piece; groups one piece does not have are 0 there
    cells = [*request.by]
    for name, kind in columns.items():
        level = catalogue.measure(name.removesuffix("_before")).is_level
        cells.append(f"MAX({name}) AS {name}" if level else f"COALESCE(MAX({name}), {_zero(kind)}) AS {name}")
    text = f"SELECT {', '.join(cells)} FROM ({' UNION ALL '.join(selects)}) AS pieces"  # noqa: S608 - our names
    return text + (f" GROUP BY {', '.join(request.by)}" if request.by else ""), parameters


def _widened(piece: _Piece, request: Request, columns: dict[str, str]) -> str:
    suffix = "_before" if piece.before else ""
    own = {f"{name}{suffix}": name for name in piece.measures}
    cells = []
    for name in request.by:
        shift = piece.before if name in TIMES else None
        cells.append(f"date_add('{shift.unit}', {shift.distance}, {name}) AS {name}" if shift else name)
    cells += [
        f"{own[name]} AS {name}" if name in own else f"CAST(NULL AS {kind}) AS {name}"
        for name, kind in columns.items()
    ]
    return f"SELECT {', '.join(cells)} FROM ({piece.statement}) AS piece"  # noqa: S608 - our names


def _answer(request: Request, sums: Sequence[str], catalogue: Catalogue) -> str:
    """Measures from sums; a group in which all of them are 0 may be missing from a rollup, so it is always left out.

    Not so levels: that one was measured as 0 is worth a row.
    """
    suffixes = ("", "_before") if request.compare else ("",)
    cells = [
        *request.by,
        *(f"{_of_sums(n, s, catalogue)} AS {n}{s}" for n in request.measures for s in suffixes),
    ]
    text = f"SELECT {', '.join(cells)} FROM groups"  # noqa: S608 - names and expressions of metrics.yaml
    if request.by:
        there = {name: "IS NOT NULL" if catalogue.measure(name).is_level else "<> 0" for name in sums}
        text += (
            f" WHERE {' OR '.join(f'{name}{suffix} {there[name]}' for name in sums for suffix in suffixes)}"
        )
    return text


def _of_sums(name: str, suffix: str, catalogue: Catalogue) -> str:
    measure = catalogue.measure(name)
    if not measure.parts:
        return f"{name}{suffix}"
    return _REFERENCE.sub(lambda part: f"({_of_sums(part[1], suffix, catalogue)})", measure.sql)


def _lookups(request: Request) -> list[str]:
    """The answer again, with the columns looked up for it."""
    levels, inner = [], "answer"
    for number, lookup in enumerate(request.lookups, 1):
        found = ", ".join(f"{lookup.table}.{name}" for name in lookup.columns)
        on = f"{lookup.table}.{lookup.key} = {inner}.{lookup.key}"
        on += f" AND {lookup.table}.{lookup.where}" if lookup.where else ""
        text = f"SELECT {inner}.*, {found} FROM {inner} LEFT JOIN {lookup.table} ON {on}"  # noqa: S608 - our names
        levels.append(f"named_{number} AS ({text})")
        inner = f"named_{number}"
    return levels


def _shown(request: Request, catalogue: Catalogue) -> str:
    computed = {entry.name: entry.sql for entry in request.derived}
    computed |= {f"{name}_change": _change(name) for name in request.measures}
    cells = [
        f"{computed[name]} AS {name}" if name in computed else name for name, _ in columns(request, catalogue)
    ]
    inner = f"named_{len(request.lookups)}" if request.lookups else "answer"
    counted = f", COUNT(*) OVER () AS {ROWS_IN_ALL}" if request.limit is not None else ""
    text = f"SELECT {', '.join(cells)}{counted} FROM {inner}"  # noqa: S608 - names and expressions of metrics.yaml
    return text + in_order([*request.order, *request.by]) + page(request.limit, request.offset)


def _change(name: str) -> str:
    return f"CAST({name} - {name}_before AS decimal(34,4)) / NULLIF({name}_before, 0)"


def _zero(kind: str) -> str:
    return "0" if kind == "bigint" else "DECIMAL '0.00'"


def _format_of(name: str, catalogue: Catalogue) -> Format:
    if name in TIMES:
        return "date"
    return "boolean" if catalogue.dimension(name).type == "boolean" else "text"
