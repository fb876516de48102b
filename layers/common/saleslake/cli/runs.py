"""`saleslake run` and `saleslake watch`: start the pipeline by hand, look at it while it works."""

import click

from saleslake.cli.context import Deployed, deployed
from saleslake.cli.follow import Sight, execution_sights
from saleslake.cli.view import RunView


@click.command()
@deployed
def run(lake: Deployed) -> None:
    """Load whatever waits, now, and follow it."""
    end = watched(lake, lake.executions.start({}))
    tell(lake, end)


@click.command()
@deployed
def watch(lake: Deployed) -> None:
    """Follow what runs now, or show how the last run ended."""
    newest = lake.executions.newest(limit=1)
    if not newest:
        click.echo("nothing has run yet")
        return
    tell(lake, watched(lake, newest[0]))


def watched(lake: Deployed, execution_arn: str) -> Sight:
    """Show an execution until it ends; its last sight."""
    with RunView(lake.console) as view:
        for sight in execution_sights(lake, execution_arn):
            view.show(sight)
    return sight


def tell(lake: Deployed, end: Sight) -> None:
    """Say how an execution ended; exit code 1 when it failed."""
    if end.execution is None:
        click.echo("Step Functions no longer knows this execution")
    elif end.execution.has_failed:
        reason = (end.run or {}).get("reason") or f"{end.execution.error}: {end.execution.cause}"
        lake.console.print(f"[red]{end.execution.status.lower()}[/red]", end=" ")
        lake.console.print(reason, markup=False, soft_wrap=True)
        raise click.exceptions.Exit(1)
    else:
        current = lake.ledger.current()
        shown = current.release_id if current else "none yet"
        lake.console.print(f"[green]done[/green]; the current release is {shown}", soft_wrap=True)
