"""`python -m local`: the local cloud on this machine."""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from local import cloud, deploy
from local import permissions as recorded
from local.runtime.environment import create
from local.settings import DEFAULT_PORT, DEFAULT_STATE, ENGINES, Settings

console = Console(stderr=True, highlight=False)


def _settings(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say which cloud it means."""

    @click.option("--port", type=int, default=DEFAULT_PORT, envvar="PORT", show_default=True)
    @click.option("--state", type=click.Path(path_type=Path), default=DEFAULT_STATE, envvar="STATE")
    @click.option(
        "--engine", type=click.Choice(ENGINES), default="duckdb", envvar="ENGINE", show_default=True
    )
    @click.option("--sql-memory", default=Settings.sql_memory, envvar="SQL_MEMORY", show_default=True)
    def command(port: int, state: Path, engine: str, sql_memory: str, **rest: Any) -> None:
        try:
            function(Settings(port, state.resolve(), engine, sql_memory), **rest)
        except cloud.CloudError as error:
            raise click.ClickException(str(error)) from error

    command.__name__ = function.__name__
    command.__doc__ = function.__doc__
    return command


@contextmanager
def _step(name: str) -> Iterator[Callable[[str], None]]:
    """Show what is being done, with the last line it said, and how long it took."""
    began = time.monotonic()
    with console.status(name) as shown:
        yield lambda line: shown.update(f"{name}: {escape(line.strip()[:100])}")
    console.print(f"[dim]{name:<24} {time.monotonic() - began:5.1f} s[/]")


@click.group(help="Run the data lake on this machine: the real template and artifacts on an emulator.")
def main() -> None:
    os.umask(0o077)


@main.command()
@_settings
def start(settings: Settings) -> None:
    """Start only the emulator."""
    process = cloud.start(settings)
    console.print(f"emulator at {settings.endpoint} (pid {process.pid}, Athena engine {settings.engine})")


@main.command()
@click.option("--stack", default="saleslake-local", show_default=True)
@_settings
def up(settings: Settings, stack: str) -> None:
    """Start the emulator, build and deploy the stack, and wait until its API answers."""
    began = time.monotonic()
    with _step("Lambda runtime"):
        create(settings.cache)
    with _step("emulator"):
        cloud.start(settings)
    with _step("sam build") as tell:
        deploy.build(settings, tell=tell)
    with _step("sam deploy") as tell:
        found = deploy.deploy(settings, stack, tell=tell)
    with _step("first answer of the API"):
        deploy.wait_until_healthy(settings, found)
    console.print(f"stack {stack} is up at {settings.endpoint} after {time.monotonic() - began:.0f} s")
    console.print(f"API   {found.get('ApiUrl', '(none)')}")
    console.print("next  make load FILE=report.csv   |   make status   |   make down")


@main.command()
@_settings
def status(settings: Settings) -> None:
    """Say what runs and which stacks are deployed."""
    process = cloud.find(settings)
    if process is None:
        raise click.ClickException(f"no cloud runs with state {settings.state}")
    settings = replace(settings, port=process.port, engine=process.engine)
    console.print(f"emulator at {settings.endpoint} (pid {process.pid}, Athena engine {process.engine})")
    console.print(f"logs     {settings.log_file}")
    for stack in deploy.client(settings, "cloudformation").describe_stacks()["Stacks"]:
        console.print(f"stack    {stack['StackName']} {stack['StackStatus']}")


@main.command()
@_settings
def down(settings: Settings) -> None:
    """Stop the emulator and everything it started."""
    console.print("stopped" if cloud.stop(settings) else "nothing was running")


@main.command()
@click.option("--stack", default="saleslake-local", show_default=True)
@_settings
def permissions(settings: Settings, stack: str) -> None:
    """List the policy statements of every role: what they allowed since the start, and which never did."""
    table = Table("role", "policy", "statement", "allowed", box=None)
    for statement in recorded.statements(settings, stack):
        used = ", ".join(f"{action} x{count}" for action, count in sorted(statement.used.items()))
        policy = statement.policy.rsplit("/", 1)[-1]
        unused = f"[red]never used:[/] {', '.join(statement.actions)}"
        table.add_row(statement.role, policy, statement.name, used or unused)
    console.print(table)
    for denial in recorded.denials(settings, stack):
        console.print(f"[red]denied[/] {denial.role}: {denial.action} on {denial.resource} x{denial.count}")


@main.command()
@_settings
def env(settings: Settings) -> None:
    """Print shell lines that point sam, the AWS CLI and boto3 at this cloud."""
    for name, value in settings.client_environment().items():
        if name.startswith(("AWS_", "SALESLAKE_")):
            click.echo(f"export {name}={shlex.quote(value)}")


if __name__ == "__main__":
    main(prog_name="python -m local")
