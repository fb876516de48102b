"""Many stacks of one build on one cloud: zipped and uploaded once by `sam package`, then deployed by CloudFormation.

This is what a delivery pipeline does on AWS. `make up` deploys one stack, with plain `sam deploy`.
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-cli-command-reference-sam-package.html
"""

from __future__ import annotations

import shlex
import tomllib
from pathlib import Path
from typing import Any

from botocore.exceptions import WaiterError

from local import deploy
from local.cloud import CloudError
from local.settings import CHECKOUT, Settings

TEMPLATES = "packaged-templates"
POLL = {"Delay": 0.1, "MaxAttempts": 3000}


def package(settings: Settings, folder: Path = CHECKOUT, tell: deploy.Tell = lambda _: None) -> Path:
    """Upload what was built to this cloud; returns the template that names the uploaded artifacts.

    Raises
    ------
    CloudError
        `sam package` failed; the message holds what it said.
    """
    target = settings.state / "packaged.yaml"
    with deploy.one_at_a_time(folder / ".aws-sam"):
        options = ["--resolve-s3", "--config-env", "local", "--output-template-file", str(target)]
        deploy.sam(["package", *options], folder, settings, tell)
    return target


def deploy_packaged(
    settings: Settings, packaged: Path, stack: str, folder: Path = CHECKOUT, **given: str
) -> dict[str, str]:
    """Create a stack of a packaged template, as samconfig's ``local`` says, and return its outputs.

    ``given`` are parameters with other values than there.

    Raises
    ------
    CloudError
        The stack was not created; the message holds its own reasons.
    """
    chosen = tomllib.loads((folder / "samconfig.toml").read_text())["local"]["deploy"]["parameters"]
    parameters, tags = _pairs(chosen["parameter_overrides"]) | given, _pairs(chosen["tags"])
    cloudformation = deploy.client(settings, "cloudformation")
    change: dict[str, Any] = {"StackName": stack, "ChangeSetName": "create"}
    cloudformation.create_change_set(
        **change,
        ChangeSetType="CREATE",
        TemplateURL=_template_address(settings, packaged),
        Capabilities=[chosen["capabilities"], "CAPABILITY_AUTO_EXPAND"],
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
        Tags=[{"Key": name, "Value": value} for name, value in tags.items()],
    )
    try:
        cloudformation.get_waiter("change_set_create_complete").wait(**change, WaiterConfig=POLL)
        cloudformation.execute_change_set(**change)
        cloudformation.get_waiter("stack_create_complete").wait(StackName=stack, WaiterConfig=POLL)
    except WaiterError as error:
        reasons = deploy.failures(settings, stack)
        raise CloudError(f"stack {stack} was not created:\n{reasons or error}") from error
    return deploy.outputs(settings, stack)


def _template_address(settings: Settings, packaged: Path) -> str:
    """Where CloudFormation finds the template: one sent along may have 51,200 bytes, one in S3 a million."""
    s3 = deploy.client(settings, "s3")
    s3.create_bucket(Bucket=TEMPLATES)
    s3.upload_file(str(packaged), TEMPLATES, packaged.name)
    return f"https://s3.amazonaws.com/{TEMPLATES}/{packaged.name}"


def _pairs(text: str) -> dict[str, str]:
    """`A=1 B=2` as samconfig writes parameters and tags."""
    named = (pair.partition("=") for pair in shlex.split(text))
    return {name: value for name, _, value in named}
