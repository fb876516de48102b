"""Options of several commands."""

from collections.abc import Collection
from typing import Any

import click

from datagen.defects import InvalidDefectsError, parse_defects


class DefectCounts(click.ParamType):
    """``bad_date=5,empty_sku=3`` as counts per name.

    Parameters
    ----------
    known
        The names there are.
    """

    name = "NAME=COUNT,…"

    def __init__(self, known: Collection[str]) -> None:
        self._known = known

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, int]:
        """Read the text, or fail in click's way with what is wrong."""
        if isinstance(value, dict):
            return value
        try:
            return parse_defects(value, self._known)
        except InvalidDefectsError as error:
            self.fail(str(error), param, ctx)
