"""One company's files on a deployed stack, delivered and withdrawn in some order; and what must be published then."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

from pyiceberg.table import StaticTable

from tests.conftest import Stack
from tests.integration.lake import Lake
from tests.oracle.warehouse import warehouse
from tests.oracle.warehouse_contracts import Row
from tests.oracle.warehouse_files import Delivered
from tests.world.compare import differences, rows_of


def arrivals(world: Path) -> list[tuple[str, Path]]:
    """Dataset and file of every delivery of a generated company, in the order they are meant to arrive."""
    listed = json.loads((world / "arrivals.json").read_text())
    return [(entry["dataset"], world / entry["path"]) for entry in listed]


class Journey:
    """A stack, what is in effect on it, and what was before."""

    def __init__(self, stack: Stack) -> None:
        self.stack, self.lake = stack, Lake(stack.client, stack.outputs)
        self.loaded: dict[str, Delivered] = {}
        self.held: dict[str, Delivered] = {}
        self.releases: list[tuple[str, dict[str, Delivered]]] = []

    # ── what happens ────────────────────────────────────────────────────────
    def deliver(self, files: Iterable[tuple[str, Path]]) -> None:
        """Land files together and wait until they are published."""
        landed = [(dataset, path, self.lake.drop(path, dataset=dataset)) for dataset, path in files]
        for dataset, path, delivery in landed:
            outcome = self.lake.delivered(delivery, 60)
            assert outcome["outcome"] == "accepted", outcome
            file = Delivered(dataset, path, self._landing_order(delivery))
            assert file.file_id == outcome["file_id"]
            self.loaded[file.file_id] = file
        self._published()

    def order(self, **body: Any) -> None:
        """Start the pipeline with an order and wait until it has ended well."""
        ended = self.lake.ended(self.lake.start(**body), 300)
        assert ended["status"] == "SUCCEEDED", ended
        self._published()

    def roll_back(self, steps: int) -> None:
        """Go back so many releases; the files of those after it count no more."""
        del self.releases[-steps:]
        release_id, files = self.releases[-1]
        ended = self.lake.ended(self.lake.start(rollback=release_id), 300)
        assert ended["status"] == "SUCCEEDED", ended
        self.lake.settle(300)
        assert self._release()["release_id"] == release_id
        self.held |= {file_id: file for file_id, file in self.loaded.items() if file_id not in files}
        self.loaded = dict(files)

    def replay(self, files: Sequence[Delivered]) -> None:
        """Load files after all, or again: from now on they are those that landed last."""
        latest = max(file.landing_order for file in [*files, *self.loaded.values()])
        ended = self.lake.ended(self.lake.start(replay=[file.file_id for file in files]), 300)
        assert ended["status"] == "SUCCEEDED", ended
        for file in files:
            item = self.lake.item("file", file.file_id)
            assert item is not None
            assert item["landing_order"] > latest
            self.held.pop(file.file_id, None)
            self.loaded[file.file_id] = Delivered(file.dataset, file.path, item["landing_order"])
        self._published()

    def _published(self) -> None:
        self.lake.settle(300)
        release = self._release()
        absent = [file.path.name for file_id, file in self.loaded.items() if file_id not in release["files"]]
        assert not absent, f"not published: {absent} {self._failures()}"
        assert set(release["files"]) == set(self.loaded)
        self.releases.append((release["release_id"], dict(self.loaded)))

    def _release(self) -> dict[str, Any]:
        release = self.lake.release()
        assert release is not None, self._failures()
        return release

    def _failures(self) -> list[Any]:
        runs = [(run["sk"], run.get("reason")) for run in self.lake.items("run")]
        files = [
            (item["name"], item.get("reasons")) for item in self.lake.items("file") if item["state"] != "raw"
        ]
        return [run for run in runs if run[1]] + files

    def _landing_order(self, delivery: str) -> str:
        """Landing time, key, version, as S3 tells them."""
        key, _, version = delivery.partition("#")
        bucket = self.lake.outputs["LandingBucketName"]
        head = self.lake.client("s3").head_object(Bucket=bucket, Key=key, VersionId=version)
        return f"{head['LastModified']:%Y-%m-%dT%H:%M:%S.%fZ}|{key}|{version}"

    # ── what is found ───────────────────────────────────────────────────────
    def wrong(self) -> list[str]:
        """How the published tables and the accounts of the files differ from what the files in effect say."""
        expected = warehouse(self.loaded.values())
        found = {table: self._published_rows(table) for table in expected.tables}
        accounts = self._release()["files"]
        return differences(expected.tables, found) + [
            f"{self.loaded[file_id].path.name}: {part} {accounts[file_id][part]['rows']}, expected {rows}"
            for file_id, reading in expected.files.items()
            for part, rows in (
                ("read", reading.read),
                ("quarantined", reading.quarantined),
                ("duplicates", reading.duplicates),
            )
            if accounts[file_id][part]["rows"] != rows
        ]

    def _published_rows(self, table: str) -> list[Row]:
        glue = self.lake.client("glue")
        found = glue.get_table(DatabaseName=self.lake.outputs["DatabaseName"], Name=table)["Table"]
        access = {
            "s3.endpoint": self.stack.settings.endpoint,
            "s3.access-key-id": "test",
            "s3.secret-access-key": "test",
            "s3.region": "us-east-1",
        }
        location = found["Parameters"]["metadata_location"]
        return rows_of(StaticTable.from_metadata(location, access).scan().to_arrow())


def corrected(path: Path, folder: Path, column: str, value: str, random: Random) -> Path:
    """A later delivery of a CSV file in which every fifth row or so has another value."""
    rows = list(csv.DictReader(io.StringIO(path.read_text(), newline="")))
    for row in rows:
        if random.random() < 0.2:
            row[column] = value
    folder.mkdir(exist_ok=True)
    again = folder / f"{path.stem}-corrected.csv"
    with again.open("w", newline="") as text:
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return again


def cut(files: Sequence[tuple[str, Path]], parts: int, random: Random) -> list[list[tuple[str, Path]]]:
    """Files in the same order, cut anywhere into so many parts, none of them empty."""
    ends = [0, *sorted(random.sample(range(1, len(files)), parts - 1)), len(files)]
    return [list(files[start:end]) for start, end in pairwise(ends)]
