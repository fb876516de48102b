"""Rules over whole tables that the current release breaks: what each counted, and what it is for."""

from collections.abc import Iterator
from typing import NamedTuple

from saleslake.cli.context import Deployed
from saleslake.contracts.loader import contracts
from saleslake.history import Release


class BrokenRule(NamedTuple):
    """``name`` is dataset and rule; ``times`` what its query answered in the last run that loaded the dataset."""

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
    for dataset, run_id in sorted(_last_runs(release).items()):
        warned = (lake.ledger.get("run", run_id) or {}).get("warnings", {})
        for name, times in sorted(warned.items()):
            if name.startswith(f"{dataset}."):
                yield BrokenRule(name, times, about.get(name, ""))


def _last_runs(release: Release) -> dict[str, str]:
    """The run of the release's line that loaded each dataset last."""
    last: dict[str, str] = {}
    for account in release.files.values():
        last[account.dataset] = max(account.run_id, last.get(account.dataset, ""))
    return last
