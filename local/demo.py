"""`make demo`: from nothing to the first answers, each beside the truth the generator wrote."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from datagen.compare import compare
from local import company, deploy
from local.cloud import CloudError
from local.settings import DEFAULT_PORT, DEFAULT_STATE, ENGINES, REGION, ROOT_KEY, Settings

STACK = "saleslake-local"
ROWS, SEED = 20_000, 7
DEFECTS = "bad_date=5,empty_sku=3,duplicate_row=4"
FIRST_STATES = 3

console = Console(highlight=False)


class DemoFailed(click.ClickException):
    """A step of the demo did not work; its own output says why."""


@click.command(help=__doc__)
@click.option("--port", type=int, default=DEFAULT_PORT, show_default=True)
@click.option("--state", type=click.Path(path_type=Path), default=DEFAULT_STATE)
@click.option("--engine", type=click.Choice(ENGINES), default="duckdb", show_default=True)
@click.option(
    "--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Load this instead."
)
@click.option("--once", is_flag=True, help="Stop the cloud afterwards.")
def main(port: int, state: Path, engine: str, file: Path | None, once: bool) -> None:
    settings = Settings(port, state.resolve(), engine)
    began = time.monotonic()
    try:
        step("Starting the local cloud and deploying the stack")
        run(settings, sys.executable, "-m", "local", "up", *options(settings))
        truth = None
        if file is None:
            step(f"Generating a report of {ROWS:,} rows, some of them spoilt on purpose")
            file, truth = generated(settings)
            if others := delivered_besides(settings, file.name):
                console.print(f"No truth to compare with: this cloud also holds {', '.join(others)}")
                truth = None
        step(f"Loading {file.name}")
        run(settings, *saleslake("load", str(file)))
        step("Asking the API")
        answer = asked(settings)
        differences = show(answer, truth)
        if truth is not None:
            differences += of_the_company(settings)
        console.print(f"\n[dim]{time.monotonic() - began:.0f} s in all[/dim]")
    finally:
        if once:
            run(settings, sys.executable, "-m", "local", "down", *options(settings))
    if differences:
        raise DemoFailed("these are not the truth:\n" + "\n".join(differences))
    if not once:
        say_what_next(settings)


def of_the_company(settings: Settings) -> list[str]:
    """A company with three channels, on a stack of its own: seven questions; what is answered wrong."""
    step(
        "Deploying a second stack, for a company that sells through Amazon, its web shop and representatives"
    )
    try:
        deploy.deploy(settings, company.STACK)  # what `make up` has just built
        step("Loading what the company's systems deliver: ten datasets, two months")
        truth = company.delivered(settings, run, saleslake)
    except CloudError as error:
        raise DemoFailed(str(error)) from error
    files = len(truth["files"])
    console.print(f"  {files} files with {sum(truth['rows'].values()):,} rows are published")
    step("Asking the warehouse")
    return company.show(console, company.answers(settings, run, saleslake), truth)


def generated(settings: Settings) -> tuple[Path, dict[str, Any]]:
    """A generated report, and the exact answers that the generator computed by plain arithmetic."""
    folder = settings.state / "demo"
    command = f"amazon_orders --rows {ROWS} --seed {SEED} --defects {DEFECTS} --gzip --out"
    run(settings, sys.executable, "-m", "datagen", *command.split(), str(folder), quiet=True)
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    return folder / truth["file"], truth


def delivered_besides(settings: Settings, name: str) -> list[str]:
    """Files that were delivered to this cloud before: the API's answers are theirs as well."""
    import boto3

    def client(service: str) -> Any:
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=settings.endpoint,
            region_name=REGION,
            aws_access_key_id=ROOT_KEY,
            aws_secret_access_key=ROOT_KEY,
        )

    stack = client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    pages = client("s3").get_paginator("list_objects_v2").paginate(Bucket=outputs["LandingBucketName"])
    names = {item["Key"].rpartition("/")[2] for page in pages for item in page.get("Contents", [])}
    return sorted(names - {name})


