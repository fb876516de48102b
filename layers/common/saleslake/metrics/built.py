"""The catalogue as the API reads it: metrics.yaml, written as JSON by ``make docs``."""

from functools import cache
from pathlib import Path

from saleslake.metrics.model import Catalogue

TEXT = Path(__file__).with_name("metrics.json")


@cache
def catalogue() -> Catalogue:
    """The catalogue of this package."""
    return Catalogue.model_validate_json(TEXT.read_bytes())
