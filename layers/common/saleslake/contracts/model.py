"""What a data contract says, once it is read: frozen, checked, and free of YAML."""

import datetime as dt
from decimal import Decimal
from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict

Action = Literal["warn", "quarantine", "halt"]
Kind = Literal["string", "integer", "decimal", "boolean", "date"]


class Frozen(BaseModel):
    """A value: compared by content, never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ValueRule(Frozen):
    """A closed list of values, and what becomes of a row that has another one."""

    name: str
    values: tuple[str, ...]
    action: Action = "quarantine"
    description: str = ""


class Column(Frozen):
    """One column: where it comes from, what it holds, what breaks it."""

    name: str
    kind: Kind
    physical_type: str
    description: str
    headers: tuple[str, ...]
    required: bool = False
    header_required: bool = False
    key_position: int | None = None
    pii: str | None = None
    formats: tuple[str, ...] = ()
    aliases: tuple[tuple[str, tuple[str, ...]], ...] = ()
    unknown_alias: Action = "warn"
    allowed: ValueRule | None = None
    minimum: Decimal | dt.date | None = None
    maximum: Decimal | dt.date | None = None
    required_with: str | None = None
    drop_suffix: str | None = None
    money: bool = False

    @property
    def answers_to(self) -> tuple[str, ...]:
        """Spellings of its header: those delivered, and its logical name."""
        return (*self.headers, self.name)

    @property
    def precision(self) -> int:
        """Digits in all of a decimal column, 18 in ``decimal(18,2)``."""
        return int(self.physical_type.partition("(")[2].partition(",")[0])

    @property
    def scale(self) -> int:
        """Digits after the point of a decimal column, 2 in ``decimal(18,2)``."""
        return int(self.physical_type.partition(",")[2].rstrip(") "))


class Contract(Frozen):
    """One dataset: its owner, its columns in order, its key."""

    dataset: str
    version: str
    domain: str
    owner: str
    description: str
    grain: str
    freshness_hours: int
    occurrence: bool = False
    columns: tuple[Column, ...]

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """Columns by logical name."""
        return {column.name: column for column in self.columns}

    @cached_property
    def key(self) -> tuple[str, ...]:
        """Names of the key columns; with ``occurrence``, the nth row of the same key is a line of its own."""
        keyed = [column for column in self.columns if column.key_position is not None]
        return tuple(column.name for column in sorted(keyed, key=lambda column: column.key_position or 0))

    @cached_property
    def money(self) -> tuple[str, ...]:
        """Names of the columns whose sums must reconcile."""
        return tuple(column.name for column in self.columns if column.money)

    @cached_property
    def required_headers(self) -> tuple[Column, ...]:
        """Columns a file must bring; any other may be missing and is then NULL."""
        return tuple(column for column in self.columns if column.header_required)


class Provenance(Frozen):
    """A column every processed table has, whatever the dataset: where the row comes from."""

    name: str
    physical_type: str
    description: str


PROVENANCE = (
    Provenance(name="file_id", physical_type="string", description="SHA-256 of the file as delivered."),
    Provenance(
        name="line_number",
        physical_type="bigint",
        description="Physical line of the file where the record begins; the header is line 1.",
    ),
    Provenance(
        name="occurrence",
        physical_type="int",
        description="Which of the rows with this key in the file, from 1, by line, duplicates left out.",
    ),
    Provenance(
        name="landing_order",
        physical_type="string",
        description="Landing time, key and version; where files contradict, the greater one wins.",
    ),
)
