"""What an execution of the pipeline may be asked to do, beside loading what waits."""

import re
from datetime import date
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from saleslake.contracts.loader import contracts
from saleslake.errors import InvalidParameter


def _day(value: Any) -> Any:
    """Only a whole day, written as 2025-01-15: pydantic would take numbers and times as well."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return date.fromisoformat(value)
    if isinstance(value, date):
        return value
    raise ValueError(f"{value!r} is no day like 2025-01-15")


type Day = Annotated[date, BeforeValidator(_day)]


class _Asked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)


class Backfill(_Asked):
    """Load again the files with rows of these days (both included), of one dataset or of all."""

    first: Day | None = Field(default=None, alias="from")
    last: Day | None = Field(default=None, alias="to")
    dataset: str = ""

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if not (self.first or self.last or self.dataset):
            raise ValueError("a backfill needs from, to or dataset; rebuild loads everything again")
        if self.first and self.last and self.first > self.last:
            raise ValueError(f"from {self.first} is after to {self.last}")
        known = sorted(contract.dataset for contract in contracts())
        if self.dataset and self.dataset not in known:
            raise ValueError(f"no dataset {self.dataset}; there are {', '.join(known)}")
        return self


class Expire(_Asked):
    """Forget releases older than so many days, and those beyond the newest so many."""

    days: int | None = Field(default=None, ge=0)
    keep: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if self.days is None and self.keep is None:
            raise ValueError("expire needs days or keep")
        return self


class Order(_Asked):
    """The input of one execution, at most one of these; nothing means load whatever waits."""

    start_at: str = ""
    rollback: str = ""
    date: Day | None = None
    backfill: Backfill | None = None
    replay: tuple[Annotated[str, Field(min_length=1)], ...] = Field(default=(), min_length=1, strict=False)
    rebuild: bool = False
    maintain: bool = False
    expire: Expire | None = None

    @classmethod
    def read(cls, given: Any) -> Self:
        """An order from the input of the state machine.

        Raises
        ------
        InvalidParameter
            It asks for something unknown or for two things at once; says what is wrong, field by field.
        """
        try:
            return cls.model_validate(given)
        except ValidationError as problem:
            faults = (
                f"{'.'.join(map(str, fault['loc']))}: {_words(fault)}".lstrip(": ")
                for fault in problem.errors()
            )
            raise InvalidParameter(f"the input of the run cannot be used: {'; '.join(faults)}") from problem

    @model_validator(mode="after")
    def _asks_for_one_thing(self) -> Self:
        asked = sorted(self.model_fields_set - {"start_at"})
        if len(asked) > 1:
            raise ValueError(f"one thing at a time: {', '.join(asked)}")
        return self

    @property
    def asks(self) -> bool:
        """Whether it is more than to load what waits."""
        return bool(
            self.rollback or self.range or self.replay or self.rebuild or self.maintain or self.expire
        )

    @property
    def range(self) -> Backfill | None:
        """The backfill it asks for; a single day is one."""
        return Backfill(first=self.date, last=self.date) if self.date else self.backfill


def _words(fault: Any) -> str:
    match fault["type"]:
        case "extra_forbidden" if len(fault["loc"]) == 1:
            return f"unknown; there are {', '.join(sorted(Order.model_fields))}"
        case "extra_forbidden":
            return "unknown"
        case "model_type":
            return 'it is no JSON object; {} loads what waits, {"date": "2025-01-15"} loads a day again'
        case "tuple_type":
            return "it is no list"
        case _:
            return str(fault["msg"]).removeprefix("Value error, ")
