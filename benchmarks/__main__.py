"""Run every benchmark of this folder and print its figures beside the promise."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import click

from benchmarks._reports import generated

HERE = Path(__file__).parent
ROWS = 129_000  # as many as a real quarter of the report


@click.command(help=__doc__)
@click.option(
    "--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Report [default: generated]"
)
@click.option("--only", multiple=True, help="Names of benchmarks [default: all]")
def main(file: Path | None, only: tuple[str, ...]) -> None:
    report = (file or generated("report", "--rows", str(ROWS), "--seed", "1", "--gzip")).resolve()
    print(
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}; report: {report.name}"
    )
    names = only or sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith("_"))
    failed = []
    for name in names:
        print(f"\n== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}", str(report)], check=False).returncode:
            failed.append(name)
    if failed:
        raise click.ClickException(f"did not finish or missed the promise: {', '.join(failed)}")


if __name__ == "__main__":
    main(prog_name="python -m benchmarks")
