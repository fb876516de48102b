"""`saleslake redrive`: give deliveries that ingest gave up on another try."""

import click

from saleslake.cli.context import Deployed, deployed


@click.command()
@deployed
def redrive(lake: Deployed) -> None:
    """Send the dead letters back to the ingest queue, once what stopped them is repaired."""
    keys = lake.dead_letters.redrive()
    for key in keys:
        click.echo(f"again: {key}")
    click.echo(f"{len(keys)} dead letters sent back to the queue" if keys else "no dead letters")
