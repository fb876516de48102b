"""Every six hours: check every table, and tell people once when something breaks and once when it is right again."""

from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict

from saleslake.aws.backend import Backend
from saleslake.clock import now
from saleslake.history import current_release
from saleslake.quality.monitor import Finding, check_all, subjects
from saleslake.quality.record import keep_rows


class Watched(BaseModel):
    """What a round of checks came to: how many there were, and the tables whose incident it opened or resolved."""

    model_config = ConfigDict(frozen=True)

    checks: int
    failed: int
    opened: list[str]
    resolved: list[str]


def watch(backend: Backend) -> Watched:
    """Check every table of the current release; keep what was found, open and resolve incidents.

    An incident is a table with something wrong: it opens with the first check that fails, stays one whatever else
    fails, and is resolved when all pass.
    """
    release = current_release(backend)
    findings = check_all(subjects(release, backend)) if release else []
    _keep(findings, backend)
    failed: dict[str, list[Finding]] = {}
    for finding in findings:
        if not finding.passed:
            failed.setdefault(finding.table, []).append(finding)
    known = {item["sk"]: item for item in backend.ledger.items("incident") if item["state"] == "open"}
    opened = [table for table in failed if table not in known]
    resolved = [table for table in known if table not in failed]
    for table, wrong in failed.items():
        told = [{"check": finding.check, "detail": finding.detail} for finding in wrong]
        if table in known:
            backend.ledger.update("incident", table, checks=told)
        else:
            backend.ledger.put("incident", table, {"state": "open", "opened_at": now(), "checks": told})
    for table in resolved:
        backend.ledger.update("incident", table, state="resolved", resolved_at=now())
    _tell(opened, failed, resolved, known, backend)
    return Watched(
        checks=len(findings), failed=sum(map(len, failed.values())), opened=opened, resolved=resolved
    )


def _tell(
    opened: Sequence[str],
    failed: dict[str, list[Finding]],
    resolved: Sequence[str],
    known: dict[str, dict[str, str]],
    backend: Backend,
) -> None:
    """One message of all that broke, one of all that is right again."""
    if opened:
        lines = "\n".join(f"- {table}: {f.check}: {f.detail}" for table in opened for f in failed[table])
        backend.alerts.send(
            f"saleslake: something is wrong with {_names(opened)}",
            f"{lines}\n\n`saleslake check TABLE` looks again. You hear of these tables again when all is well.",
        )
    if resolved:
        lines = "\n".join(f"- {table}, since {known[table]['opened_at']}" for table in resolved)
        backend.alerts.send(f"saleslake: resolved: {_names(resolved)}", f"All checks pass again.\n\n{lines}")


def _names(tables: Sequence[str]) -> str:
    return ", ".join(tables[:3]) + (f" and {len(tables) - 3} more" if len(tables) > 3 else "")


def _keep(findings: Sequence[Finding], backend: Backend) -> None:
    rows = [
        {
            "dataset": finding.table.removesuffix("_latest"),
            "check_name": finding.check,
            "kind": "monitor",
            "dimension": "",
            "action": "warn",
            "passed": finding.passed,
            "detail": finding.detail,
        }
        for finding in findings
    ]
    keep_rows("quality_checks", rows, f"check-{datetime.now(UTC):%Y%m%dT%H%M%SZ}", backend)
