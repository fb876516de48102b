"""What the analytics need from AWS: the adapters of ``saleslake.aws`` have this shape."""

from collections.abc import Sequence
from typing import Any, Protocol


class Releases(Protocol):
    """The ledger, as far as readers need it."""

    def current_release(self) -> str | None:
        """Id of the release readers see now, None before the first."""

    def status(self, release_id: str) -> str | None:
        """``published``, ``withdrawn`` or ``expired``; None when there is no such release."""


class Objects(Protocol):
    """The lake bucket: release documents and cached answers."""

    def get_bytes(self, key: str) -> bytes | None:
        """The whole object, or None when there is none."""

    def put_bytes(self, key: str, body: bytes, content_type: str = ...) -> None:
        """Write an object."""


class Rows(Protocol):
    """Rows of one query and what it cost."""

    @property
    def bytes_scanned(self) -> int:
        """Bytes the query read."""

    def dicts(self) -> list[dict[str, Any]]:
        """Rows as dictionaries by column name; decimals are ``Decimal``."""


class Engine(Protocol):
    """Whatever runs SQL; a query that does not end in time is stopped."""

    def query(
        self, sql: str, parameters: Sequence[str] = (), *, database: str, timeout_seconds: float = ...
    ) -> Rows:
        """Run one statement and return its rows."""
