from collections.abc import Callable

import boto3
from click.testing import Result

from saleslake.cli.context import Deployed
from saleslake.history import FileAccount
from tests.unit.cli.conftest import account, add_file, add_release, share


def test_before_anything_is_loaded_status_says_that_there_is_no_release(
    saleslake: Callable[..., Result],
) -> None:
    result = saleslake("status")
    assert result.exit_code == 0
    assert result.output.strip() == "no release yet"


def test_status_shows_for_each_file_where_its_rows_and_its_money_are(
    lake: Deployed, saleslake: Callable[..., Result]
) -> None:
    first = account(
        "f1",
        "april.csv",
        "1",
        read=share(1000, "50000.10"),
        published=share(900, "45000.10"),
        quarantined=share(60, "3000.00"),
        duplicates=share(30, "1500.00"),
        superseded=share(10, "500.00"),
    )
    lost = account("f2", "may.csv", "2", read=share(7, "70.00"), published=share(6, "60.00"))
    add_release(lake, "r-2", [first, lost])
    lines = [line.split() for line in saleslake("status").output.splitlines()]
    assert ["april.csv", "1,000", "900", "60", "30", "10", "closes"] in lines
    assert ["50,000.10", "45,000.10", "3,000.00", "1,500.00", "500.00"] in lines
    assert ["may.csv", "7", "6", "0", "0", "0", "DOES", "NOT", "CLOSE"] in lines
    assert ["all", "files", "1,007", "906", "60", "30", "10", "DOES", "NOT", "CLOSE"] in lines


def test_status_lists_what_waits_is_held_or_was_refused_and_counts_dead_letters(
    lake: Deployed, saleslake: Callable[..., Result]
) -> None:
    add_release(
        lake, "r-1", [account("f1", "in.csv", "1", read=share(1, "1.00"), published=share(1, "1.00"))]
    )
    add_file(lake.ledger, "f1", "in.csv")
    add_file(lake.ledger, "f2", "waiting.csv")
    add_file(lake.ledger, "f3", "held.csv", "held")
    reason = {"code": "date_order", "message": "the dates can be read two ways", "column": "Date", "line": 2}
    add_file(lake.ledger, "f4", "doubtful.csv", "refused", reasons=[reason])
    lake.ledger.put(
        "delivery", "landing/x.csv#1", {"outcome": "refused", "file_name": "x.csv", "reasons": ["empty"]}
    )
    boto3.client("sqs").send_message(QueueUrl=lake.stack.output("IngestDeadLetterQueueUrl"), MessageBody="{}")
    output = saleslake("status").output
    waiting, held, refused = (
        output.index(title) for title in ("waiting for the next run", "held by a rollback", "refused whole")
    )
    assert waiting < output.index("waiting.csv") < held < output.index("held.csv") < refused
    assert "doubtful.csv: the dates can be read two ways, column 'Date', line 2" in output[refused:]
    assert "x.csv: empty" in output[refused:]
    assert "in.csv" not in output[waiting:refused].split()
    assert "1 dead letters" in output


def test_status_shows_the_last_runs_newest_first_and_why_one_failed(
    lake: Deployed, saleslake: Callable[..., Result]
) -> None:
    common = {
        "execution_arn": "arn",
        "started_at": "2025-01-01T00:00:00.000000Z",
        "ended_at": "2025-01-01T00:00:12.500000Z",
    }
    lake.ledger.put(
        "run",
        "20250101T000000Z-aa",
        {**common, "status": "succeeded", "release_id": "r-a", "state": "Publish"},
    )
    failed = {
        **common,
        "status": "failed",
        "reason": "Reconcile: DoesNotReconcile: 3 rows",
        "state": "Reconcile",
    }
    lake.ledger.put("run", "20250102T000000Z-bb", failed)
    output = saleslake("status").output
    assert output.index("20250102T000000Z-bb") < output.index("20250101T000000Z-aa")
    assert "Reconcile: DoesNotReconcile: 3 rows" in output
    assert "12.5 s" in output


def test_status_says_what_rules_warn_of_in_a_file_and_over_whole_tables(
    lake: Deployed, saleslake: Callable[..., Result]
) -> None:
    def file(file_id: str, dataset: str, run_id: str, **fields: object) -> FileAccount:
        loaded = account(file_id, f"{file_id}.csv", run_id, read=share(2, "0.00"), published=share(2, "0.00"))
        return loaded.model_copy(update={"dataset": dataset, **fields})

    products = file("p", "products", "2", warnings={"sold_above_cost": 1}, reasons={"range": 3})
    add_release(lake, "r-3", [products, file("w", "reviews", "3")])
    lake.ledger.put("run", "1", {"warnings": {"sales_reps.known_manager": 9}, "status": "succeeded"})
    lake.ledger.put("run", "3", {"warnings": {"sales_reps.manager_tree": 1200}, "status": "succeeded"})
    output = saleslake("status").output
    assert "closes (range 3; warned of sold_above_cost 1)" in output
    _, _, rules = output.partition("rules over whole tables that warn\n")
    assert rules.splitlines()[0].split()[:3] == ["sales_reps.manager_tree", "1,200", "Representatives"]
    assert "known_manager" not in output  # the run of the release no longer counts any


def test_status_tells_which_columns_changed_by_which_file(
    lake: Deployed, saleslake: Callable[..., Result]
) -> None:
    detail = "the contract does not know it; it is not kept"
    change = {"dataset": "reviews", "kind": "added", "column": "Mood", "file_name": "a.csv", "detail": detail}
    lake.ledger.put("change", "reviews#added#Mood", change)
    assert f"columns that changed\nreviews: added 'Mood' by a.csv; {detail}\n" in saleslake("status").output
