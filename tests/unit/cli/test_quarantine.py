"""What the console shows of refused rows, writes of them, and says of those that come back corrected."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest
from click.testing import Result

from saleslake.cli import again
from saleslake.cli.context import Deployed
from saleslake.history import FileAccount
from saleslake.transform.arrow import QUARANTINE
from saleslake.zones import quarantined_rows_key
from tests.unit.cli.conftest import account, add_file, add_release, share

BODY = b"order,city,qty\n1,Goa\xc2\xa0,x\n2,Goa,y\n"
ROWS = [(2, "1,Goa\u00a0,x", "x\u200b"), (3, "2,Goa,y", "y")]


def refuse(
    lake: Deployed, file_id: str, rows: Sequence[tuple[int, str, str]], name: str = "a.csv"
) -> FileAccount:
    """Account of a file with refused rows, which are where a run leaves them."""
    delivered = [
        {
            "file_id": file_id,
            "line_number": line,
            "raw_text": raw,
            "reasons": [{"rule": "type", "column": "quantity", "value": value, "expected": "a whole number"}],
        }
        for line, raw, value in rows
    ]
    sink = pa.BufferOutputStream()
    pa.parquet.write_table(pa.Table.from_pylist(delivered, QUARANTINE), sink)
    lake.lake.put_bytes(quarantined_rows_key("amazon_orders", "1", file_id), sink.getvalue().to_pybytes())
    return account(file_id, name, "1", read=share(2, "0.00"), quarantined=share(len(rows), "0.00"))


def land(lake: Deployed, file_id: str) -> None:
    key = f"raw/amazon_orders/{file_id}.csv"
    lake.lake.put_bytes(key, BODY)
    file_format = {"kind": "csv", "encoding": "utf-8", "delimiter": ",", "compression": ""}
    add_file(lake.ledger, file_id, "a.csv", raw_key=key, format=file_format)


@pytest.fixture
def refused(lake: Deployed) -> Deployed:
    land(lake, "f1")
    add_release(lake, "r-1", [refuse(lake, "f1", ROWS)])
    return lake


def test_the_list_says_what_would_be_right_and_whose_it_is_and_shows_what_cannot_be_seen(
    refused: Deployed, saleslake: Callable[..., Result]
) -> None:
    first, raw, owner = saleslake("quarantine", "list").output.splitlines()[:3]
    assert first == r"a.csv:2  type quantity='x\u200b': expected a whole number"
    assert raw == r"    1,Goa\xa0,x"
    assert owner.startswith("    amazon_orders, of ")
    assert "nobody" not in owner


def test_of_two_files_of_one_name_none_is_exported_before_it_is_said_which(
    refused: Deployed, saleslake: Callable[..., Result]
) -> None:
    land(refused, "f2")
    add_release(refused, "r-2", [refuse(refused, "f1", ROWS), refuse(refused, "f2", ROWS[:1])], parent="r-1")
    result = saleslake("quarantine", "export", "a.csv")
    assert result.exit_code == 1
    assert (
        "2 files of this name have open rows; export each by its id:\n  f1  2 rows\n  f2  1 rows"
        in result.output
    )
    assert (
        saleslake("quarantine", "export", "f2").output.splitlines()[1].startswith("1,Goa\u00a0,x,f2,2,type")
    )


def test_replay_says_how_many_rows_entered_the_release_and_how_many_are_refused_again(
    refused: Deployed, saleslake: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(lake: Deployed, order: dict) -> None:
        """Load the corrected file, of which one row is still wrong."""
        assert order == {}
        (item,) = [item for item in lake.ledger.items("file") if item.get("corrects") == "f1"]
        files = [refuse(lake, "f1", ROWS), refuse(lake, item["sk"], ROWS[1:])]
        add_release(lake, "r-2", files, parent="r-1")

    monkeypatch.setattr(again, "ask", run)
    exported = tmp_path / "rows.csv"
    assert saleslake("quarantine", "export", "a.csv", "--out", str(exported)).exit_code == 0
    unchanged = saleslake("replay", str(exported))
    assert unchanged.exit_code == 0
    assert "changes nothing: every row of a.csv is as it was exported" in unchanged.output

    exported.write_text(exported.read_text().replace(",x,f1", ",1,f1").replace(",y,f1", ",z,f1"))
    output = saleslake("replay", str(exported)).output
    assert "a.csv: 1 of 2 corrected rows entered the release, 1 refused again" in output
    assert "rows of it in quarantine: 1; saleslake quarantine list --file " in output
    assert "is in the file already" in saleslake("replay", str(exported)).output
