"""What the door makes of a file it lets in."""

from collections.abc import Mapping
from typing import NamedTuple

from saleslake.contracts.headers import HeaderMatch
from saleslake.formats.model import DeliveredFormat


class Understood(NamedTuple):
    """What a file is, and what its copy in raw is called after."""

    dataset: str
    format: DeliveredFormat
    extension: str
    match: HeaderMatch
    types: Mapping[str, str] = {}
    """Type of each column as delivered, by the contract's name or the header; text has none."""
