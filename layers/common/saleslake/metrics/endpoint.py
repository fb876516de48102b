"""What metrics.yaml says of the API's named endpoints: what each shows, by what, in which order."""

from collections.abc import Mapping
from functools import cached_property
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

Format = Literal["money", "integer", "percent", "decimal", "text", "boolean", "date"]


class Entry(BaseModel):
    """Anything the catalogue defines: frozen, and without a field too many."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))


class Lookup(Entry):
    """Columns of a dimension shown beside an id, as they are now."""

    table: str
    key: str
    where: str = ""
    columns: Mapping[str, Format]


class Derived(Entry):
    """A figure computed over all groups of the answer: a rank, a share, a class."""

    name: str
    description: str
    sql: str
    format: Format
    needs: tuple[str, ...] = ()


class Endpoint(Entry):
    """One address of the API: measures of a source by dimensions, or the rows of a view.

    Attributes
    ----------
    choices
        What a request may group by instead, with the parameter ``by``.
    grain
        The part of time its rows are of unless ``grain`` names another; without one there is no such parameter.
    filters
        Of a view: the columns it can be filtered by, by the name of the parameter.
    identity
        The part of the path, and the dimension or column it filters.
    fill
        Whether parts of time without a sale are shown.
    single
        Whether the answer is one object instead of a list.
    body
        The rows of ``view`` where that is no view of the published database.
    is_of_runs
        Whether it tells of runs, which go on while the release stays.
    """

    name: str
    path: str
    summary: str
    description: str = ""
    source: str = ""
    measures: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    grain: str = ""
    lookups: tuple[Lookup, ...] = ()
    derived: tuple[Derived, ...] = ()
    view: str = ""
    body: str = ""
    columns: Mapping[str, Format] = {}
    filters: Mapping[str, str] = {}
    identity: str = ""
    order: tuple[str, ...] = ()
    limit: int = 100
    compare: bool = True
    fill: bool = False
    single: bool = False
    is_of_runs: bool = False

    def __hash__(self) -> int:
        return hash(self.name)

    @model_validator(mode="after")
    def _of_one_kind(self) -> Self:
        if bool(self.source) == bool(self.view):
            raise ValueError(f"{self.path} is of a source or of a view")
        return self
