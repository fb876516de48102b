"""SQL for measures by dimensions, on their source or on a rollup of it: the same question, the same answer."""

import re
from collections.abc import Iterable, Sequence

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
    names = {name: catalogue.dimension(name).sql[source.name] for name in question.dimensions}
    joins = [
        join for alias, join in source.joins.items() if any(f"{alias}." in sql for sql in names.values())
    ]
    measures = [measure_on(name, source, catalogue) for name in question.measures]
    return _statement(
        question, " ".join([source.table, *joins]), source.time, names, measures, [source.where]
    )


def on_rollup(question: Question, rollup: Rollup, catalogue: Catalogue) -> str:
    """The statement that reads it from a rollup; ask :meth:`Catalogue.answers` first."""
    names = {name: name for name in question.dimensions}
    measures = [measure_on(name, rollup, catalogue) for name in question.measures]
    return _statement(question, rollup.name, rollup.time, names, measures, [])


def measure_on(name: str, where: Source | Rollup, catalogue: Catalogue) -> str:
    """The expression of a measure, its parts put in."""
    measure = catalogue.measure(name)
    computed = measure.parts or isinstance(where, Source)
    text = (
        measure.sql if computed else f"COALESCE({measure.rollups[where.name]}, 0)"
    )  # no rows: 0 of everything
    return _REFERENCE.sub(lambda part: f"({measure_on(part[1], where, catalogue)})", text)


def _statement(
    question: Question,
    table: str,
    time: str,
    names: dict[str, str],
    measures: Sequence[str],
    conditions: Iterable[str],
) -> str:
    parts = {unit: f"date_trunc('{unit}', {time})" for unit in TIMES} | {"day": time, "time": time} | names
    groups = [parts[name] for name in question.by]
    columns = [f"{sql} AS {name}" for sql, name in zip(groups, question.by, strict=True)]
    columns += [f"{sql} AS {name}" for sql, name in zip(measures, question.measures, strict=True)]
    asked = [_REFERENCE.sub(lambda part: parts[part[1]], condition) for condition in question.conditions]
    where = " AND ".join(f"({condition})" for condition in [*conditions, *asked] if condition)
    text = f"SELECT {', '.join(columns)} FROM {table}"  # noqa: S608 - names and expressions of metrics.yaml
    text += f" WHERE {where}" if where else ""
    return text + (f" GROUP BY {', '.join(groups)}" if groups else "")
