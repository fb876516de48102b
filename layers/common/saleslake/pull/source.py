"""What a source file says: where an API is, how it is paged, and how far it has been read."""

from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from saleslake.contracts.loader import datasets
from saleslake.errors import BadInput, SaleslakeError


class SourceInvalid(SaleslakeError):
    """A source file cannot be used; the message names the file and the field."""

    code = "source_invalid"


class UnknownSource(BadInput):
    """No source has this name."""

    code = "unknown_source"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Auth(_Frozen):
    """How requests are signed; what is secret comes from Secrets Manager, under the source's name."""

    type: Literal["none", "bearer", "header", "basic"] = "none"
    header: str = "X-Api-Key"
    """Of type header: the header that carries the key."""


class PageNumbers(_Frozen):
    """``?page=1``, ``?page=2``, … until a page is empty."""

    type: Literal["page"]
    parameter: str = "page"
    first: int = 1


class Offsets(_Frozen):
    """``?offset=0``, then as many further as came, until a page is empty."""

    type: Literal["offset"]
    parameter: str = "offset"


class Cursors(_Frozen):
    """A text in the answer that asks for the page after it, until there is none."""

    type: Literal["cursor"]
    parameter: str = "cursor"
    next: str
    """Dotted path to it in the answer."""


class Links(_Frozen):
    """The address of the page after, in the answer or in its ``Link`` header, until there is none."""

    type: Literal["link"]
    next: str | None = None
    """Dotted path to it in the answer; without one the header ``Link: <…>; rel="next"`` counts."""


class OnePage(_Frozen):
    """The answer is all there is."""

    type: Literal["none"] = "none"


class Watermark(_Frozen):
    """How far the source has been read: the greatest value of a field, sent with the next pull."""

    field: str
    """Dotted path in each record."""
    parameter: str
    type: Literal["timestamp", "date", "integer"] = "timestamp"
    start: str | None = None
    """Sent with the very first pull; without one everything is asked for."""
    overlap_seconds: Annotated[int, Field(ge=0)] = 0
    """Of type timestamp: how much of what is known is asked for again, for records that show up late."""


class Limits(_Frozen):
    """What a source may cost; beyond it the pull fails, or goes on the next time."""

    timeout_seconds: Annotated[float, Field(gt=0, le=120)] = 30
    page_bytes: Annotated[int, Field(gt=0, le=256 * 1024**2)] = 32 * 1024**2
    pages: Annotated[int, Field(gt=0)] = 1000
    """In one go; the next one continues where this one stopped."""


class Source(_Frozen):
    """One API that is pulled into one dataset."""

    name: str
    dataset: str
    url: Annotated[str, Field(pattern=r"^https?://")]
    parameters: Mapping[str, str | int] = {}
    headers: Mapping[str, str] = {}
    items: str = ""
    """Dotted path to the list of records in the answer; empty where the answer is the list."""
    auth: Auth = Auth()
    pagination: Annotated[PageNumbers | Offsets | Cursors | Links | OnePage, Field(discriminator="type")] = (
        OnePage()
    )
    watermark: Watermark | None = None
    limits: Limits = Limits()

    @field_validator("dataset")
    @classmethod
    def _has_a_contract(cls, dataset: str) -> str:
        if dataset not in datasets():
            raise ValueError(f"no contract for {dataset!r}; there are: {', '.join(datasets())}")
        return dataset


def read_source(name: str, text: str) -> Source:
    """One source from its YAML.

    Parameters
    ----------
    name
        Its file's name without ``.yaml``.
    text
        The file.

    Raises
    ------
    SourceInvalid
        It is not YAML, or a field of it cannot be used.
    """
    try:
        document: Any = yaml.safe_load(text)
    except yaml.YAMLError as problem:
        raise SourceInvalid(f"{name}.yaml: not YAML: {problem}") from problem
    if not isinstance(document, Mapping):
        raise SourceInvalid(f"{name}.yaml: expected a mapping")
    try:
        return Source.model_validate({**document, "name": name})
    except ValidationError as problem:
        first = problem.errors()[0]
        raise SourceInvalid(f"{name}.yaml: {'.'.join(map(str, first['loc']))}: {first['msg']}") from problem


def load_sources(folder: Traversable | None = None) -> dict[str, Source]:
    """Every source by its name; none where nobody wrote a file."""
    folder = folder or files("saleslake.pull") / "sources"
    found = sorted(
        (path for path in folder.iterdir() if path.name.endswith(".yaml")), key=lambda path: path.name
    )
    return {
        name: read_source(name, path.read_text(encoding="utf-8"))
        for path in found
        if (name := path.name.removesuffix(".yaml"))
    }


def chosen(name: str | None, sources: Mapping[str, Source]) -> list[Source]:
    """The source of a name, or all of them.

    Raises
    ------
    UnknownSource
        There is none; the message lists those there are.
    """
    if name is None:
        return list(sources.values())
    if name not in sources:
        raise UnknownSource(f"no source {name!r}; there are: {', '.join(sources) or 'none'}")
    return [sources[name]]
