"""What a transform is asked, and what it answers."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from saleslake.contracts.refusal import FileRefusal
from saleslake.formats.model import DeliveredFormat


class Frozen(BaseModel):
    """A value: compared by content, never changed."""

    model_config = ConfigDict(frozen=True)


class TransformRequest(Frozen):
    """One raw file of one run: an entry of the run's manifest."""

    run_id: str
    dataset: str
    file_id: str
    name: str
    raw_key: str
    landing_order: str
    format: DeliveredFormat
    added: dict[str, str] = {}
    """Columns the contract does not know and lets in all the same: name -> header."""


class MoneyAccount(Frozen):
    """Where the money of one column went; exact decimal strings, read = written + quarantined + duplicate."""

    read: str
    written: str
    quarantined: str
    duplicate: str


class TransformResult(Frozen):
    """What became of every row of one file.

    ``rows_read`` = written + quarantined + duplicate. ``reasons`` counts faults by rule, a row once per fault;
    ``warnings`` counts rows that broke a rule whose action is to warn. An amount that cannot be read is outside every
    sum; ``unparsed_money_rows`` counts the rows that have one.
    """

    run_id: str
    dataset: str
    file_id: str
    name: str
    status: Literal["transformed", "refused"]
    refusal: FileRefusal | None = None
    rows_read: int = 0
    rows_written: int = 0
    rows_quarantined: int = 0
    rows_duplicate: int = 0
    money: dict[str, MoneyAccount] = {}
    unparsed_money_rows: int = 0
    reasons: dict[str, int] = {}
    warnings: dict[str, int] = {}
    processed_key: str | None = None
    quarantine_key: str | None = None
    min_date: str | None = None
    max_date: str | None = None
    months: tuple[str, ...] = ()
