"""Commands that load again what is in raw, and commands about releases: what they ask the state machine for."""

import json
from collections.abc import Callable
from pathlib import Path

import boto3
import pytest
from click.testing import Result

from saleslake.cli import again
from saleslake.cli.context import Deployed
from tests.unit.cli.conftest import add_file, add_release


@pytest.fixture(autouse=True)
def _no_following(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-in for Step Functions runs nothing, so there would be no end to following it."""
    monkeypatch.setattr(again, "watched", lambda *_: None)
    monkeypatch.setattr(again, "tell", lambda *_: None)


def asked(lake: Deployed) -> list[dict]:
    """Inputs of the executions that were started, oldest first."""
    states = boto3.client("stepfunctions")
    return [
        json.loads(states.describe_execution(executionArn=arn)["input"])
        for arn in lake.executions.newest()[::-1]
    ]


@pytest.mark.parametrize(
    ("line", "order"),
    [
        (["backfill", "2025-01-15"], {"backfill": {"from": "2025-01-15", "to": "2025-01-15"}}),
        (["backfill", "--from", "2025-01-01"], {"backfill": {"from": "2025-01-01"}}),
        (
            ["backfill", "2025-01-15", "--dataset", "amazon_orders"],
            {"backfill": {"from": "2025-01-15", "to": "2025-01-15", "dataset": "amazon_orders"}},
        ),
        (["replay", "a.csv", "b.csv"], {"replay": ["a.csv", "b.csv"]}),
        (["rebuild", "--yes"], {"rebuild": True}),
        (["expire", "--keep", "3"], {"expire": {"keep": 3}}),
        (["expire", "--days", "0", "--keep", "3"], {"expire": {"days": 0, "keep": 3}}),
        (["maintain"], {"maintain": True}),
    ],
)
def test_a_command_asks_for_what_it_is_named_after(
    line: list[str], order: dict, lake: Deployed, saleslake: Callable[..., Result]
) -> None:
    for name in ("a.csv", "b.csv"):
        add_file(lake.ledger, f"id of {name}", name)
    assert saleslake(*line).exit_code == 0
    assert asked(lake) == [order]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (["backfill"], "a backfill needs from, to or dataset"),
        (["backfill", "15.1.2025"], "'15.1.2025' does not match the format"),
        (["backfill", "2025-01-15", "--to", "2025-01-16"], "either DATE, or --from and --to"),
        (["backfill", "--dataset", "amazon"], "no dataset amazon; there are"),
        (["replay"], "Missing argument"),
        (["replay", "never.csv"], "no file never.csv was ever accepted"),
        (["expire"], "--days or --keep"),
        (["expire", "--keep", "0"], "0 is not in the range"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_starts(
    line: list[str], reason: str, lake: Deployed, saleslake: Callable[..., Result]
) -> None:
    result = saleslake(*line)
    assert result.exit_code != 0
    assert reason in result.output
    assert asked(lake) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("order,qty,quarantine_file,quarantine_line,quarantine_reasons\n", "holds a header and no row"),
        ("order,qty\n1,2\n", "was ever accepted, and it is no export of refused rows"),
        ("order,qty,quarantine_file,quarantine_line\n1,2,unknown,2\n", "no file unknown was ever accepted"),
    ],
)
def test_a_path_that_holds_nothing_to_replay_starts_no_run(
    text: str, reason: str, tmp_path: Path, lake: Deployed, saleslake: Callable[..., Result]
) -> None:
    path = tmp_path / "corrections.csv"
    path.write_text(text)
    result = saleslake("replay", str(path))
    assert result.exit_code == 1
    assert str(path) in result.output
    assert reason in result.output
    assert asked(lake) == []


def test_an_expired_release_is_neither_gone_back_to_nor_compared(
    lake: Deployed, saleslake: Callable[..., Result]
) -> None:
    add_release(lake, "r-1", [])
    add_release(lake, "r-2", [], parent="r-1")
    lake.ledger.update("release", "r-1", status="expired")
    for line in (["rollback", "r-1"], ["diff", "r-1"]):
        result = saleslake(*line)
        assert result.exit_code == 1
        assert "release r-1 is expired" in result.output
    assert asked(lake) == []
