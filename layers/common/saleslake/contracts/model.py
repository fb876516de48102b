"""What a data contract says, once it is read: frozen, checked, and free of YAML."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict

Action = Literal["warn", "quarantine", "halt"]
TableAction = Literal["warn", "halt"]
ExtraColumns = Literal["ignore", "add", "refuse"]
CENTS = 2
"""Decimals of money, the most that accounts of files and runs keep."""
Kind = Literal["string", "integer", "decimal", "boolean", "date", "timestamp"]


class Frozen(BaseModel):
    """A value: compared by content, never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ValueRule(Frozen):
    """A closed list of values, and what becomes of a row that has another one."""

    name: str
    values: tuple[str, ...]
    action: Action = "quarantine"
    dimension: str = ""
    description: str = ""


class RowRule(Frozen):
    """An expression over the columns of one row; the row breaks it where the expression is false."""

    name: str
    expression: str
    """DuckDB SQL; columns by their logical names. True or NULL is good."""
    columns: tuple[str, ...]
    """Columns the expression names, in the contract's order."""
    action: Action = "quarantine"
    dimension: str = ""
    description: str = ""


class TableRule(Frozen):
    """A query over whole tables that counts what is wrong; zero is good."""

    name: str
    query: str
    """Athena SQL, answers one number."""
    action: TableAction = "warn"
    dimension: str = ""
    description: str = ""


class Watched(Frozen):
    """What of a dataset is held against its history, day by day."""

    segment: str | None = None
    """The column whose values are looked at apart."""
    distinct: tuple[str, ...] = ()
    """Columns that together tell one thing from another, but for numbers a sender may give anew."""
    numbered: str | None = None
    """The column whose values end in numbers that run on, one row after the other."""
    sensitivity: float = 1.0
    """Above 1 tells of smaller deviations, below 1 of greater ones only."""


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
    pattern: str | None = None
    minimum: Decimal | dt.datetime | dt.date | None = None
    maximum: Decimal | dt.datetime | dt.date | None = None
    not_after_landing: bool = False
    required_with: str | None = None
    drop_suffix: str | None = None
    money: bool = False
    tracked: bool = False

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
    partition_by: str | None = None
    """The date or timestamp column whose month the rows belong to."""
    valid_from: str | None = None
    """The timestamp column that says when a row's values took effect."""
    extra_columns: ExtraColumns = "ignore"
    """What becomes of a column that a file brings and the contract does not know."""
    ignored_columns: tuple[str, ...] = ()
    """Headers that mean nothing and are no news."""
    columns: tuple[Column, ...]
    watched: Watched = Watched()
    row_rules: tuple[RowRule, ...] = ()
    table_rules: tuple[TableRule, ...] = ()

    def with_added(self, added: Mapping[str, str]) -> "Contract":
        """The contract with columns of text that it does not know itself: name -> header."""
        columns = tuple(
            Column(name=name, kind="string", physical_type="string", description=header, headers=(header,))
            for name, header in added.items()
            if name not in self.by_name
        )
        if not columns:
            return self
        fields = {name: getattr(self, name) for name in Contract.model_fields}
        return Contract.model_construct(**{**fields, "columns": (*self.columns, *columns)})

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """Columns by logical name."""
        return {column.name: column for column in self.columns}

    @cached_property
    def key(self) -> tuple[str, ...]:
        """Names of the key columns; with ``occurrence``, the nth row of the same key is a line of its own."""
        keyed = [column for column in self.columns if column.key_position is not None]
        return tuple(column.name for column in sorted(keyed, key=lambda column: column.key_position or 0))

    @property
    def latest_key(self) -> tuple[str, ...]:
        """Columns that tell rows apart: the key, with ``occurrence`` where it counts; else file and line."""
        if not self.key:
            return ("file_id", "line_number")
        return (*self.key, "occurrence") if self.occurrence else self.key

    @cached_property
    def money(self) -> tuple[str, ...]:
        """Names of the columns whose sums must reconcile."""
        return tuple(column.name for column in self.columns if column.money)

    @cached_property
    def tracked(self) -> tuple[str, ...]:
        """Names of the columns whose changes make a new version (SCD type 2)."""
        return tuple(column.name for column in self.columns if column.tracked)

    @cached_property
    def required_headers(self) -> tuple[Column, ...]:
        """Columns a file must bring; any other may be missing and is then NULL."""
        return tuple(column for column in self.columns if column.header_required)


class Provenance(Frozen):
    """A column every processed table has, whatever the dataset: where the row comes from."""

    name: str
    physical_type: str
    description: str


LINE_NUMBER = (
    "Physical line of the file where the record begins, the header being line 1; in Parquet, Avro and a JSON array "
    "the number of the record, from 1."
)
PROVENANCE = (
    Provenance(name="file_id", physical_type="string", description="SHA-256 of the file as delivered."),
    Provenance(
        name="line_number",
        physical_type="bigint",
        description=LINE_NUMBER,
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
