"""`saleslake load` from upload to outcome; a thread writes what ingest would."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from click.testing import Result

from saleslake.cli.context import Deployed
from saleslake.cli.load_many import files_below
from tests.unit.cli.conftest import account, add_file, add_release, share

FILE_ID = "f1"
REFUSAL = {"code": "missing_column", "message": "a required column is missing", "column": "Amount", "line": 1}


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "sale report.csv"
    path.write_text("Order ID,Date\n1,04-30-22\n")
    return path


@contextmanager
def answered(lake: Deployed, outcome: str, **more: Any) -> Iterator[None]:
    """While inside, whatever lands gets this outcome in the ledger."""
    stop = threading.Event()
    s3 = boto3.client("s3")
    bucket = lake.stack.output("LandingBucketName")

    def work() -> None:
        while not stop.is_set():
            for found in s3.list_object_versions(Bucket=bucket).get("Versions", []):
                name = f"{found['Key']}#{found['VersionId']}"
                lake.ledger.put("delivery", name, {"outcome": outcome, "file_id": FILE_ID, **more})
            time.sleep(0.05)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def a_run(lake: Deployed, **more: Any) -> None:
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
    files = [
        json.loads(
            account(
                FILE_ID, "sale report.csv", "1", read=share(2, "8.50"), published=share(2, "8.50")
            ).model_dump_json()
        )
    ]
    run = {"execution_arn": lake.executions.start({}), "started_at": now, "ended_at": now, "files": files}
    lake.ledger.put("run", "20250101T000000Z-aaaaaa", {**run, **more})


def test_a_loaded_file_ends_with_its_release_and_what_became_of_its_rows(
    lake: Deployed, saleslake: Callable[..., Result], report: Path
) -> None:
    a_run(lake, status="succeeded", release_id="r-20250101T000000Z-aaaaaa")
    with answered(lake, "accepted"):
        result = saleslake("load", str(report), "--timeout", "20")
    assert result.exit_code == 0, result.output
    assert "release r-20250101T000000Z-aaaaaa" in result.output
    assert ["sale", "report.csv", "2", "2", "0", "0", "0", "closes"] in [
        line.split() for line in result.output.splitlines()
    ]


def test_the_file_lands_under_its_own_name_and_below_the_dataset_when_one_is_given(
    lake: Deployed, saleslake: Callable[..., Result], report: Path
) -> None:
    add_file(lake.ledger, FILE_ID, "before.csv")
    with answered(lake, "duplicate"):
        saleslake("load", str(report), "--timeout", "20")
        saleslake("load", str(report), "--dataset", "amazon_orders", "--timeout", "20")
    listed = boto3.client("s3").list_objects_v2(Bucket=lake.stack.output("LandingBucketName"))["Contents"]
    assert {item["Key"] for item in listed} == {
        "landing/sale report.csv",
        "landing/amazon_orders/sale report.csv",
    }


def test_a_refused_file_ends_with_its_reasons_and_exit_code_1(
    lake: Deployed, saleslake: Callable[..., Result], report: Path
) -> None:
    with answered(lake, "refused", reasons=[REFUSAL]):
        result = saleslake("load", str(report), "--timeout", "20")
    assert result.exit_code == 1
    assert "sale report.csv is refused" in result.output
    assert "a required column is missing, column 'Amount', line 1" in result.output


def test_a_file_that_only_the_run_could_refuse_ends_the_same_way(
    lake: Deployed, saleslake: Callable[..., Result], report: Path
) -> None:
    a_run(lake, status="succeeded", release_id="r-1")
    add_file(lake.ledger, FILE_ID, "sale report.csv", "refused", reasons=[REFUSAL])
    with answered(lake, "accepted"):
        result = saleslake("load", str(report), "--timeout", "20")
    assert result.exit_code == 1
    assert "a required column is missing" in result.output


def test_the_same_bytes_again_give_no_new_release_and_that_is_no_failure(
    lake: Deployed, saleslake: Callable[..., Result], report: Path
) -> None:
    add_file(lake.ledger, FILE_ID, "first name.csv")
    add_release(lake, "r-7", [account(FILE_ID, "first name.csv", "7")])
    with answered(lake, "duplicate"):
        result = saleslake("load", str(report), "--timeout", "20")
    assert result.exit_code == 0
    assert "no new release" in result.output
    assert "delivered before as first name.csv; they are in the current release r-7" in result.output


def test_the_same_bytes_again_after_a_rollback_are_said_to_be_held(
    lake: Deployed, saleslake: Callable[..., Result], report: Path
) -> None:
    add_file(lake.ledger, FILE_ID, "first name.csv", "held")
    with answered(lake, "duplicate"):
        result = saleslake("load", str(report), "--timeout", "20")
    assert "a rollback holds them back" in result.output


def test_a_failed_run_ends_with_its_reason_and_exit_code_1(
    lake: Deployed, saleslake: Callable[..., Result], report: Path
) -> None:
    a_run(lake, status="failed", state="Reconcile", reason="Reconcile: DoesNotReconcile: 3 rows are missing")
    with answered(lake, "accepted"):
        result = saleslake("load", str(report), "--timeout", "20")
    assert result.exit_code == 1
    assert "Reconcile: DoesNotReconcile: 3 rows are missing" in result.output
    assert "release r-" not in result.output


def test_silence_ends_after_the_time_given(saleslake: Callable[..., Result], report: Path) -> None:
    result = saleslake("load", str(report), "--timeout", "0.5")
    assert result.exit_code == 1
    assert "ingest said nothing of landing/sale report.csv within 0.5 s" in result.output


def test_a_folder_is_loaded_whole_each_file_as_the_dataset_its_folder_names(
    lake: Deployed, saleslake: Callable[..., Result], report: Path
) -> None:
    a_run(lake, status="succeeded", release_id="r-20250101T000000Z-aaaaaa")
    for folder, name in (("amazon_orders", "a.csv"), ("from the ftp", "b.csv")):
        (report.parent / folder).mkdir()
        (report.parent / folder / name).write_text("x")
    with answered(lake, "accepted"):
        result = saleslake("load", str(report.parent), "--timeout", "20")
    assert result.exit_code == 0, result.output
    listed = boto3.client("s3").list_objects_v2(Bucket=lake.stack.output("LandingBucketName"))["Contents"]
    assert {item["Key"] for item in listed} == {
        "landing/sale report.csv",
        "landing/amazon_orders/a.csv",
        "landing/b.csv",
    }
    assert ["sale", "report.csv", "2", "2", "0", "0", "0", "closes"] in [
        line.split() for line in result.output.splitlines()
    ]


def test_files_are_delivered_by_folder_a_months_before_its_days(tmp_path: Path) -> None:
    names = ["b.csv", "a/x-2025-11.csv", "a/x-2025-12.csv", "a/x-2025-12-25.csv", "a-b/y.csv"]
    for name in reversed(names):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert files_below([tmp_path]) == [tmp_path / name for name in names]


def test_files_land_in_the_order_of_their_delivery_though_s3_tells_whole_seconds(
    lake: Deployed, saleslake: Callable[..., Result], tmp_path: Path
) -> None:
    names = ["x-2025-11.csv", "x-2025-12.csv", "x-2025-12-25.csv", "x-2025-12-25.csv.gz"]
    for name in names:
        (tmp_path / name).write_text(name)
    with answered(lake, "refused", reasons=[REFUSAL]):
        saleslake("load", str(tmp_path), "--timeout", "20")
    s3, bucket = boto3.client("s3"), lake.stack.output("LandingBucketName")
    landing_orders = {
        f"{s3.head_object(Bucket=bucket, Key=f'landing/{name}')['LastModified']}|landing/{name}|": name
        for name in names
    }
    assert [landing_orders[order] for order in sorted(landing_orders)] == names


def test_of_several_files_those_another_one_held_up_are_followed_into_the_next_run(
    lake: Deployed, saleslake: Callable[..., Result], report: Path
) -> None:
    a_run(lake, status="failed", state="Score", reason="Score: ScoreBelowGate: another file has 12 of 80")
    (report.parent / "other.csv").write_text("x")
    next_run = threading.Timer(1.5, lambda: a_run(lake, status="succeeded", release_id="r-2"))
    next_run.start()
    with answered(lake, "accepted"):
        result = saleslake("load", str(report), str(report.parent / "other.csv"), "--timeout", "20")
    next_run.join()
    assert result.exit_code == 0, result.output
    assert "ScoreBelowGate" not in result.output


def test_of_several_files_the_refused_are_named_with_their_reasons(
    lake: Deployed, saleslake: Callable[..., Result], report: Path
) -> None:
    (report.parent / "other.csv").write_text("x")
    with answered(lake, "refused", reasons=[REFUSAL]):
        result = saleslake("load", str(report), str(report.parent / "other.csv"), "--timeout", "20")
    assert result.exit_code == 1
    for name in ("sale report.csv", "other.csv"):
        assert f"{name} a required column is missing" in result.output
