"""Rules over whole tables that the current release breaks: what each counted, and what it is for."""

from collections.abc import Iterator
from typing import NamedTuple

from saleslake.cli.context import Deployed
from saleslake.contracts.loader import contracts
from saleslake.contracts.model import Contract
from saleslake.history import Release


class BrokenRule(NamedTuple):
    """``name`` is dataset and rule; ``times`` what its query answered in the last run that loaded the dataset."""

    name: str
    times: int
    description: str


def broken_rules(lake: Deployed, release: Release) -> Iterator[BrokenRule]:
    """The rules that warn of the release's tables, by dataset."""
    for contract in contracts():
        warned = _warned(lake, release, contract) if contract.table_rules else {}
        for rule in contract.table_rules:
            name = f"{contract.dataset}.{rule.name}"
            if warned.get(name):
                yield BrokenRule(name, warned[name], rule.description)


def _warned(lake: Deployed, release: Release, contract: Contract) -> dict[str, int]:
    """What the last run of the release's line that loaded the dataset was warned of."""
    runs = [account.run_id for account in release.files.values() if account.dataset == contract.dataset]
    item = lake.ledger.get("run", max(runs)) if runs else None
    return dict((item or {}).get("warnings", {}))
