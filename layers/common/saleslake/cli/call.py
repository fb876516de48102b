"""`saleslake url` and `saleslake invoke`: reach what is deployed."""

import json
import shlex
from pathlib import Path

import click

from saleslake.aws.invoke import invoke as invoke_function
from saleslake.aws.stack import api_key_value, function_named, functions
from saleslake.cli.context import Deployed, deployed
from saleslake.cli.json_text import read_json


@click.command()
@click.option("--curl", is_flag=True, help="Print a curl line that works, key included.")
@click.option(
    "--at",
    envvar="SALESLAKE_API_URL",
    show_envvar=True,
    help="Where the API is reached if not at the stack's own address (a proxy, a private name); {api} is its id.",
)
@deployed
def url(lake: Deployed, curl: bool, at: str | None) -> None:
    """Print the API's base address, alone on one line."""
    address = at.replace("{api}", lake.stack.output("ApiId")) if at else lake.stack.output("ApiUrl")
    base = address.rstrip("/")
    click.echo(curl_line(base, "/analytics", lake.stack.outputs.get("ApiKeyId")) if curl else base)


def curl_line(base: str, path: str, key_id: str | None) -> str:
    """A command line that asks the API; with the key it needs when the API has one."""
    header = ["-H", f"x-api-key: {api_key_value(key_id)}"] if key_id else []
    return shlex.join(["curl", "-s", *header, f"{base}{path}"])


@click.command()
@click.argument("function")
@click.option(
    "--event", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="JSON file [default: {}]"
)
@deployed
def invoke(lake: Deployed, function: str, event: Path | None) -> None:
    """Call a deployed FUNCTION (its folder's name) and print what it answers."""
    body = read_json(event) if event else {}
    answer = invoke_function(function_named(function, functions(lake.name)), body)
    if answer.log:
        click.echo(answer.log.rstrip(), err=True)
    click.echo(json.dumps(answer.payload, indent=2, ensure_ascii=False))
    if answer.failed:
        raise click.exceptions.Exit(1)
