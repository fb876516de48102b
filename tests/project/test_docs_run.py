"""The commands that the docs show for a deployed stack, run as shown."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Stack
from tests.project.commands import LOADS_AGAIN, ROOT, shown

pytestmark = pytest.mark.xdist_group("local")  # shares the process and the cloud of tests/local
type Shell = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def shell(stack: Stack) -> Shell:
    """Run lines as somebody with a clean environment would, PORT and STATE set to the test's cloud."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SALESLAKE_"))
    }
    environment |= {
        "PORT": str(stack.settings.port),
        "STATE": str(stack.settings.state),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    environment.pop("MAKEFLAGS", None)

    def run(script: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small report that no other test loads."""
    folder = tmp_path_factory.mktemp("docs")
    options = f"amazon_orders --rows 1500 --seed 4711 --out {folder}".split()
    subprocess.run([sys.executable, "-m", "datagen", *options], cwd=ROOT, check=True)
    return folder / "amazon_orders.csv"


@pytest.fixture(scope="module")
def loaded(shell: Shell, report: Path) -> str:
    """What `make load` says of that report."""
    done = shell(f"make load FILE={report}")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_make_load_ends_with_a_release_and_an_account_that_closes(loaded: str) -> None:
    assert re.search(r"^release r-\d{8}T\d{6}Z-[0-9a-f]{6}$", loaded, re.MULTILINE)
    assert re.search(r"^amazon_orders\.csv +1,500 .* closes", loaded, re.MULTILINE)
    assert re.search(r"Publish +[\d.]+ s", loaded)


def test_make_load_of_the_same_bytes_says_that_there_is_no_new_release(
    shell: Shell, loaded: str, report: Path, tmp_path: Path
) -> None:
    again = tmp_path / "renamed.csv"
    again.write_bytes(report.read_bytes())
    done = shell(f"make load FILE={again}")
    assert done.returncode == 0
    assert "no new release" in done.stdout


def test_make_load_of_something_else_ends_with_the_reason_and_another_exit_code(
    shell: Shell, tmp_path: Path
) -> None:
    (tmp_path / "holiday.csv").write_text("who,where\nme,beach\n")
    done = shell(f"make load FILE={tmp_path / 'holiday.csv'}")
    assert done.returncode != 0
    assert "holiday.csv is refused" in done.stdout


def test_make_url_prints_the_address_alone_and_the_readmes_curl_line_answers(
    shell: Shell, loaded: str
) -> None:
    (line,) = (command.line for command in shown() if command.line.startswith("curl "))
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\S+\n", shell("make -s url").stdout)
    assert json.loads(shell(line).stdout)["status"] == "success"


def test_the_curl_line_that_the_console_prints_answers(shell: Shell, loaded: str) -> None:
    line = shell('eval "$(make -s env)"; saleslake url --curl').stdout
    assert json.loads(shell(line).stdout)["status"] == "success"


def test_make_status_accounts_for_the_file(shell: Shell, loaded: str) -> None:
    assert re.search(r"^amazon_orders\.csv +1,500 .* closes", shell("make status").stdout, re.MULTILINE)


def test_make_invoke_prints_what_the_deployed_function_answers(shell: Shell, loaded: str) -> None:
    (line,) = (command.line for command in shown() if command.line.startswith("make invoke"))
    done = shell(f"make -s {line.removeprefix('make ')}")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["statusCode"] == 200


def test_the_commands_of_the_operations_page_work_in_its_order(shell: Shell, loaded: str) -> None:
    release = re.findall(r"^release (\S+)$", loaded, re.MULTILINE)[0]
    lines = [command.line for command in shown() if command.page == "docs/operations.md"]
    quick = [line for line in lines if not line.startswith(LOADS_AGAIN)]  # for the others: tests/world
    assert len(quick) < len(lines)
    done = shell("\n".join(quick).replace("RELEASE", release))
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"release {release}" in done.stdout


def test_make_down_where_nothing_runs_says_so(shell: Shell, tmp_path: Path) -> None:
    done = shell(f"make down STATE={tmp_path}")
    assert done.returncode == 0
    assert "nothing was running" in done.stderr