def asked(settings: Settings) -> dict[str, Any]:
    """The answer of the curl line that `saleslake url --curl` prints, which is run as printed."""
    line = run(settings, *saleslake("url", "--curl"), quiet=True).strip()
    console.print(f"  $ {line}", markup=False, soft_wrap=True)
    arguments = shlex.split(line)
    body = run(settings, *arguments, quiet=True) if shutil.which(arguments[0]) else fetched(arguments)
    answer: dict[str, Any] = json.loads(body, parse_float=Decimal)
    if answer.get("status") != "success":
        raise DemoFailed(f"the API answered {answer}")
    return answer


def fetched(curl: list[str]) -> str:
    """What the curl line would print, on a machine without curl."""
    headers = [curl[at + 1].partition(": ") for at, word in enumerate(curl) if word == "-H"]
    request = urllib.request.Request(curl[-1], headers={name: value for name, _, value in headers})
    with urllib.request.urlopen(request, timeout=60) as reply:
        return str(reply.read().decode())


def show(answer: dict[str, Any], truth: dict[str, Any] | None) -> list[str]:
    """Print the first figures, beside the truth when there is one; every difference in the whole answer."""
    wanted = dict(figures(truth["analytics"])) if truth else {}
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    table.add_column("the API says", justify="right")
    if truth:
        table.add_column("truth.json", justify="right")
    for name, value in figures(answer):
        table.add_row(name, f"{value:,}", *([f"{wanted[name]:,}"] if truth else []))
    console.print(table)
    if truth is None:
        return []
    differences = compare(answer, truth)
    if not differences:
        groups = sum(len(rows) for rows in answer["data"].values() if isinstance(rows, list))
        console.print(
            f"[green]All equal to the cent[/green], {groups} states, categories and months included. "
            f"Of {truth['rows']:,} rows, {truth['quarantined']} are in quarantine and {truth['duplicates']} "
            "are duplicates."
        )
    return differences


def figures(document: dict[str, Any]) -> Iterator[tuple[str, Decimal]]:
    """The figures worth printing first: every KPI, the counts, the strongest states."""
    for name, value in document["data"]["kpis"].items():
        yield name, Decimal(value)
    for name in ("total_records", "active_records", "cancelled_records"):
        yield name, Decimal(document["metadata"][name])
    for row in document["data"]["regional_analytics"][:FIRST_STATES]:
        yield f"revenue of {row['state']}", Decimal(row["revenue"])


def say_what_next(settings: Settings) -> None:
    """Where to go from here; the cloud stays up."""
    port = "" if settings.port == DEFAULT_PORT else f" PORT={settings.port}"
    state = "" if settings.state == DEFAULT_STATE.resolve() else f" STATE={settings.state}"
    console.print("\nThe cloud stays up. Next:")
    for command, what in (
        (f"make load{port}{state} FILE=report.csv", "deliver a report of your own and follow it"),
        (f"make status{port}{state}", "the release, the runs, and where every row is"),
        (
            f"make query{port}{state} NAME=customer_ltv STACK={company.STACK}",
            "a view of the company's warehouse",
        ),
        (f"make down{port}{state}", "stop it"),
    ):
        console.print(f"  {command:<{len(port + state) + 28}} {what}", markup=False, soft_wrap=True)


def options(settings: Settings) -> list[str]:
    """Options that make `python -m local` mean this cloud."""
    return ["--port", str(settings.port), "--state", str(settings.state), "--engine", settings.engine]


def saleslake(*arguments: str, stack: str = STACK) -> list[str]:
    """The console command, on a local stack."""
    return [str(Path(sys.executable).with_name("saleslake")), "--stack", stack, *arguments]


def step(title: str) -> None:
    """Say what happens next."""
    console.print(f"\n[bold]{title}[/bold]")


def run(settings: Settings, *command: str, quiet: bool = False) -> str:
    """Run a command against this cloud; its output is shown, or with ``quiet`` returned instead.

    Raises
    ------
    DemoFailed
        It ended with another exit code than 0.
    """
    done = subprocess.run(
        command,
        env=settings.client_environment(),
        stdout=subprocess.PIPE if quiet else None,
        text=True,
        check=False,
    )
    if done.returncode:
        raise DemoFailed(f"{shlex.join(command)} ended with exit code {done.returncode}\n{done.stdout or ''}")
    return done.stdout or ""


if __name__ == "__main__":
    main(prog_name="make demo")
