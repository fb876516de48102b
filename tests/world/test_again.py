"""Loaded again, the same files give the same warehouse: by backfill, by rebuild, by replay as the last that landed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.world.small_files import batches, small_files
from tests.world.test_batchings import EXAMPLES, GENTLY, deliveries, wrong
from tests.world.workbench import Workbench, workbench

FEWER = settings(GENTLY, max_examples=max(1, EXAMPLES // 4))


def loaded(bench: Workbench, data: st.DataObject, folder: str):
    """A warehouse after some files in some runs; the files as they landed."""
    files = data.draw(small_files(3, 10))
    delivered = deliveries(files, Path(folder))
    for numbers in data.draw(batches(len(files))):
        for number in numbers:
            bench.land(delivered[number])
        bench.run()
    return delivered


@FEWER
@given(st.data())
def test_a_backfill_changes_nothing(data: st.DataObject) -> None:
    with TemporaryDirectory() as folder, workbench() as bench:
        delivered = loaded(bench, data, folder)
        bench.run(backfill={"from": "2024-02-01"})
        assert wrong(bench, delivered) == []


@FEWER
@given(st.data())
def test_a_rebuild_changes_nothing_and_releases_before_it_can_still_be_read(data: st.DataObject) -> None:
    with TemporaryDirectory() as folder, workbench() as bench:
        delivered = loaded(bench, data, folder)
        before = bench.backend.ledger.current().release_id
        bench.run(rebuild=True)
        assert wrong(bench, delivered) == []
        tables = bench.backend.lake.get_json(f"releases/{before}.json")["tables"]
        for table, version in tables.items():
            if version["snapshot_id"]:
                count = f"SELECT COUNT(*) FROM {table} FOR VERSION AS OF {version['snapshot_id']}"
                bench.embedded.result(count, bench.settings.database)


@FEWER
@given(st.data())
def test_a_replayed_file_wins_over_all_others(data: st.DataObject) -> None:
    with TemporaryDirectory() as folder, workbench() as bench:
        delivered = loaded(bench, data, folder)
        chosen = data.draw(st.integers(0, len(delivered) - 1))
        name = delivered[chosen].landing_order.split("|")[1].rsplit("/", 1)[1]
        bench.run(replay=[name])
        (item,) = [item for item in bench.backend.ledger.items("file") if item["name"] == name]
        delivered[chosen] = replace(delivered[chosen], landing_order=item["landing_order"])
        assert wrong(bench, delivered) == []
