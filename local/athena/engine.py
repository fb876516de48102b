"""What the Athena front asks of an engine: one query in, one result or one Athena error out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal, Protocol

StatementType = Literal["DML", "DDL", "UTILITY"]
MAX_PARTITIONS_PER_WRITE = 100  # https://docs.aws.amazon.com/athena/latest/ug/ctas-insert-into.html
COMMIT_CONFLICT = "ICEBERG_COMMIT_ERROR"


class Category(IntEnum):
    """AthenaError.ErrorCategory: https://docs.aws.amazon.com/athena/latest/APIReference/API_AthenaError.html."""

    SYSTEM = 1
    USER = 2
    OTHER = 3


@dataclass(frozen=True)
class Session:
    """Where an engine finds the catalog and the objects: the emulator itself, with its root credentials.

    The front has already checked what the *caller* may read and write, so engines work as root.
    """

    endpoint: str
    region: str = "us-east-1"
    access_key: str = "test"
    secret_key: str = field(default="test", repr=False)
    account_id: str = "000000000000"


@dataclass(frozen=True)
class Query:
    """A statement that is authorised, has its parameters bound to literals and is on Athena's allow-list."""

    query_id: str
    sql: str
    database: str
    catalog: str
    session: Session
    bytes_cutoff: int | None = None  # a statement that would read more ends before it changes anything


@dataclass(frozen=True)
class Column:
    """One result column. `type` is Athena's name (`varchar`, `bigint`, `decimal`, `timestamp`, `array`, …)."""

    name: str
    type: str
    precision: int = 0
    scale: int = 0


@dataclass(frozen=True)
class Result:
    """What a finished statement hands back; values are text as Athena writes them, None is NULL."""

    columns: tuple[Column, ...] = ()
    rows: Sequence[tuple[str | None, ...]] = ()
    scanned_bytes: int = 0
    update_count: int | None = None
    statement_type: StatementType = "DML"
    engine_ms: int = 0


class QueryFailed(Exception):
    """A statement that ends FAILED.

    Attributes
    ----------
    message
        Worded like Athena: ``TYPE_MISMATCH: line 1:8: …``.
    category
        1 system, 2 user, 3 other.
    error_type
        https://docs.aws.amazon.com/athena/latest/ug/error-reference.html
    retryable
        Whether the same statement may succeed when sent again.
    """

    def __init__(
        self,
        message: str,
        category: Category = Category.USER,
        error_type: int = 1006,
        retryable: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.category = category
        self.error_type = error_type
        self.retryable = retryable


class QueryCancelled(Exception):
    """A statement that StopQueryExecution ended."""


class Engine(Protocol):
    """Runs statements; several at once, each on the thread that calls `execute`."""

    name: str

    def start(self) -> None:
        """Make ready for queries; called once, before the first."""

    def execute(self, query: Query) -> Result:
        """Run one statement to its end; raises QueryFailed or QueryCancelled."""

    def cancel(self, query_id: str) -> None:
        """End a running statement soon; a finished or unknown one is left as it is."""

    def stop(self) -> None:
        """Release what `start` took."""
