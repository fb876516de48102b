"""The second half of `make demo`: a company with three channels, and seven questions to its warehouse."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from rich.console import Console
from rich.table import Table

from local.questions import QUESTIONS, Figure, Question, answered
from local.settings import Settings

STACK = "saleslake-company"  # a stack of its own, so that each half has a truth of its own
WORLD = "--scale small --days 61 --daily 0 --seed 7"
AT_ONCE = 3  # consoles; each is a process

Run = Callable[..., str]


def delivered(settings: Settings, run: Run, console_command: Callable[..., list[str]]) -> dict[str, Any]:
    """Generate the company and load all its files at once, as a person would; what is true of it."""
    folder = settings.state / "demo" / "company"
    run(settings, sys.executable, "-m", "datagen", "world", *WORLD.split(), "--out", str(folder), quiet=True)
    run(settings, *console_command("load", str(folder / "landing"), stack=STACK))
    truth: dict[str, Any] = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    return truth


def answers(
    settings: Settings, run: Run, console_command: Callable[..., list[str]]
) -> dict[str, list[dict[str, str]]]:
    """The rows of every view that answers a question, asked as a person would: `saleslake query VIEW --csv`."""

    def ask(question: Question) -> list[dict[str, str]]:
        text = run(settings, *console_command("query", question.view, "--csv", stack=STACK), quiet=True)
        return list(csv.DictReader(io.StringIO(text)))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip((question.view for question in QUESTIONS), pool.map(ask, QUESTIONS), strict=True))


def show(console: Console, found: dict[str, list[dict[str, str]]], truth: dict[str, Any]) -> list[str]:
    """Print the first figures of every answer beside the truth; every difference in all of them."""
    differences = []
    count = 0
    for question, figures in answered(found.__getitem__, truth["questions"]):
        console.print(f"\n[bold]{question.text}[/bold]  [dim]{question.file}[/dim]")
        console.print(_table(question, figures))
        differences += [
            f"{question.file}: {figure.name} is {figure.answer}, the truth is {figure.truth}"
            for figure in figures
            if not figure.equal
        ]
        count += len(figures)
    if not differences:
        console.print(f"\n[green]All {count:,} figures of the seven answers equal the truth[/green]")
    return differences


def _table(question: Question, figures: list[Figure]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    table.add_column("the view says", justify="right")
    table.add_column("truth.json", justify="right")
    for figure in _first(question, figures):
        table.add_row(figure.name, str(figure.answer), str(figure.truth))
    return table


def _first(question: Question, figures: list[Figure]) -> Iterator[Figure]:
    for figure in figures:
        if figure.name.startswith(question.shown):
            yield figure
