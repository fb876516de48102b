"""Views and rollups of a published database beside what they must say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from local.questions import answered
from saleslake.metrics.loader import catalogue
from saleslake.metrics.model import Rollup
from saleslake.metrics.statement import Question, on_rollup, on_source

type Cell = str | None
type Run = Callable[[str], tuple[list[str], list[tuple[Cell, ...]]]]
VALUES = {
    "channel": ("amazon", "web", "reps"), "category": ("Set", "kurta", "Blouse", "Unknown"),
    "region": ("South", "West", "Unknown"), "state": ("Maharashtra", "Karnataka", "Goa"),
    "segment": ("Consumer", "Corporate", "Unknown"), "fulfilment": ("Amazon", "Merchant"),
    "payment_method": ("card", "upi", "cash"), "status": ("Shipped", "delivered", "completed", "cancelled"),
    "product_id": ("P00001", "P00125"), "customer_id": ("C000001", "C000284"), "sales_rep_id": ("R0001", "R0002"),
    "device": ("mobile", "tablet"),
}  # fmt: skip


def batches(world: Path) -> dict[str, list[tuple[str, Path]]]:
    """Dataset and file of every delivery, by the batch it belongs to, in the order they arrive."""
    found: dict[str, list[tuple[str, Path]]] = {}
    for entry in json.loads((world / "arrivals.json").read_text()):
        label = entry["path"].partition(f"/{entry['dataset']}-")[2].partition(".")[0]
        found.setdefault(label, []).append((entry["dataset"], world / entry["path"]))
    return found


def wrong_answers(run: Run, truth: Mapping[str, Any]) -> list[str]:
    """Figures of the seven questions that are not the truth's, and sums of the rollups that are not."""
    differences = [
        f"{question.view}: {figure.name} is {figure.answer}, the truth is {figure.truth}"
        for question, figures in answered(lambda view: rows(run, f"SELECT * FROM {view}"), truth["questions"])
        for figure in figures
        if not figure.equal
    ]
    return differences + list(_wrong_sums(run, truth))


def rows(run: Run, sql: str) -> list[dict[str, str]]:
    """Rows by column name; what is missing is empty."""
    columns, found = run(sql)
    return [{name: cell or "" for name, cell in zip(columns, row, strict=True)} for row in found]


def _wrong_sums(run: Run, truth: Mapping[str, Any]) -> Iterator[str]:
    """The sales of the truth, by the catalogue, on whichever rollup answers."""
    sales = truth["sales"]
    groups = {
        (): [sales["total"]], ("channel",): sales["by_channel"], ("month",): sales["by_month"],
        ("channel", "month"): sales["by_channel_and_month"], ("category",): sales["by_category"],
        ("state",): sales["by_state"], ("segment",): truth["questions"]["customer_segments"]["by_segment"],
    }  # fmt: skip
    measures = ("lines", "units", "revenue", "refunds", "profit")
    for by, expected in groups.items():
        question = Question(source="sales", measures=measures, by=by)
        rollup = catalogue().rollup("rollup_sales_filters_daily")
        for sql in (on_source(question, catalogue()), on_rollup(question, rollup, catalogue())):
            found = {
                tuple(row[name][:7] if name == "month" else row[name] for name in by): row
                for row in rows(run, sql)
            }
            wanted = {tuple(row[name] for name in by): row for row in expected}
            for key, row in wanted.items():
                mine = found.get(key)
                if mine is None or any(
                    Decimal(mine[name] or 0) != Decimal(str(row[name])) for name in measures
                ):
                    yield f"{by} {key}: {mine}, the truth is {row}"
            # the truth has a state once it has a row; so have we
            if found.keys() - wanted.keys():
                yield f"{by}: the truth has no {found.keys() - wanted.keys()}"


def random_questions(random: Random, count: int) -> Iterator[tuple[Question, Rollup]]:
    """Questions that some rollup answers: random measures, groups and filters."""
    found = catalogue()
    rollups = [rollup for rollup in found.rollups if rollup.source != "visits"]  # visits have no finer source
    for _ in range(count):
        rollup = random.choice(rollups)
        able = [m.name for m in found.measures if found.answers(rollup, m.name, rollup.dimensions)]
        by = random.sample(rollup.dimensions, random.randint(0, min(3, len(rollup.dimensions))))
        times = random.sample(rollup.times, random.randint(0, 1))
        conditions = [
            _condition(name, random) for name in random.sample(rollup.dimensions, random.randint(0, 1))
        ]
        if random.random() < 0.5:
            day = random.randint(1, 28) if rollup.grain == "day" else 1
            sign = random.choice([">=", "<"])
            conditions.append(f"{{time}} {sign} DATE '2025-{random.choice((11, 12))}-{day:02}'")
        levels = {"stock"}  # a level has a meaning on a day only
        if rollup.source in levels and "day" not in times:
            times = ["day"]
        measures = tuple(random.sample(able, random.randint(1, min(4, len(able)))))
        yield (
            Question(source=rollup.source, measures=measures, by=(*times, *by), conditions=tuple(conditions)),
            rollup,
        )


def _condition(name: str, random: Random) -> str:
    if name == "is_b2b":
        return random.choice(["{is_b2b}", "NOT {is_b2b}"])
    values = random.sample(VALUES[name], random.randint(1, 2))
    return f"{{{name}}} {random.choice(['IN', 'NOT IN'])} ({', '.join(f"'{value}'" for value in values)})"


def disagreement(run: Run, question: Question, rollup: Rollup) -> str:
    """How a rollup and the fact table differ over a question; empty when they agree."""
    sqls = on_source(question, catalogue()), on_rollup(question, rollup, catalogue())
    fact, rolled = (_groups(run, sql, len(question.by)) for sql in sqls)
    if fact == rolled:
        return ""
    keys = [key for key in fact.keys() | rolled.keys() if fact.get(key) != rolled.get(key)]
    return f"{rollup.name} {keys[0]}: {rolled.get(keys[0])}, fact table {fact.get(keys[0])}\n{sqls[0]}\n{sqls[1]}"


def _groups(run: Run, sql: str, keys: int) -> dict[tuple[Cell, ...], tuple[Any, ...]]:
    """Rows by their groups, numbers as numbers; without groups in which everything is 0."""
    _, found = run(sql)
    numbers = {row[:keys]: tuple(None if c is None else Decimal(c) for c in row[keys:]) for row in found}
    return {key: values for key, values in numbers.items() if any(values)}
