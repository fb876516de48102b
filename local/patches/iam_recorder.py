"""Record which policy statement allowed each call, and what was denied, while the cloud runs.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html: a call is allowed by a
statement of the role's policies. A statement that never allowed one is either too much or untested.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ministack.core import iam_evaluator
from ministack.services import iam

from local.patches import Hook
from local.settings import Settings

GATHER = Hook(
    "ministack.core.iam_evaluator:_gather_role_policies",
    "(role_name, account_id)",
    "which statement of which policy allowed a call has to be known",
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html",
)
ENFORCE = Hook(
    "ministack.core.iam_evaluator:enforce",
    "(access_key_id, iam_action, service, region, resource_arn, service_context)",
    "what a role is refused, all its policies and the resource's own considered, is listed",
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html",
)
MATCH = Hook(
    "ministack.core.iam_evaluator:_first_match",
    "(ctx, stmts, effect)",
    "the statement that allows a call is the first that matches",
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html",
)
HOOKS = (GATHER, ENFORCE, MATCH)
FLUSH_SECONDS = 0.5

_parsed: dict[str, list[Any]] = {}
_records: list[Record] = []


class Record:
    """Counts by role, and a file of JSON lines that follows them."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._allowed: Counter[tuple[str, str, str, str]] = Counter()
        self._denied: Counter[tuple[str, str, str]] = Counter()
        self._lock = threading.Lock()
        self._changed = False
        file.unlink(missing_ok=True)
        threading.Thread(target=self._follow, name="iam-recorder", daemon=True).start()

    def allowed(self, role: str, policy: str, statement: str, action: str) -> None:
        with self._lock:
            self._allowed[role, policy, statement, action] += 1
            self._changed = True

    def denied(self, role: str, action: str, resource: str) -> None:
        with self._lock:
            self._denied[role, action, resource] += 1
            self._changed = True

    def write(self) -> None:
        """Write all counts, whole, so that a reader never sees half of them."""
        with self._lock:
            lines = list(self._lines())
            self._changed = False
        new = self._file.with_suffix(".new")
        new.write_text("".join(json.dumps(line) + "\n" for line in lines))
        new.replace(self._file)

    def _lines(self) -> Iterator[dict[str, Any]]:
        for (role, policy, statement, action), count in sorted(self._allowed.items()):
            yield {"role": role, "policy": policy, "statement": statement, "action": action, "allowed": count}
        for (role, action, resource), count in sorted(self._denied.items()):
            yield {"role": role, "action": action, "resource": resource, "denied": count}

    def _follow(self) -> None:
        while True:
            time.sleep(FLUSH_SECONDS)
            if self._changed:
                self.write()


def apply(settings: Settings) -> None:
    record = Record(settings.permissions_file)
    _records.append(record)
    enforce, first_match = ENFORCE.original(), MATCH.original()

    def recorded_match(ctx: Any, stmts: list[Any], effect: str) -> Any:
        found = first_match(ctx, stmts, effect)
        label = getattr(found, "label", None)
        if label and effect == "Allow":
            record.allowed(*label, ctx.action)
        return found

    def recorded_enforce(
        access_key_id: str,
        iam_action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: Any = None,
    ) -> Any:
        refused = enforce(access_key_id, iam_action, service, region, resource_arn, service_context)
        if isinstance(refused, iam_evaluator.EvalResult) and ":assumed-role/" in refused.principal_arn:
            note_denial(refused.principal_arn, iam_action, resource_arn)
        return refused

    GATHER.replace(labelled_policies)
    ENFORCE.replace(recorded_enforce)
    MATCH.replace(recorded_match)


def note_denial(caller_arn: str, action: str, resource: str) -> None:
    """Record what a service that checks its caller itself refused a role's session."""
    role = iam_evaluator._role_name_from_assumed_arn(caller_arn)
    for record in _records:
        record.denied(role, action, resource)


def labelled_policies(role_name: str, account_id: str) -> list[list[Any]]:
    """The role's parsed policies; every statement knows its role, its policy, and its Sid or number."""
    role = iam._roles.get_scoped(account_id, None, role_name)
    if role is None:
        return []
    documents = dict(role.get("InlinePolicies") or {})
    for arn in role.get("AttachedPolicies", []):
        documents[arn] = iam_evaluator._resolve_managed_policy_document(arn, account_id)
    return [_statements(role_name, name, document) for name, document in documents.items() if document]


def _statements(role: str, policy: str, document: Any) -> list[Any]:
    text = document if isinstance(document, str) else json.dumps(document)
    key = f"{role}\n{policy}\n{text}"
    if key not in _parsed:
        parsed = iam_evaluator.parse_policy_document(text)
        for number, statement in enumerate(parsed, start=1):
            statement.label = (role, policy, statement.sid or f"#{number}")
        _parsed[key] = parsed
    return _parsed[key]
