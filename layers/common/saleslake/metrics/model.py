"""What metrics.yaml says, as frozen models. Nothing here reads files: who has the catalogue as JSON needs no YAML."""

import re
from collections.abc import Iterable, Mapping
from typing import Literal, Self

from pydantic import model_validator

from saleslake.errors import UnknownMetric
from saleslake.metrics.endpoint import Endpoint, Entry, Format

_REFERENCE = re.compile(r"\{(\w+)\}")

Additivity = Literal["additive", "semi_additive", "distinct", "ratio"]
Grain = Literal["day", "month"]
TIMES = ("day", "week", "month", "quarter", "year")


class Source(Entry):
    """What measures are computed from at the finest grain."""

    name: str
    description: str
    table: str
    time: str
    where: str = ""
    joins: Mapping[str, str] = {}


class Rollup(Entry):
    """A smaller table with the same answers, as far as its dimensions go."""

    name: str
    source: str
    time: str
    grain: Grain
    dimensions: tuple[str, ...]

    @property
    def times(self) -> tuple[str, ...]:
        """Parts of time it can be grouped by; its conditions on time must be whole ones of the first."""
        return TIMES[TIMES.index(self.grain) :]  # a week lies in two months: only days give it


class Dimension(Entry):
    """What measures are grouped and filtered by; one expression per source that has it."""

    name: str
    type: Literal["string", "boolean"]
    description: str
    sql: Mapping[str, str]


class Measure(Entry):
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

    @property
    def is_level(self) -> bool:
        """Whether it is measured now and then: where it was not, it is not 0 but unknown."""
        return self.additivity == "semi_additive"

    @property
    def is_counted(self) -> bool:
        """Whether it is 0 where there are no rows; ratios and levels are missing there."""
        return self.additivity in {"additive", "distinct"}


class Figure(Entry):
    """What only a view can say, because it ranks, scores or compares."""

    name: str
    view: str
    unit: str
    format: Format
    formula: str


class Line(Entry):
    """One cut point of a band."""

    when: str
    result: str | int

    @model_validator(mode="before")
    @classmethod
    def _named_is(cls, line: dict[str, object]) -> dict[str, object]:
        return {"result" if name == "is" else name: value for name, value in line.items()}


class Band(Entry):
    """Cut points: the first line that holds gives the score or the name."""

    name: str
    view: str
    formula: str
    lines: tuple[Line, ...]


class Catalogue(Entry):
    """Everything metrics.yaml defines."""

    sources: tuple[Source, ...]
    rollups: tuple[Rollup, ...]
    dimensions: tuple[Dimension, ...]
    measures: tuple[Measure, ...]
    figures: tuple[Figure, ...]
    bands: tuple[Band, ...]
    endpoints: tuple[Endpoint, ...] = ()

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

    @model_validator(mode="after")
    def _endpoints_name_what_there_is(self) -> Self:
        for endpoint in self.endpoints:
            for name in (*endpoint.by, *endpoint.choices):
                if name not in TIMES and endpoint.source not in self.dimension(name).sql:
                    raise ValueError(f"{endpoint.path}: {endpoint.source} has no dimension {name}")
            for name in endpoint.measures:
                if endpoint.source not in self.measure(name).sources:
                    raise ValueError(f"{endpoint.path}: {endpoint.source} has no measure {name}")
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

    def endpoint(self, name: str) -> Endpoint:
        """The endpoint of this name."""
        return _named(self.endpoints, name)

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


def _named[Entry: (Source, Rollup, Dimension, Measure, Endpoint)](
    entries: tuple[Entry, ...], name: str
) -> Entry:
    for entry in entries:
        if entry.name == name:
            return entry
    raise UnknownMetric(f"metrics.yaml has no {name}; it has {', '.join(entry.name for entry in entries)}")
