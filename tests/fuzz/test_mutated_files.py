"""Mutated files of every dataset and format through inspection and transform: nothing breaks, is lost, or is made up.

CASES and SEED choose how many and which: ``make fuzz CASES=2000 SEED=7``.
"""

from __future__ import annotations

import io
import json
import os
import random
import traceback
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from saleslake.ingest.inspect import inspect
from saleslake.transform import TransformRequest, TransformResult, transform_file
from tests.fuzz import judge
from tests.fuzz.mutations import mutate
from tests.fuzz.originals import Original, originals

CASES = int(os.environ.get("CASES") or 300)
SEED = int(os.environ.get("SEED") or 20251231)
SHARES = {"csv": 45, "json": 25, "parquet": 15, "avro": 15}
LANDED = "2026-06-01T00:00:00.000000Z|landing/file|v1"
BROKEN = {"too_few_fields", "too_many_fields", "quoting"}


@dataclass
class Lake:
    """One raw file, and the Parquet tables written of it by the first part of their keys."""

    raw: bytes
    tables: dict[str, pyarrow.Table] = field(default_factory=dict)

    def open(self, key: str) -> io.BytesIO:
        return io.BytesIO(self.raw)

    def put_file(self, key: str, path: str | Path) -> None:
        with pyarrow.parquet.ParquetFile(path) as file:
            self.tables[key.partition("/")[0]] = file.read()

    def put_json(self, key: str, value: Any) -> None:
        json.dumps(value)


class Wrong(Exception):
    """What the project said of a file is not so."""


def case(number: int, sound: list[Original]) -> tuple[Original, bytes, list[str]]:
    """The mutated file of a number."""
    dice = random.Random(f"{SEED}-{number}")
    kind = dice.choices(list(SHARES), SHARES.values())[0]
    original = dice.choice([original for original in sound if original.kind == kind])
    content, faults = mutate(original.content, original.kind, dice)
    return original, content, faults


def run(original: Original, content: bytes) -> str:
    """What became of a file; raises what is wrong with that."""
    found = inspect(lambda: io.BytesIO(content), f"landing/{original.dataset}/file.{original.kind}")
    if found.refusals:
        return "refused at the door"
    assert found.dataset and found.format
    lake = Lake(content)
    request = TransformRequest(
        run_id="r",
        dataset=found.dataset,
        file_id=found.file_id,
        name="file",
        raw_key="raw/file",
        landing_order=LANDED,
        format=found.format,
    )
    result = transform_file(request, lake)
    if result.status == "refused":
        if lake.tables or not result.refusal:
            raise Wrong("a refused file has rows, or no reason")
        return "refused by its rows"
    reconcile(result, lake.tables)
    judge_money(result, lake.tables, content)
    return "transformed" if not result.rows_quarantined else "transformed in part"


def reconcile(result: TransformResult, tables: dict[str, pyarrow.Table]) -> None:
    """Every row read is written, quarantined or a duplicate, and so is every cent."""
    written, quarantined = tables["processed"], tables.get("quarantine")
    if (written.num_rows, quarantined.num_rows if quarantined else 0) != (
        result.rows_written,
        result.rows_quarantined,
    ):
        raise Wrong("the files have other rows than the account")
    if result.rows_read != result.rows_written + result.rows_quarantined + result.rows_duplicate:
        raise Wrong("rows do not add up")
    lines = [
        *written.column("line_number").to_pylist(),
        *(quarantined.column("line_number").to_pylist() if quarantined else ()),
    ]
    if len(set(lines)) != len(lines):
        raise Wrong("a line has two fates")
    for name, account in result.money.items():
        sums = {fate: Decimal(text) for fate, text in account.model_dump().items()}
        if sums["read"] != sums["written"] + sums["quarantined"] + sums["duplicate"]:
            raise Wrong(f"{name} does not add up")
        amounts = [amount for amount in written.column(name).to_pylist() if amount is not None]
        if sums["written"] != sum(amounts, Decimal(0)):
            raise Wrong(f"{name} written is not what the rows have")


def judge_money(result: TransformResult, tables: dict[str, pyarrow.Table], content: bytes) -> None:
    """Every amount published is the one delivered in that line, and as many rows were read as there are."""
    delivered = judge.records(content)
    if not BROKEN & result.reasons.keys() and result.rows_read != len(delivered):
        raise Wrong(f"{result.rows_read} rows read of {len(delivered)}")
    rows = tables["processed"]
    columns = [column.name for column in rows.schema if pyarrow.types.is_decimal(column.type)]
    for row in rows.select(["line_number", *columns]).to_pylist():
        line = row["line_number"]
        if line not in delivered:
            raise Wrong(f"line {line} is no record")
        for name in columns:
            said = delivered[line].get(judge.folded(name))
            if judge.money(said) != row[name]:
                raise Wrong(f"line {line}: {name} is {said!r}, published as {row[name]}")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> list[Original]:
    return originals(tmp_path_factory.mktemp("sound"))


def test_sound_files_are_published_whole(sound):
    assert {(original.kind, run(original, original.content)) for original in sound} == {
        (kind, "transformed") for kind in ("csv", "json", "parquet", "avro")
    }


def test_no_mutated_file_breaks_anything_loses_a_row_or_changes_an_amount(sound):
    outcomes: Counter[str] = Counter()
    mutations: Counter[str] = Counter()
    wrong = []
    for number in range(CASES):
        original, content, faults = case(number, sound)
        mutations.update(faults)
        try:
            outcomes[f"{original.kind}: {run(original, content)}"] += 1
        except Exception as problem:  # noqa: BLE001 - whatever it is, it is told with its file's number
            told = f"{type(problem).__name__}: {problem}"
            place = traceback.extract_tb(problem.__traceback__)[-1]
            wrong.append(
                f"{number} {original.dataset} {original.kind} {faults}: {told} ({place.name}:{place.lineno})"
            )
    print(f"seed {SEED}: {CASES} mutated files, {len(wrong)} wrong")
    print(*(f"  {count:5d} {outcome}" for outcome, count in sorted(outcomes.items())), sep="\n")
    print(f"  faults: {', '.join(f'{count} {name}' for name, count in mutations.most_common())}")
    assert not wrong, "\n".join(wrong)
