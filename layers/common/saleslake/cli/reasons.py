"""Why a file was refused, in words."""

from typing import Any

from saleslake.contracts.refusal import FileRefusal


def in_words(reason: Any) -> str:
    """A reason on one line, whether the ledger has it as text or as a refusal's fields."""
    return reason if isinstance(reason, str) else str(FileRefusal.model_validate(reason))
