"""What the documentation shows is there: targets, files, functions, parameters, figures, links."""

import json
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import click
import pytest

from local.demo import DEFECTS, ROWS, SEED
from saleslake.cli import main
from tests.project.commands import PAGES, ROOT, Command, make_targets, shown
from tests.project.test_house import template

COMMANDS = shown()
# Proved elsewhere: CI runs these targets as they are.
RUN_BY_CI = {
    f"make {target}" for target in ("demo", "test", "check", "world", "fuzz", "conformance", "differential")
}
# Proved by running them against the deployed stack: see tests/project/test_docs_run.py.
RUN_LIVE = {"make load", "make status", "make down", "make invoke", "eval", "curl"}
LONG = {"make bench"}


def starting(*beginnings: str) -> list[Command]:
    return [command for command in COMMANDS if command.line.startswith(beginnings)]


def test_every_command_of_the_docs_is_of_a_kind_that_some_test_proves() -> None:
    kinds = ("make ", "sam ", "saleslake ", "eval ", "curl ")
    assert [str(command) for command in COMMANDS if not command.line.startswith(kinds)] == []
    unproved = (
        {" ".join(command.words[:2]) for command in starting("make ") if not command.words[1].startswith("-")}
        - RUN_BY_CI
        - RUN_LIVE
        - LONG
    )
    assert unproved == set()


def test_ci_runs_the_commands_that_no_test_can() -> None:
    script = (ROOT / ".ci/run").read_text()
    assert [
        command for command in RUN_BY_CI if not re.search(rf"^\s*{command}\b", script, re.MULTILINE)
    ] == []


@pytest.mark.parametrize("command", starting("make "), ids=str)
def test_a_make_line_names_a_target_and_variables_that_there_are(command: Command) -> None:
    words = [word for word in command.words[1:] if not word.startswith("-")]
    assert words[0] in make_targets()
    for assignment in words[1:]:
        name, _, value = assignment.partition("=")
        assert name in make_targets()[words[0]], f"{words[0]} knows no {name}"
        if name == "EVENT":
            assert (ROOT / value).is_file()


@pytest.mark.parametrize("command", starting("saleslake "), ids=str)
def test_a_console_line_is_one_the_console_understands(command: Command, tmp_path: Path) -> None:
    words = [str(tmp_path / word) if word.endswith(".csv") else word for word in command.words[1:]]
    (tmp_path / "report.csv").write_text("x")
    with main.make_context("saleslake", list(words)) as context:
        name, found, rest = main.resolve_command(context, [*context.protected_args, *context.args])
        assert isinstance(found, click.Command)
        with found.make_context(name, rest, parent=context):
            pass


@pytest.mark.parametrize("command", starting("sam "), ids=str)
def test_a_sam_line_names_an_environment_a_function_and_an_event_that_there_are(command: Command) -> None:
    words = command.words
    assert command.needs & {"AWS", "Docker"}, "say what it needs"
    if "--config-env" in words:
        environment = words[words.index("--config-env") + 1]
        assert f"[{environment}.deploy.parameters]" in (ROOT / "samconfig.toml").read_text()
    if words[1:3] == ["local", "invoke"]:
        function = template()["Resources"][words[3]]
        event = Path(words[words.index("-e") + 1])
        assert function["Properties"]["CodeUri"] == f"functions/{event.stem}"
        json.loads((ROOT / event).read_text())


def test_the_docs_invoke_every_function_of_the_template() -> None:
    invoked = {command.words[3] for command in starting("sam local invoke")}
    there = {
        name for name, item in template()["Resources"].items() if item["Type"] == "AWS::Serverless::Function"
    }
    assert invoked == there


def test_the_parameters_that_the_readme_lists_are_those_of_the_template() -> None:
    (line,) = re.findall(r"^Parameters: (.*?)\. ", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"`(\w+)`", line)) == set(template()["Parameters"])


def test_the_figures_in_the_readme_are_the_truth_about_the_demos_report(tmp_path: Path) -> None:
    options = f"amazon_orders --rows {ROWS} --seed {SEED} --defects {DEFECTS} --out".split()
    subprocess.run([sys.executable, "-m", "datagen", *options, str(tmp_path)], cwd=ROOT, check=True)
    truth = json.loads((tmp_path / "truth.json").read_text())["analytics"]
    (block,) = re.findall(r"^```json\n(.*?)^```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    answer = json.loads(block, parse_float=Decimal)
    for name, value in truth["data"]["kpis"].items():
        assert answer["data"]["kpis"][name] == Decimal(str(value)), name
    for group in ("regional_analytics", "category_performance", "monthly_trends"):
        (first,) = answer["data"][group]
        expected = truth["data"][group][0]
        assert first == {
            name: first[name] if name not in expected else _read(expected[name]) for name in first
        }
    assert answer["metadata"] == truth["metadata"]


def _read(value: object) -> object:
    text = str(value)
    return Decimal(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else value


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_inside_the_project_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text())
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_every_decision_is_listed_once_and_numbered_in_order() -> None:
    folder = ROOT / "docs/decisions"
    files = sorted(path.name for path in folder.glob("0*.md"))
    listed = re.findall(r"\((0\d{3}-[\w-]+\.md)\)", (folder / "README.md").read_text())
    assert listed == files
    assert [name[:4] for name in files] == [f"{number:04d}" for number in range(1, len(files) + 1)]


def test_every_target_says_what_it_does() -> None:
    listed = subprocess.run(
        ["make", "-s", "help"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    names = set(re.findall(r"^ *(?:\x1b\[1m)?([a-z]+)", listed, re.MULTILINE))
    assert names == set(make_targets())
