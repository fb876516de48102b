"""One generated company, delivered four times: whatever the format, each file becomes the same typed rows."""

import io
import json
from functools import cache
from pathlib import Path

import pyarrow.parquet
import pytest

from datagen.cli import main
from saleslake.contracts.loader import contracts
from saleslake.ingest.inspect import inspect
from saleslake.transform import TransformRequest, transform_file

FORMATS = ("csv", "json", "parquet", "avro")


class Disk:
    """A lake in a folder."""

    def __init__(self):
        self.written = {}

    def open(self, key):
        return Path(key).open("rb")

    def put_file(self, key, path):
        self.written[key] = Path(path).read_bytes()

    def put_json(self, key, value):
        self.written[key] = json.dumps(value).encode()


@cache
def typed_rows(path):
    """What becomes of one landed file: its account, and its rows by key."""
    found = inspect(lambda: path.open("rb"), f"landing/{path.parent.name}/{path.name}")
    assert found.refusals == (), path
    request = TransformRequest(
        run_id="r",
        dataset=found.dataset,
        file_id=path.name.split(".")[0],
        name=path.name,
        raw_key=str(path),
        landing_order="2026-01-01T00:00:00.000000Z|landing|",
        format=found.format,
    )
    lake = Disk()
    result = transform_file(request, lake, memory_mib=512)
    assert (result.status, result.reasons) == ("transformed", {}), path
    table = pyarrow.parquet.read_table(io.BytesIO(lake.written[result.processed_key]))
    key = next(contract.key for contract in contracts() if contract.dataset == found.dataset)
    rows = table.drop_columns("line_number").sort_by([(name, "ascending") for name in (*key, "occurrence")])
    return result.model_dump(include={"rows_read", "rows_duplicate", "money", "warnings", "months"}), rows


@pytest.fixture(scope="module")
def worlds(tmp_path_factory):
    folders = {}
    for name in FORMATS:
        folders[name] = tmp_path_factory.mktemp(name)
        options = ["--scale", "small", "--days", "30", "--daily", "1", "--seed", "11", "--format"]
        main(["world", *options, name, "--out", str(folders[name])], standalone_mode=False)
    return folders


@pytest.mark.parametrize("name", FORMATS[1:])
def test_every_dataset_gives_the_same_rows_as_from_csv(worlds, name):
    def landed(folder):
        return sorted(path for path in (folder / "landing").rglob("*") if path.is_file())

    expected, found = landed(worlds["csv"]), landed(worlds[name])
    assert {path.parent.name for path in found} == {contract.dataset for contract in contracts()}
    assert [path.name.split(".")[0] for path in found] == [path.name.split(".")[0] for path in expected]
    for ours, theirs in zip(found, expected, strict=True):
        account, rows = typed_rows(ours)
        expected_account, expected_rows = typed_rows(theirs)
        assert account == expected_account, ours
        assert rows.equals(expected_rows), ours
