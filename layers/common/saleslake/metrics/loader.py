"""Read metrics.yaml, once per process."""

from functools import cache
from importlib.resources import files

import yaml

from saleslake.metrics.model import Catalogue


@cache
def catalogue() -> Catalogue:
    """The catalogue of this package.

    Raises
    ------
    pydantic.ValidationError
        metrics.yaml does not hang together; the message names the entry.
    """
    text = files("saleslake").joinpath("metrics.yaml").read_text(encoding="utf-8")
    return Catalogue.model_validate(yaml.safe_load(text))
