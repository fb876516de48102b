"""Add up what became of a file's rows and money."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from saleslake.contracts.model import Column, Contract
from saleslake.transform.model import MoneyAccount

FATES = ("read", "written", "quarantined", "duplicate")


class Account:
    """The running sums of one file; decimals throughout."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.rows: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.warnings: Counter[str] = Counter()
        self.unparsed = 0
        self.days: set[date] = set()
        self._money: dict[tuple[str, str], Decimal] = {}

    def add_checked(self, row: Mapping[str, Any], warned: Mapping[str, int]) -> None:
        """Add one block's sums, as the ``account`` statement gives them, and its warnings by rule."""
        for fate in FATES:
            self.rows[fate] += row[f"rows_{fate}"]
            for name in self.contract.money:
                amount = row[f"{name}_{fate}"]
                if amount is not None:
                    self._money[name, fate] = self._money.get((name, fate), Decimal(0)) + amount
        self.unparsed += row["unparsed"]
        self.days.update(row["days"] or ())
        self.warnings.update(warned)

    def add_malformed(self, rules: list[str]) -> None:
        """Add records that are no rows; whatever money they carry cannot be read."""
        self.rows["read"] += len(rules)
        self.rows["quarantined"] += len(rules)
        self.reasons.update(rules)
        if self.contract.money:
            self.unparsed += len(rules)

    def money(self) -> dict[str, MoneyAccount]:
        """Every money column's sums as exact decimal strings with the column's own number of decimals."""
        return {name: self._of(self.contract.by_name[name]) for name in self.contract.money}

    def _of(self, column: Column) -> MoneyAccount:
        unit = Decimal(1).scaleb(-column.scale)
        sums = {fate: str(self._money.get((column.name, fate), Decimal(0)).quantize(unit)) for fate in FATES}
        return MoneyAccount(**sums)
