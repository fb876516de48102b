"""`saleslake contract`: contracts of datasets, before they are deployed."""

from pathlib import Path

import click

from saleslake.contracts.refusal import FileUnreadable
from saleslake.errors import SaleslakeError
from saleslake.ingest.infer import infer_contract


class NothingToInfer(SaleslakeError):
    """The file cannot be read as rows."""

    code = "nothing_to_infer"


@click.group()
def contract() -> None:
    """Data contracts: one YAML file per dataset."""


@contract.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", help="Name of the dataset; without it, the file's.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Where to write it; without it, to the terminal."
)
def infer(file: Path, name: str | None, out: Path | None) -> None:
    """Write a first contract for FILE: types, formats, key and ranges as its rows show them."""
    try:
        text = infer_contract(file, name)
    except FileUnreadable as problem:
        raise NothingToInfer(str(problem.refusal)) from problem
    if out:
        try:
            out.write_text(text, encoding="utf-8")
        except OSError as problem:
            raise click.FileError(str(out), problem.strerror) from problem
        click.echo(f"{out}: fill in what says FILL IN, put it into the folder of contracts, deploy")
    else:
        click.echo(text, nl=False)
