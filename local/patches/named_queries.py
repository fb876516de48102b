"""Saved queries of a template: the emulator keeps them in Athena, but its CloudFormation does not know the type."""

from __future__ import annotations

import json
from typing import Any

from ministack.services import athena

from local.patches import Hook
from local.settings import Settings

TYPE = "AWS::Athena::NamedQuery"
HANDLERS = Hook(
    "ministack.services.cloudformation.provisioners:_RESOURCE_HANDLERS",
    "",
    "AWS::Athena::NamedQuery is a resource like any other; every change of it replaces it",
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-athena-namedquery.html",
)
CREATE = Hook("ministack.services.athena:_create_named_query", "(data)", HANDLERS.why, HANDLERS.source)
DELETE = Hook("ministack.services.athena:_delete_named_query", "(data)", HANDLERS.why, HANDLERS.source)
HOOKS = (HANDLERS, CREATE, DELETE)


def apply(settings: Settings) -> None:
    HANDLERS.original()[TYPE] = {"create": create, "update": update, "delete": delete}


def create(logical_id: str, props: dict[str, Any], stack_name: str) -> tuple[str, dict[str, str]]:
    _, _, body = athena._create_named_query(props)
    query_id = str(json.loads(body)["NamedQueryId"])
    return query_id, {"NamedQueryId": query_id}


def update(
    physical_id: str, old_props: dict[str, Any], new_props: dict[str, Any], stack_name: str
) -> tuple[str, dict[str, str]]:
    delete(physical_id, old_props)
    return create(physical_id, new_props, stack_name)


def delete(physical_id: str, props: dict[str, Any]) -> None:
    athena._delete_named_query({"NamedQueryId": physical_id})
