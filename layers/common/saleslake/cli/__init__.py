"""`saleslake`: the console of a deployed stack, on AWS or wherever the AWS environment variables point.

The stack is found by its name; bucket, table and address come from its CloudFormation outputs.
"""

import click

from saleslake.cli.again import backfill, rebuild, replay
from saleslake.cli.call import invoke, url
from saleslake.cli.check import check
from saleslake.cli.context import Errors, pass_stack_name
from saleslake.cli.contract import contract
from saleslake.cli.load import load
from saleslake.cli.pull import pull
from saleslake.cli.quarantine import quarantine
from saleslake.cli.query import query
from saleslake.cli.redrive import redrive
from saleslake.cli.releases import diff, expire, maintain, releases, rollback
from saleslake.cli.runs import run, watch
from saleslake.cli.status import status


@click.group(cls=Errors, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--stack",
    envvar="SALESLAKE_STACK",
    default="saleslake",
    show_default=True,
    show_envvar=True,
    help="Name of the CloudFormation stack.",
)
@click.version_option(package_name="saleslake")
@click.pass_context
def main(context: click.Context, stack: str) -> None:
    """Deliver files to a sales lake, follow them into a release, look at what became of every row."""
    pass_stack_name(context, stack)


for command in (
    load, status, url, releases, diff, rollback, run, watch, backfill, replay, rebuild, expire, maintain,
    invoke, pull, contract, check, quarantine, query, redrive,
):  # fmt: skip
    main.add_command(command)
