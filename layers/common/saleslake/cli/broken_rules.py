"""Rules over whole tables that the current release breaks: what each counted, and what it is for."""

from collections.abc import Iterator
from typing import NamedTuple

from saleslake.cli.context import Deployed
from saleslake.contracts.loader import contracts
from saleslake.history import Release


class BrokenRule(NamedTuple):
    """``name`` is dataset and rule; ``times`` what its query answered when the release was reconciled."""

    name: str
    times: int
    description: str
    """Empty for a rule that the contracts beside this console do not have: the stack's are others."""


def broken_rules(lake: Deployed, release: Release) -> Iterator[BrokenRule]:
    """The rules that warn of the release's tables, by dataset."""
    about = {
        f"{contract.dataset}.{rule.name}": rule.description
        for contract in contracts()
        for rule in contract.table_rules
    }
    run = lake.ledger.get("run", release.run_id) or {}
    for name, times in sorted(run.get("warnings", {}).items()):
        yield BrokenRule(name, times, about.get(name, ""))
