"""Every contract is a valid Open Data Contract Standard document, says its own linter."""

import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("linter")  # two processes must not build its environment at once
CHECKOUT = Path(__file__).parents[3]
CONTRACTS = sorted((CHECKOUT / "layers/common/saleslake/contracts").glob("*.yaml"))


@pytest.fixture(scope="module")
def linter():
    """The pinned datacontract-cli in an environment of its own: it conflicts with the developer's."""
    subprocess.run(["make", "--silent", ".venv-contracts/.ready"], cwd=CHECKOUT, check=True)
    return CHECKOUT / ".venv-contracts/bin/datacontract"


def lint(linter, path):
    return subprocess.run([linter, "lint", path], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.stem)
def test_every_contract_lints_without_a_warning(linter, path):
    done = lint(linter, path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Data contract is valid" in done.stdout
    assert "warning" not in done.stdout


def test_the_linter_finds_a_mistake(linter, tmp_path):
    broken = tmp_path / "broken.yaml"
    text = CONTRACTS[0].read_text(encoding="utf-8").replace("logicalType: integer", "logicalType: whole")
    broken.write_text(text, encoding="utf-8")
    assert lint(linter, broken).returncode != 0
