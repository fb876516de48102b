"""SQL for measures by dimensions, on their source or on a rollup of it: the same question, the same answer."""

import re
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from saleslake.metrics.model import TIMES, Catalogue, Rollup, Source

_REFERENCE = re.compile(r"\{(\w+)\}")


class Question(BaseModel):
    """Measures to compute, grouped by dimensions and parts of time, over the rows that meet the conditions.

    A condition is SQL with ``{dimension}`` for a dimension and ``{time}`` for the day.
    """

    model_config = ConfigDict(frozen=True)

    source: str
    measures: tuple[str, ...]
    by: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()

    @property
    def dimensions(self) -> frozenset[str]:
        """Every dimension it asks for, in groups and conditions."""
        named = {name for condition in self.conditions for name in _REFERENCE.findall(condition)}
        return frozenset(named | set(self.by)) - {*TIMES, "time"}


def on_source(question: Question, catalogue: Catalogue) -> str:
    """The statement that computes it from the finest grain there is."""
    source = catalogue.source(question.source)
    measures = [measure_on(name, source, catalogue) for name in question.measures]
    return _statement(question, source, measures, catalogue)


def on_rollup(question: Question, rollup: Rollup, catalogue: Catalogue) -> str:
    """The statement that reads it from a rollup; ask :meth:`Catalogue.answers` first."""
    measures = [measure_on(name, rollup, catalogue) for name in question.measures]
    return _statement(question, rollup, measures, catalogue)


def rows_on(question: Question, where: Source | Rollup, catalogue: Catalogue) -> str:
    """The statement that gives the rows the conditions leave, with the columns of the table itself."""
    table = where.table.split()[-1] if isinstance(where, Source) else where.name
    return f"SELECT {table}.*{_from(question, where, catalogue)}"


def measure_on(name: str, where: Source | Rollup, catalogue: Catalogue) -> str:
    """The expression of a measure, its parts put in."""
    measure = catalogue.measure(name)
    if measure.parts or isinstance(where, Source):
        text = measure.sql
    elif measure.is_level:
        text = measure.rollups[where.name]
    else:
        text = f"COALESCE({measure.rollups[where.name]}, 0)"  # no rows: 0 of everything
    return _REFERENCE.sub(lambda part: f"({measure_on(part[1], where, catalogue)})", text)


def _statement(
    question: Question, where: Source | Rollup, measures: Sequence[str], catalogue: Catalogue
) -> str:
    parts = _parts(question, where, catalogue)
    groups = [parts[name] for name in question.by]
    columns = [f"{sql} AS {name}" for sql, name in zip(groups, question.by, strict=True)]
    columns += [f"{sql} AS {name}" for sql, name in zip(measures, question.measures, strict=True)]
    text = f"SELECT {', '.join(columns)}{_from(question, where, catalogue)}"
    return text + (f" GROUP BY {', '.join(groups)}" if groups else "")


def _parts(question: Question, where: Source | Rollup, catalogue: Catalogue) -> dict[str, str]:
    """The expression of each dimension and part of time."""
    names = {name: name for name in question.dimensions}
    if isinstance(where, Source):
        names = {name: catalogue.dimension(name).sql[where.name] for name in names}
    times = {unit: f"date_trunc('{unit}', {where.time})" for unit in TIMES}
    return times | {"day": where.time, "time": where.time} | names


def _from(question: Question, where: Source | Rollup, catalogue: Catalogue) -> str:
    """FROM with the joins its dimensions ask for, and WHERE."""
    parts = _parts(question, where, catalogue)
    table, conditions = (where.table, [where.where]) if isinstance(where, Source) else (where.name, [])
    if isinstance(where, Source):
        asked_for = [parts[name] for name in question.dimensions]
        joins = [sql for alias, sql in where.joins.items() if any(f"{alias}." in part for part in asked_for)]
        table = " ".join([table, *joins])
    conditions += [
        _REFERENCE.sub(lambda part: parts[part[1]], condition) for condition in question.conditions
    ]
    text = " AND ".join(f"({condition})" for condition in conditions if condition)
    return f" FROM {table}" + (f" WHERE {text}" if text else "")
