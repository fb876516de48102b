"""A deployed stack found by its name: what it says of itself in its outputs, and its functions."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from saleslake.aws.clients import client, error_code
from saleslake.errors import BadInput, NotFound, SaleslakeError, Unavailable


class StackNotFound(NotFound):
    """No stack of this name in this account and region, or it is not deployed."""

    code = "unknown_stack"


class UnknownFunction(BadInput):
    """The stack has no function of this name."""

    code = "unknown_function"


class Stack(NamedTuple):
    """Name, state and outputs of a stack."""

    name: str
    status: str
    outputs: dict[str, str]

    def output(self, name: str) -> str:
        """Value of one output.

        Raises
        ------
        StackNotFound
            The stack lacks it: it is not one of ours, or an older one.
        """
        if name not in self.outputs:
            raise StackNotFound(
                f"stack {self.name} ({self.status}) has no output {name}: is it a saleslake stack?"
            )
        return self.outputs[name]


def find_stack(name: str, cloudformation: Any = None) -> Stack:
    """The stack of this name.

    Raises
    ------
    StackNotFound
        There is none in the account and region the environment points at.
    """
    cloudformation = cloudformation or client("cloudformation")
    try:
        found = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if error_code(error) != "ValidationError":
            raise
        region = cloudformation.meta.region_name
        raise StackNotFound(f"no stack {name} in {region}: deploy it, or name yours with --stack") from error
    outputs = {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}
    return Stack(name, found["StackStatus"], outputs)


def functions(stack: str, cloudformation: Any = None) -> dict[str, str]:
    """Physical names of a stack's functions by logical id, nested stacks left out."""
    pages = (cloudformation or client("cloudformation")).get_paginator("list_stack_resources")
    return {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for page in pages.paginate(StackName=stack)
        for resource in page["StackResourceSummaries"]
        if resource["ResourceType"] == "AWS::Lambda::Function"
    }


def function_named(name: str, by_logical_id: dict[str, str]) -> str:
    """Physical name of a function called by its folder (``transform``), logical id or physical name.

    Raises
    ------
    UnknownFunction
        None, and which there are.
    """
    wanted = name.lower().removesuffix("function").replace("-", "").replace("_", "")
    for logical_id, physical in by_logical_id.items():
        if wanted == logical_id.lower().removesuffix("function") or name == physical:
            return physical
    known = ", ".join(sorted(logical.removesuffix("Function") for logical in by_logical_id))
    raise UnknownFunction(f"no function {name}; there are {known}")


def api_key_value(key_id: str, gateway: Any = None) -> str:
    """The secret that goes into the ``x-api-key`` header."""
    return str((gateway or client("apigateway")).get_api_key(apiKey=key_id, includeValue=True)["value"])


@contextmanager
def aws_failures_in_words() -> Iterator[None]:
    """Turn what boto3 raises into one line a person can act on.

    Raises
    ------
    SaleslakeError
        AWS answered with an error, or could not be asked at all.
    """
    try:
        yield
    except ClientError as error:
        detail = error.response.get("Error", {})
        raise SaleslakeError(
            f"{error.operation_name}: {detail.get('Code')}: {detail.get('Message')}"
        ) from error
    except BotoCoreError as error:
        raise Unavailable(str(error)) from error
