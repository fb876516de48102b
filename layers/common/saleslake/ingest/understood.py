"""What the door makes of a file it lets in."""

from typing import NamedTuple

from saleslake.formats.model import DeliveredFormat


class Understood(NamedTuple):
    """What a file is, and what its copy in raw is called after."""

    dataset: str
    format: DeliveredFormat
    extension: str
