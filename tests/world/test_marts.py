"""Five companies: every view answers as the truth does, every rollup as the fact table does, also after late days."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from saleslake.metrics.loader import catalogue
from saleslake.metrics.statement import Question, on_source
from saleslake.warehouse.views import create_views
from tests.integration.lake import wait_for
from tests.oracle.warehouse_files import Delivered
from tests.world.journey import Journey
from tests.world.marts import Cell, Run, batches, disagreement, random_questions, rows, wrong_answers
from tests.world.workbench import Workbench, workbench

SEEDS = [1, 2, 3, 4, 5]
OPTIONS = ("--days", "61", "--daily", "2", "--late", "--format", "csv")
CASES = int(os.environ.get("CASES") or 500)
# views that show measures of the catalogue under their own names: source, and what groups the rows
SHOWN = {
    "daily_sales_summary": ("sales", {"sale_date": "day"}),
    "revenue_trend": ("sales", {"sale_month": "month"}),
    "product_profitability": ("sales", {"product_id": "product_id"}),
    "customer_ltv": ("customer_sales", {"customer_id": "customer_id"}),
    "rep_leaderboard": ("rep_sales", {"sale_month": "month", "sales_rep_id": "sales_rep_id"}),
    "payment_methods": ("paid_sales", {"channel": "channel", "payment_method": "payment_method"}),
}


class Company:
    """A generated company on a workbench, loaded batch after batch."""

    def __init__(self, folder: Path, bench: Workbench) -> None:
        self.batches = batches(folder)
        self.truth = json.loads((folder / "truth.json").read_text())
        self.bench = bench
        self.landed = 0
        create_views(bench.backend)

    def load(self, *labels: str) -> None:
        """Deliver the files of these batches and load them in one run."""
        for label in labels:
            for dataset, path in self.batches[label]:
                at = f"2026-01-01T{self.landed // 60:02}:{self.landed % 60:02}:00.000000Z"
                self.bench.land(Delivered(dataset, path, f"{at}|landing/{dataset}/{path.name}|"))
                self.landed += 1
        self.bench.run()

    def run(self, sql: str) -> tuple[list[str], list[tuple[Cell, ...]]]:
        """Ask the published database."""
        result = self.bench.embedded.result(sql, self.bench.settings.database)
        return [column.name for column in result.columns], list(result.rows)


@pytest.mark.parametrize("seed", SEEDS)
def test_answers_are_the_truths_after_the_history_and_after_each_day(
    seed: int, world: Callable[..., Path]
) -> None:
    with workbench() as bench:
        company = Company(world("--seed", str(seed), *OPTIONS), bench)
        *history, day, last = company.batches
        company.load(*history)
        assert wrong_answers(company.run, company.truth["as_of"][history[-1]]) == []
        company.load(day)  # returns of earlier sales, late rows, prices that changed last week
        assert wrong_answers(company.run, company.truth["as_of"][day]) == []
        company.load(last)
        assert wrong_answers(company.run, company.truth) == []


def test_rollups_and_views_agree_with_the_fact_tables(world: Callable[..., Path]) -> None:
    with workbench() as bench:
        company = Company(world("--seed", "6", *OPTIONS), bench)
        *history, day, last = company.batches
        company.load(*history, day)
        assert disagreements(company.run, Random(1), CASES // 2) == []
        company.load(last)
        empty_a_group(company)
        assert disagreements(company.run, Random(2), CASES - CASES // 2) == []
        for view in SHOWN:
            assert odd_cells(company.run, view) == [], view
        assert undecided_recommendations(company.run) == []


def disagreements(run: Run, random: Random, count: int) -> list[str]:
    return [found for case in random_questions(random, count) if (found := disagreement(run, *case))]


def empty_a_group(company: Company) -> None:
    """Move every web order of one day to another month: groups of that day must vanish from the rollups."""
    label, files = next((label, files) for label, files in company.batches.items() if len(label) == 7)
    _, path = next(file for file in files if file[0] == "web_orders")
    head, *lines = path.read_text().splitlines()
    day = lines[0].split(",")[head.split(",").index("ordered_at")][:10]
    moved = path.with_name("moved.csv")
    moved.write_text(
        "\n".join([head, *(line.replace(day, "2024-02-29") for line in lines if day in line)]) + "\n"
    )
    before = company.run(f"SELECT COUNT(*) FROM rollup_sales_filters_daily WHERE sale_date = DATE '{day}'")
    company.batches["moved"] = [("web_orders", moved)]
    company.load("moved")
    after = company.run(f"SELECT COUNT(*) FROM rollup_sales_filters_daily WHERE sale_date = DATE '{day}'")
    assert int(after[1][0][0] or 0) < int(before[1][0][0] or 0), label


def odd_cells(run: Run, view: str) -> list[str]:
    """Cells of a view that are not what metrics.yaml computes from the fact table."""
    source, keys = SHOWN[view]
    columns, found = run(f"SELECT * FROM {view}")
    known = {measure.name for measure in catalogue().measures if source in measure.sources}
    measures = tuple(sorted(known & set(columns)))
    assert len(measures) > 2
    question = Question(source=source, measures=measures, by=tuple(keys.values()))
    wanted = {
        tuple(row[name] for name in keys.values()): row for row in rows(run, on_source(question, catalogue()))
    }
    odd = []
    for row in [dict(zip(columns, (cell or "" for cell in line), strict=True)) for line in found]:
        expected = wanted[tuple(row[name] for name in keys)]
        odd += [
            f"{[row[k] for k in keys]} {m}: {row[m]}, not {expected[m]}"
            for m in measures
            if row[m] != expected[m]
        ]
    return odd


def undecided_recommendations(run: Run) -> list[dict[str, str]]:
    """Recommendations that are not what the pairs and the thresholds say."""
    pairs = rows(run, "SELECT * FROM product_pairs WHERE orders_together >= 3 AND lift > 1")
    best = sorted(
        pairs, key=lambda row: (-float(row["confidence"]), -float(row["lift"]), row["other_product_id"])
    )
    ranks: dict[str, int] = {}
    wanted = {}
    for row in best:
        ranks[row["product_id"]] = rank = ranks.get(row["product_id"], 0) + 1
        if rank <= 10:
            wanted[row["product_id"], str(rank)] = row["other_product_id"]
    given = rows(run, "SELECT * FROM recommendations")
    assert given
    assert len(given) == len(wanted)
    return [
        row
        for row in given
        if wanted[row["product_id"], row["recommendation_rank"]] != row["recommended_product_id"]
    ]


ON_THE_CLOUD = SEEDS if os.environ.get("ENGINE") == "trino" else [1]


@pytest.mark.parametrize("seed", ON_THE_CLOUD)
def test_the_deployed_views_answer_as_the_truth_does(
    seed: int, world: Callable[..., Path], journey: Callable[[str], Journey]
) -> None:
    folder = world("--seed", str(seed), *OPTIONS)
    truth = json.loads((folder / "truth.json").read_text())
    *history, day, last = (found := batches(folder))
    company = journey(f"marts-{seed}")
    company.deliver(file for label in history for file in found[label])
    company.deliver([*found[day], *found[last]])
    assert wrong_answers(lambda sql: answer(company, sql), truth) == []


def answer(company: Journey, sql: str) -> tuple[list[str], list[tuple[Cell, ...]]]:
    """Ask Athena, page after page; the first row has the names."""
    athena, outputs = company.lake.client("athena"), company.lake.outputs
    query_id = athena.start_query_execution(
        QueryString=sql,
        QueryExecutionContext={"Database": outputs["DatabaseName"]},
        WorkGroup=outputs["WorkGroupName"],
    )["QueryExecutionId"]

    def end() -> dict[str, Any] | None:
        found = athena.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]["Status"]
        return found if found["State"] in {"SUCCEEDED", "FAILED", "CANCELLED"} else None

    status = wait_for(end, sql, 120)
    assert status["State"] == "SUCCEEDED", status
    pages = athena.get_paginator("get_query_results").paginate(QueryExecutionId=query_id)
    cells = [
        tuple(cell.get("VarCharValue") for cell in row["Data"])
        for page in pages
        for row in page["ResultSet"]["Rows"]
    ]
    return [str(name) for name in cells[0]], cells[1:]
