"""`python -m local`: the local cloud on this machine."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from local import cloud
from local.settings import DEFAULT_PORT, DEFAULT_STATE, ENGINES, Settings

console = Console(stderr=True, highlight=False)


def _settings(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say which cloud it means."""

    @click.option("--port", type=int, default=DEFAULT_PORT, envvar="PORT", show_default=True)
    @click.option("--state", type=click.Path(path_type=Path), default=DEFAULT_STATE, envvar="STATE")
    @click.option(
        "--engine", type=click.Choice(ENGINES), default="duckdb", envvar="ENGINE", show_default=True
    )
    def command(port: int, state: Path, engine: str, **rest: Any) -> None:
        try:
            function(Settings(port, state.resolve(), engine), **rest)
        except cloud.CloudError as error:
            raise click.ClickException(str(error)) from error

    command.__name__ = function.__name__
    command.__doc__ = function.__doc__
    return command


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
@_settings
def down(settings: Settings) -> None:
    """Stop the emulator and everything it started."""
    console.print("stopped" if cloud.stop(settings) else "nothing was running")


@main.command()
@_settings
def env(settings: Settings) -> None:
    """Print shell lines that point sam, the AWS CLI and boto3 at this cloud."""
    for name, value in settings.client_environment().items():
        if name.startswith("AWS_"):
            click.echo(f"export {name}={shlex.quote(value)}")


if __name__ == "__main__":
    main(prog_name="python -m local")
