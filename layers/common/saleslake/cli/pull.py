"""`saleslake pull`: ask the sources now, instead of waiting for their schedule."""

from typing import Any

import click

from saleslake.aws.clients import patient_client
from saleslake.aws.invoke import invoke
from saleslake.aws.stack import function_named, functions
from saleslake.cli.context import Deployed, deployed
from saleslake.errors import SaleslakeError

SECONDS = 120  # per call, so that a long pull shows how far it is


class PullFailed(SaleslakeError):
    """The function ended without an answer."""

    code = "pull_failed"


@click.command()
@click.argument("source", required=False)
@deployed
def pull(lake: Deployed, source: str | None) -> None:
    """Fetch what SOURCE (or every source) has to tell since the last time. Exit code 1 when one fails."""
    function = function_named("pull", functions(lake.name))
    waiting: list[str | None] = [source]
    failed = False
    while waiting:
        name = waiting.pop(0)
        answer = invoke(function, {"source": name, "seconds": SECONDS}, patient_client("lambda"))
        if answer.failed:
            raise PullFailed(str(answer.payload.get("errorMessage", answer.payload)))
        if not answer.payload["sources"]:
            click.echo("no sources: see docs/sources.md")
        for pulled in answer.payload["sources"]:
            click.echo(in_words(pulled))
            failed = failed or pulled["reason"] is not None
            if not pulled["complete"] and pulled["reason"] is None:
                waiting.append(pulled["source"])
    if failed:
        raise click.exceptions.Exit(1)


def in_words(pulled: dict[str, Any]) -> str:
    """What became of one source, on one line."""
    came = f"{pulled['source']}: {pulled['records']:,} records on {pulled['pages']} pages for {pulled['dataset']}"
    if pulled["reason"] is not None:
        return f"{came}, then it failed: {pulled['reason']}"
    if not pulled["complete"]:
        return f"{came}, and more to come"
    return f"{came}, known up to {pulled['watermark']}" if pulled["watermark"] else came
