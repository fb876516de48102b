"""What metrics.yaml says, as frozen models. Nothing here reads files: who has the catalogue as JSON needs no YAML."""

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

from saleslake.errors import UnknownMetric

_REFERENCE = re.compile(r"\{(\w+)\}")

Additivity = Literal["additive", "semi_additive", "distinct", "ratio"]
Format = Literal["money", "integer", "percent", "decimal", "text", "boolean"]
Grain = Literal["day", "month"]
TIMES = ("day", "month", "quarter", "year")


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))


class Source(_Entry):
    """What measures are computed from at the finest grain."""

    name: str
    description: str
    table: str
    time: str
    where: str = ""
    joins: Mapping[str, str] = {}


class Rollup(_Entry):
    """A smaller table with the same answers, as far as its dimensions go."""

    name: str
    source: str
    time: str
    grain: Grain
    dimensions: tuple[str, ...]

    @property
    def times(self) -> tuple[str, ...]:
        """Parts of time it can be grouped by; its conditions on time must be whole ones of the first."""
        return TIMES[TIMES.index(self.grain) :]


class Dimension(_Entry):
    """What measures are grouped and filtered by; one expression per source that has it."""

    name: str
    type: Literal["string", "boolean"]
    description: str
    sql: Mapping[str, str]


class Measure(_Entry):
    """A figure that can be computed for any group of rows."""

    name: str
    description: str
    formula: str
    sources: tuple[str, ...]
    sql: str
    additivity: Additivity
    unit: str
    format: Format
    rollups: Mapping[str, str] = {}

    @property
    def parts(self) -> tuple[str, ...]:
        """The measures it is made of; none when it is computed from rows."""
        return tuple(dict.fromkeys(_REFERENCE.findall(self.sql)))


class Figure(_Entry):
    """What only a view can say, because it ranks, scores or compares."""

    name: str
    view: str
    unit: str
    format: Format
    formula: str


class Line(_Entry):
    """One cut point of a band."""

    when: str
    result: str | int

    @model_validator(mode="before")
    @classmethod
    def _named_is(cls, line: dict[str, object]) -> dict[str, object]:
        return {"result" if name == "is" else name: value for name, value in line.items()}


class Band(_Entry):
    """Cut points: the first line that holds gives the score or the name."""

    name: str
    view: str
    formula: str
    lines: tuple[Line, ...]


class Catalogue(_Entry):
    """Everything metrics.yaml defines."""

    sources: tuple[Source, ...]
    rollups: tuple[Rollup, ...]
    dimensions: tuple[Dimension, ...]
    measures: tuple[Measure, ...]
    figures: tuple[Figure, ...]
    bands: tuple[Band, ...]

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        for kind in (self.sources, self.rollups, self.dimensions, self.measures):
            names = [entry.name for entry in kind]
            if len(names) != len(set(names)):
                raise ValueError(
                    f"defined twice: {sorted({name for name in names if names.count(name) > 1})}"
                )
        for measure in self.measures:
            for source in measure.sources:
                self.source(source)
            for part in measure.parts:
                if not set(measure.sources) <= set(self.measure(part).sources):
                    raise ValueError(f"{measure.name} has a source that its part {part} has not")
            for rollup in measure.rollups:
                if self.rollup(rollup).source not in measure.sources:
                    raise ValueError(f"{measure.name} is not computed from the source of {rollup}")
        for smaller in self.rollups:
            for name in smaller.dimensions:
                if smaller.source not in self.dimension(name).sql:
                    raise ValueError(f"{smaller.name}: its source has no dimension {name}")
        return self

    def source(self, name: str) -> Source:
        """The source of this name."""
        return _named(self.sources, name)

    def rollup(self, name: str) -> Rollup:
        """The rollup of this name."""
        return _named(self.rollups, name)

    def dimension(self, name: str) -> Dimension:
        """The dimension of this name."""
        return _named(self.dimensions, name)

    def measure(self, name: str) -> Measure:
        """The measure of this name."""
        return _named(self.measures, name)

    def answers(self, rollup: Rollup, measure: str, dimensions: Iterable[str] = ()) -> bool:
        """Whether a rollup gives a measure exactly, grouped and filtered by these dimensions.

        A measure names a rollup only where that is so: counts of different things do not add up. A group of a
        source in which every measure is 0 may be missing from a rollup.
        """
        if not set(dimensions) <= set(rollup.dimensions):
            return False
        found = self.measure(measure)
        if found.parts:
            return all(self.answers(rollup, part) for part in found.parts)
        return rollup.name in found.rollups


def _named[Entry: (Source, Rollup, Dimension, Measure)](entries: tuple[Entry, ...], name: str) -> Entry:
    for entry in entries:
        if entry.name == name:
            return entry
    raise UnknownMetric(f"metrics.yaml has no {name}; it has {', '.join(entry.name for entry in entries)}")
