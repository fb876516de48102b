"""What every command works with: the stack's outputs, and adapters opened on first use."""

from functools import cached_property
from typing import Any

import click
from rich.console import Console

from saleslake.aws.backend import Backend
from saleslake.aws.executions import Executions
from saleslake.aws.ledger import Ledger
from saleslake.aws.queue import DeadLetters
from saleslake.aws.s3 import Lake
from saleslake.aws.stack import Stack, aws_failures_in_words, find_stack
from saleslake.config import Settings
from saleslake.errors import SaleslakeError

PIPE_WIDTH = 100_000  # columns when the output is no terminal: no row of a table is folded, however wide


class Errors(click.Group):
    """A group whose commands end with one line and exit code 1 for every failure we foresee."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            with aws_failures_in_words():
                return super().invoke(ctx)
        except SaleslakeError as error:
            raise click.ClickException(str(error)) from error


class Deployed:
    """A deployed stack as the commands use it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.console = terminal()

    @cached_property
    def stack(self) -> Stack:
        """The stack and its outputs."""
        return find_stack(self.name)

    @cached_property
    def backend(self) -> Backend:
        """The adapters the functions use, made from the stack's outputs."""
        output = self.stack.output
        return Backend(
            Settings(
                lake_bucket=output("LakeBucketName"),
                landing_bucket=output("LandingBucketName"),
                ledger_table=output("LedgerTableName"),
                database=output("DatabaseName"),
                build_database=output("BuildDatabaseName"),
                workgroup=output("WorkGroupName"),
                alert_topic_arn=output("AlertTopicArn"),
                state_machine_arn=output("StateMachineArn"),
            )
        )

    @property
    def ledger(self) -> Ledger:
        """What arrived, ran and is published."""
        return self.backend.ledger

    @property
    def lake(self) -> Lake:
        """The lake bucket."""
        return self.backend.lake

    @cached_property
    def executions(self) -> Executions:
        """The pipeline's executions."""
        return Executions(self.stack.output("StateMachineArn"))

    @cached_property
    def dead_letters(self) -> DeadLetters:
        """Deliveries that ingest gave up on."""
        return DeadLetters(self.stack.output("IngestDeadLetterQueueUrl"), self.stack.output("IngestQueueUrl"))


def terminal() -> Console:
    """Standard output, as wide as the terminal, or wide enough for any table when it is a pipe."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=PIPE_WIDTH)


def pass_stack_name(context: click.Context, name: str) -> None:
    """Hand the stack's name to the command that runs next."""
    context.obj = Deployed(name)


deployed = click.make_pass_decorator(Deployed)
