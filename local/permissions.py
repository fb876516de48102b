"""Which policy statements of a stack's roles allowed a call since the cloud started, and which never did."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from local.deploy import client
from local.settings import Settings


@dataclass(frozen=True)
class Statement:
    """One Allow statement of a role and what it was good for.

    Attributes
    ----------
    name
        Its Sid, or ``#2`` for the second statement of its policy.
    actions
        What it allows, as written.
    used
        Calls it allowed, by action.
    """

    role: str
    policy: str
    name: str
    actions: tuple[str, ...]
    used: dict[str, int]


@dataclass(frozen=True)
class Denial:
    """A call a role made and was refused."""

    role: str
    action: str
    resource: str
    count: int


def statements(settings: Settings, stack: str) -> list[Statement]:
    """Every Allow statement of the roles of a stack, used or not.

    The recorder writes twice a second: wait that long after the last call.
    """
    used: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for line in _lines(settings):
        if "allowed" in line:
            used[line["role"], line["policy"], line["statement"]][line["action"]] += line["allowed"]
    found = []
    for role, logical in _roles(settings, stack).items():
        for policy, document in _documents(settings, role):
            written = document["Statement"]
            for number, statement in enumerate(written if isinstance(written, list) else [written], start=1):
                if statement["Effect"] != "Allow":
                    continue
                name = statement.get("Sid") or f"#{number}"
                actions = statement.get("Action", ["*"])
                actions = (actions,) if isinstance(actions, str) else tuple(actions)
                found.append(Statement(logical, policy, name, actions, dict(used[role, policy, name])))
    return found


def denials(settings: Settings, stack: str) -> list[Denial]:
    """What the roles of a stack were refused."""
    roles = _roles(settings, stack)
    return [
        Denial(roles[line["role"]], line["action"], line["resource"], line["denied"])
        for line in _lines(settings)
        if "denied" in line and line["role"] in roles
    ]


def _lines(settings: Settings) -> list[dict[str, Any]]:
    if not settings.permissions_file.exists():
        return []
    return [json.loads(line) for line in settings.permissions_file.read_text().splitlines()]


def _roles(settings: Settings, stack: str) -> dict[str, str]:
    """Logical ids of the stack's roles by physical name."""
    pages = client(settings, "cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    resources = [resource for page in pages for resource in page["StackResourceSummaries"]]
    return {
        resource["PhysicalResourceId"]: resource["LogicalResourceId"]
        for resource in resources
        if resource["ResourceType"] == "AWS::IAM::Role"
    }


def _documents(settings: Settings, role: str) -> list[tuple[str, dict[str, Any]]]:
    iam = client(settings, "iam")
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    found = [(name, iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]) for name in names]
    for attached in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        arn = attached["PolicyArn"]
        try:
            version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        except iam.exceptions.NoSuchEntityException:
            continue  # one of AWS's own, for a service that is not here: tracing
        document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
        found.append((arn, document))
    return found
